"""What an analyst sees of a search, and what a script gets."""

import json
import re
from datetime import UTC, datetime

import pytest
from in_process import Command
from rich.console import Console

from models.errors import SetupError
from models.search import FacetValue, Hit, SearchRequest, SearchResult
from pipelines.cli.hits import results
from pipelines.cli.times import read_moment
from tests.articles import article_id, make_article

NOW = datetime(2025, 4, 28, 12, tzinfo=UTC)


def shown(result: SearchResult, request: SearchRequest | None = None, *, color: bool = False) -> str:
    console = Console(width=100, force_terminal=color, color_system="standard" if color else None, highlight=False)
    with console.capture() as capture:
        console.print(results(result, request or SearchRequest(query="x")))
    return capture.get()


def test_a_hit_shows_title_source_time_with_zone_and_language(newsbeam: Command, filled: str) -> None:
    done = newsbeam("search", "Soldat", "--index", filled)
    assert done.code == 0
    assert re.search(r"1 {2}Soldaten in Kursk *\n +Example News · 2025-04-28 \d\d:\d\d \w+ · German\n", done.out)
    assert "https://news.example/one" in done.out
    assert done.out.endswith("1 found\n")


def test_what_matched_is_in_colour_and_the_marks_are_gone() -> None:
    hit = Hit(score=1, highlights={"title": ("A <em>title</em>",), "body": ("x <em>y</em> z",)}, article=make_article())
    text = shown(SearchResult(total=1, hits=(hit,)), color=True)
    assert "\x1b[1;33mtitle\x1b[0m" in text
    assert "\x1b[1;33my\x1b[0m" in text
    assert "<em>" not in text


def test_nothing_in_an_article_reaches_the_terminal_as_a_command(newsbeam: Command, filled: str) -> None:
    done = newsbeam("search", "markup", "--index", filled)
    assert "Odd [31mtitle" in done.out
    assert "[red]" in done.out
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", done.out)


def test_facets_are_one_line_each() -> None:
    result = SearchResult(
        total=3,
        hits=(),
        facets={"people": (FacetValue(value="Kim Jong Un", count=3), FacetValue(value="A", count=1)), "places": ()},
    )
    text = shown(result)
    assert re.search(r"^ +people  Kim Jong Un 3 · A 1\s*$", text, re.MULTILINE)
    assert "places" not in text


def test_a_page_says_where_it_stands_and_how_to_go_on() -> None:
    hits = tuple(Hit(score=1, article=make_article(str(number))) for number in range(10))
    text = shown(SearchResult(total=25, hits=hits), SearchRequest(query="x", offset=10))
    assert "25 found, 11 to 20 shown; more with --offset 20" in text


def test_nothing_found_says_what_to_try(newsbeam: Command, filled: str) -> None:
    done = newsbeam("search", "absent word", "--language", "fr", "--since", "2020-01-01", "--index", filled)
    assert done.code == 0
    assert "Nothing found in 3 articles." in done.out
    assert all(tip in done.out for tip in ("fewer words", "put*", "--language", "--since"))
    assert "--until" not in done.out


def test_an_empty_index_says_how_to_fill_it(newsbeam: Command) -> None:
    assert newsbeam("index", "setup", "--index", "index").code == 0
    assert newsbeam("search", "x", "--index", "index").out.startswith("The index is empty.")


def test_json_is_one_object_with_total_hits_and_facets(newsbeam: Command, filled: str) -> None:
    done = newsbeam("search", "rates", "--index", filled, "--json")
    found = json.loads(done.out)
    assert set(found) == {"total", "hits", "facets"}
    assert found["total"] == 1
    assert set(found["hits"][0]) == {"score", "highlights", "article"}
    assert found["hits"][0]["article"]["id"] == article_id("two")
    assert {"value": "Jane Doe", "count": 1} in found["facets"]["people"]


def test_names_are_found_by_their_words_and_counted_by_what_they_name(newsbeam: Command, filled: str) -> None:
    found = json.loads(newsbeam("search", "people:doe", "--index", filled, "--json").out)
    assert [hit["article"]["id"] for hit in found["hits"]] == [article_id("two")]
    assert {"people", "organizations", "places", "countries", "speakers"} <= set(found["facets"])


def test_json_holds_no_character_that_a_terminal_obeys(newsbeam: Command, filled: str) -> None:
    done = newsbeam("export", "--index", filled)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", done.out)
    assert any(json.loads(line)["title"] == "Odd \x1b[31mtitle\x07" for line in done.out.splitlines())


def test_export_is_ordered_by_id_and_takes_filters(newsbeam: Command, filled: str) -> None:
    ids = [json.loads(line)["id"] for line in newsbeam("export", "--index", filled).out.splitlines()]
    assert ids == sorted(article_id(name) for name in ("one", "two", "three"))
    german = newsbeam("export", "--language", "de", "--index", filled).out.splitlines()
    assert [json.loads(line)["title"] for line in german] == ["Soldaten in Kursk"]


def test_filters_narrow_the_search(newsbeam: Command, filled: str) -> None:
    done = newsbeam("search", "--filter", "people=jane doe", "--index", filled, "--json")
    assert json.loads(done.out)["total"] == 1
    assert json.loads(newsbeam("search", "--until", "2025-04-27", "--index", filled, "--json").out)["total"] == 0
    assert json.loads(newsbeam("search", "--until", "2025-04-28", "--index", filled, "--json").out)["total"] == 3


def test_a_query_that_can_not_be_understood_is_wrong_usage(newsbeam: Command, filled: str) -> None:
    done = newsbeam("search", "titel:x", "--index", filled)
    assert done.code == 2
    assert "title" in done.err


def test_an_index_that_is_not_there_is_wrong_usage(newsbeam: Command) -> None:
    done = newsbeam("search", "x", "--index", "nowhere")
    assert done.code == 2
    assert "nowhere" in done.err


@pytest.mark.parametrize(
    ("text", "end", "moment"),
    [
        ("2025-04-01", False, datetime(2025, 4, 1, tzinfo=UTC)),
        ("2025-04-01", True, datetime(2025, 4, 2, tzinfo=UTC)),
        ("7d", False, datetime(2025, 4, 21, 12, tzinfo=UTC)),
        ("90 m", False, datetime(2025, 4, 28, 10, 30, tzinfo=UTC)),
        ("2025-04-01T02:00+02:00", False, datetime(2025, 4, 1, tzinfo=UTC)),
        ("2025-04-01T00:00Z", True, datetime(2025, 4, 1, tzinfo=UTC)),
    ],
)
def test_moments_are_read_as_people_write_them(text: str, end: bool, moment: datetime) -> None:
    assert read_moment(text, NOW, "--since", end=end) == moment


@pytest.mark.parametrize("text", ["", "tomorrow", "2025-13-01", "9999-12-31", "2025-04-01T25:00Z", "7 years"])
def test_other_moments_are_refused_with_the_cure(text: str) -> None:
    with pytest.raises(SetupError, match="write 2025-04-01"):
        read_moment(text, NOW, "--since", end=True)


def test_more_like_an_article_takes_its_id_as_it_was_copied(newsbeam: Command, filled: str) -> None:
    hit = json.loads(newsbeam("search", "Soldat", "--index", filled, "--json").out)["hits"][0]
    id_ = hit["article"]["id"]
    done = newsbeam("search", "--like", f" {id_.upper()}", "--index", filled, "--json")
    assert done.code == 0
    assert id_ not in [each["article"]["id"] for each in json.loads(done.out)["hits"]]


@pytest.mark.parametrize(("like", "said"), [("", "--like: which article?"), ("nobody", "no article 'nobody'")])
def test_more_like_nothing_is_wrong_usage(newsbeam: Command, filled: str, like: str, said: str) -> None:
    done = newsbeam("search", "--like", like, "--index", filled)
    assert done.code == 2
    assert said in done.err
