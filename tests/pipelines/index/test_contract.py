"""What every index promises."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from articles import NOON, article_id, draft_of, make_article, make_draft
from news import press

from models.article import Entity, Location, Mention, Quote, TextStatus
from models.errors import SetupError
from models.outcome import OutcomeKind, Verdict
from models.search import SearchRequest
from pipelines.index.base import SearchIndex

NEW, UPDATED, STALE = OutcomeKind.NEW, OutcomeKind.UPDATED, OutcomeKind.STALE


def _kinds(verdicts: Iterable[Verdict]) -> list[OutcomeKind]:
    return [verdict.kind for verdict in verdicts]


def _ids(names: Iterable[str]) -> list[str]:
    return [article_id(name) for name in names]


def _found(index: SearchIndex, **request: object) -> list[str]:
    return [hit.article.id for hit in index.search(SearchRequest.model_validate(request)).hits]


def test_a_second_setup_creates_nothing_and_finds_no_differences(index: SearchIndex) -> None:
    again = index.setup()
    assert (again.created, again.differences) == ((), ())


def test_what_is_not_held_is_not_known(index: SearchIndex) -> None:
    assert index.known(_ids("ab")) == {}
    assert index.known([]) == {}
    assert index.get(article_id("a")) is None


def test_what_was_written_is_known_in_full(index: SearchIndex) -> None:
    at = datetime(2025, 4, 28, 7, 0, 0, 123_456, tzinfo=UTC)
    article = make_article(
        first_seen_at=at, fetched_at=at, source_rank=5, revision=3, language="de", text_status=TextStatus.PENDING
    )
    assert index.write([draft_of(article)]) == [Verdict(id=article.id, kind=NEW)]
    index.refresh()
    known = index.known([article.id, article_id("other")])
    assert list(known) == [article.id]
    found = known[article.id]
    assert (found.owner, found.owner_rank) == (article.source_id, 5)
    assert (found.entry_hash, found.content_hash) == (article.entry_hash, article.content_hash)
    assert (found.first_seen_at, found.fetched_at) == (at, at)
    assert (found.revision, found.version, found.text_status) == (3, article.version, TextStatus.PENDING)


def test_an_article_comes_back_as_it_was_written(index: SearchIndex) -> None:
    article = make_article(
        language="ar",
        title="عنوان — “quoted” 😀",
        body="A\n\nB\tC",
        entities=(Entity(name="Kim", kind="person", mentions=(Mention(start=0, end=1),), country="KP", place_id=7),),
        quotes=(Quote(text="B", offset=3, speaker="Kim"),),
        locations=(Location(lat=39.03, lon=125.75),),
        provenance={"title": "feed", "cut": ("body", "tags")},
        published_at=datetime(1987, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
    index.write([draft_of(article)])
    index.refresh()
    assert index.get(article.id) == article
    assert [hit.article for hit in index.search(SearchRequest()).hits] == [article]
    assert list(index.export(SearchRequest())) == [article]


def test_a_higher_version_replaces_an_equal_one_rewrites_a_lower_one_is_stale(index: SearchIndex) -> None:
    assert _kinds(index.write([make_draft(version=20, title="second")])) == [NEW]
    assert _kinds(index.write([make_draft(version=10, title="first")])) == [STALE]
    assert _kinds(index.write([make_draft(version=20, title="second again")])) == [UPDATED]
    assert _kinds(index.write([make_draft(version=30, title="third")])) == [UPDATED]
    index.refresh()
    assert [hit.article.title for hit in index.search(SearchRequest()).hits] == ["third"]


def test_one_call_may_hold_the_same_article_more_than_once(index: SearchIndex) -> None:
    verdicts = index.write(
        [make_draft("a", version=2), make_draft("b"), make_draft("a", version=1), make_draft("a", version=3)]
    )
    assert _kinds(verdicts) == [NEW, NEW, STALE, UPDATED]
    index.refresh()
    assert index.known(_ids("a"))[article_id("a")].version == 3


def test_in_any_order_any_number_of_times_the_highest_version_stays(index: SearchIndex) -> None:
    for number, order in enumerate(permutations((1, 2, 3))):
        for version in (*order, *order):
            index.write([make_draft(f"a{number}", version=version, title=f"version {version}")])
    index.refresh()
    result = index.search(SearchRequest(limit=100))
    assert result.total == 6
    assert {hit.article.title for hit in result.hits} == {"version 3"}


def test_an_article_whose_language_changed_stays_in_its_index(index: SearchIndex) -> None:
    index.write([make_draft(version=1, language="de", title="Soldaten")])
    index.refresh()
    known = index.known(_ids("a"))[article_id("a")]
    index.write([make_draft(version=2, language="en", title="Soldiers", known=known)])
    index.refresh()
    assert index.known(_ids("a"))[article_id("a")].index == known.index
    status = index.status()
    assert (status.twins, sum(each.articles for each in status.indices)) == ((), 1)
    assert _found(index, language="en") == _ids("a")
    assert _found(index, language="de") == []


def test_status_counts_articles_by_language(index: SearchIndex) -> None:
    index.write([make_draft("a", language="de"), make_draft("b", language="de-AT"), make_draft("c", language="tlh")])
    index.refresh()
    counts = {each.language: each.articles for each in index.status().indices if each.articles}
    assert counts == {"de": 2, "und": 1}
    assert index.migrate() == ()


def test_matches_are_marked_where_they_stand(press_index: SearchIndex) -> None:
    def passages(query: str, name: str) -> str:
        hits = press_index.search(SearchRequest(query=query, limit=100)).hits
        found = next(hit for hit in hits if hit.article.id == article_id(name))
        return " | ".join(passage for field in found.highlights.values() for passage in field)

    assert "<em>Soldaten</em> in Kursk" in passages("soldat", "de-kursk")
    assert "<em>heilige Mission</em>" in passages('"heilige mission"', "de-kursk")
    assert "<em>Putztag</em>" in passages("putz*", "de-putztag")
    assert "<em>Kursk</em>" in passages("kurks~1", "pl-kursk")
    assert "Es ist eine <em>heilige Mission</em> der Soldaten." in passages('quotes:"heilige mission"', "de-kursk")
    assert "<em>Helden</em> bleiben" in passages("quotes:held*", "de-putin")
    assert "<em>" in passages("北京", "zh-beida")
    assert "mission" not in passages("kursk -title:mission", "en-soldiers")


def test_long_texts_give_a_few_short_passages(index: SearchIndex) -> None:
    body = "\n\n".join(f"Paragraph {n} speaks of ordinary things at some length. " * 5 + "A needle." for n in range(50))
    index.write([make_draft(body=body)])
    index.refresh()
    (hit,) = index.search(SearchRequest(query="needle")).hits
    passages = hit.highlights["body"]
    assert 1 <= len(passages) <= 5
    assert all("<em>needle</em>" in passage and len(passage) < 400 for passage in passages)


def test_facets_count_all_matches_and_keep_their_case(press_index: SearchIndex) -> None:
    result = press_index.search(SearchRequest(limit=1, facets=("countries", "people", "language", "source_name")))
    counts = {name: {each.value: each.count for each in values} for name, values in result.facets.items()}
    assert counts["countries"] == {"RU": 5, "KP": 2, "CN": 2, "JP": 1}
    assert counts["people"] == {"Kim Jong Un": 2, "Wladimir Putin": 2, "Vladimir Putin": 2}
    assert counts["language"]["de-CH"] == 1
    assert result.facets["countries"][0].value == "RU"
    narrower = press_index.search(SearchRequest(query="kursk", facets=("countries",)))
    assert {each.value: each.count for each in narrower.facets["countries"]} == {"RU": 2, "KP": 2}


def test_people_organizations_places_countries_and_speakers_are_counted(press_index: SearchIndex) -> None:
    wanted = ("people", "organizations", "places", "countries", "speakers")
    assert set(wanted) <= set(SearchRequest().facets)
    result = press_index.search(SearchRequest(query="kursk OR people:putin", facets=wanted))
    counts = {name: {each.value: each.count for each in values} for name, values in result.facets.items()}
    assert counts == {
        "people": {"Wladimir Putin": 2, "Vladimir Putin": 2, "Kim Jong Un": 2},
        "organizations": {"Koreanische Volksarmee": 1},
        "places": {"Kursk": 2},
        "countries": {"RU": 4, "KP": 2},
        "speakers": {"Wladimir Putin": 2, "Kim Jong Un": 1},
    }


@pytest.mark.parametrize(
    ("facet", "value", "found"),
    [
        ("people", "WLADIMIR PUTIN", {"de-kursk", "de-putin"}),
        ("organizations", "koreanische volksarmee", {"de-kursk"}),
        ("places", "kursk", {"de-kursk", "pl-kursk"}),
        ("countries", "ru", {"de-kursk", "de-putin", "en-soldiers", "en-putin", "fr-soldats"}),
        ("speakers", "kim jong un", {"de-kursk"}),
        ("people", "putin", set()),
    ],
)
def test_a_filter_takes_the_whole_value_that_a_facet_shows(
    press_index: SearchIndex, facet: str, value: str, found: set[str]
) -> None:
    request = SearchRequest(filters={facet: (value,)}, facets=(facet,))
    assert set(_found(press_index, limit=100, **request.model_dump(include={"filters"}))) == set(_ids(found))


def test_filters_take_any_of_their_values_without_case(press_index: SearchIndex) -> None:
    def found(**request: object) -> set[str]:
        ids = set(_found(press_index, limit=100, **request))
        return {name for name in press() if article_id(name) in ids}

    assert found(filters={"countries": ("kp", "CN")}) == {"de-kursk", "en-soldiers", "zh-beida", "zh-shanghai"}
    assert found(filters={"countries": ("ru",), "people": ("kim jong un",)}) == {"de-kursk", "en-soldiers"}
    assert found(query="kursk", language="pl") == {"pl-kursk"}
    assert found(language="de", source_id="funk") == {"de-kursk", "de-soldat", "de-putin", "de-ch-bern"}
    assert found(since=datetime(2025, 4, 30, tzinfo=UTC)) == {"en-putin"}
    assert found(until=datetime(2024, 11, 3, 5, tzinfo=UTC)) == {"en-empty"}
    april_first = {"since": datetime(2025, 4, 1, tzinfo=UTC), "until": datetime(2025, 4, 2, tzinfo=UTC)}
    assert found(**april_first) == {"de-wahl", "de-regierungen"}


@pytest.mark.parametrize("sort", ["relevance", "newest"])
@pytest.mark.parametrize("query", ["", "kursk OR mission", "timestamp:[2025-04 TO *]"])
def test_pages_have_no_gaps_and_no_doubles(press_index: SearchIndex, sort: str, query: str) -> None:
    whole = _found(press_index, query=query, sort=sort, limit=1000)
    pages = [_found(press_index, query=query, sort=sort, limit=4, offset=at) for at in range(0, len(whole) + 4, 4)]
    assert [each for page in pages for each in page] == whole
    assert len(set(whole)) == len(whole) > 4


def test_the_best_comes_first_and_among_equals_the_newest(index: SearchIndex) -> None:
    index.write(
        [make_draft(f"e{n}", title="kursk", timestamp=NOON + timedelta(hours=n)) for n in range(30)]
        + [make_draft("body", title="other", body="Somewhere far down in this text kursk is named once.")]
        + [make_draft(f"o{n}", title="other", body="Here kursk is named, and kursk again.") for n in range(30)]
    )
    index.refresh()
    assert _found(index, query="kursk", limit=5) == _ids(f"e{n}" for n in range(29, 24, -1))
    assert _found(index, query="body:kursk", limit=100)[-1] == article_id("body")
    assert _found(index, limit=3, query="title:*") == _ids(["e29", "e28", "e27"])


def test_newest_sorts_by_time_alone(press_index: SearchIndex) -> None:
    names = ["en-putin", "en-mission", "pl-kursk", "fr-soldats", "de-kursk"]
    assert _found(press_index, sort="newest", limit=5) == _ids(names)
    assert _found(press_index, query="kursk OR soldaten", sort="newest", limit=2) == _ids(["pl-kursk", "de-kursk"])


def test_a_page_of_nothing_still_counts(press_index: SearchIndex) -> None:
    result = press_index.search(SearchRequest(limit=0))
    assert (result.total, result.hits) == (len(press()), ())


def test_the_export_is_complete_and_ordered_by_id(press_index: SearchIndex) -> None:
    exported = list(press_index.export(SearchRequest(limit=1)))
    assert exported == sorted(press().values(), key=lambda article: article.id)
    some = press_index.export(SearchRequest(query="kursk", language="de"))
    assert {article.id for article in some} == set(_ids(["de-kursk", "de-soldat"]))


def test_an_export_holds_what_there_was_whatever_is_written_meanwhile(index: SearchIndex) -> None:
    drafts = [make_draft(f"a{number}", title="before", body="") for number in range(1_100)]
    index.write(drafts)
    index.refresh()
    exported = []
    for number, article in enumerate(index.export(SearchRequest())):
        exported.append(article)
        if number % 500 == 0:
            later = [draft_of(draft.article.model_copy(update={"title": "after"})) for draft in drafts]
            index.write([*later, make_draft(f"new {number}")])
            index.refresh()
    assert [article.id for article in exported] == sorted(draft.article.id for draft in drafts)
    assert {article.title for article in exported} == {"before"}


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"query": "peple:kim"}, "people"),
        ({"query": '"kim'}, "Column 1"),
        ({"query": "title:[a TO b]"}, "title"),
        ({"facets": ("body",)}, "body"),
        ({"filters": {"body": ("x",)}}, "body"),
    ],
)
def test_a_question_that_makes_no_sense_says_why(
    press_index: SearchIndex, request_: dict[str, object], said: str
) -> None:
    with pytest.raises(SetupError, match=said):
        press_index.search(SearchRequest.model_validate(request_))


@pytest.mark.parametrize(
    "query", ["a" * 5000, "\u202e\ufeffx", "a\\*b", "((a))", "😀", "ß~2", "x" * 300 + "~", "*a*b*c*d*", "?" * 20]
)
def test_a_strange_question_is_answered(press_index: SearchIndex, query: str) -> None:
    assert press_index.search(SearchRequest(query=f"kursk OR {query}")).total >= 4
