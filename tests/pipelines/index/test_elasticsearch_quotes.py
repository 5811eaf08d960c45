"""The quotes index: one document per quote, always those of the article that is held."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from articles import NOON, article_id, draft_of, make_article, make_draft
from clearing import delete_all
from elasticsearch import Elasticsearch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.article import Quote
from models.errors import TryLater
from models.outcome import OutcomeKind
from models.settings import ElasticsearchSettings
from pipelines.index.elasticsearch import ElasticsearchIndex, writing
from pipelines.index.elasticsearch.bulk import Action, BulkWriter

NEW, UPDATED, STALE, FAILED = OutcomeKind.NEW, OutcomeKind.UPDATED, OutcomeKind.STALE, OutcomeKind.FAILED
TOO_LONG = "x" * 40_000


@pytest.fixture(scope="module")
def client(elasticsearch_url: str) -> Iterator[Elasticsearch]:
    with Elasticsearch(elasticsearch_url) as opened:
        yield opened


@pytest.fixture(scope="module")
def prefix(client: Elasticsearch) -> Iterator[str]:
    name = f"t-{uuid4().hex[:12]}"
    yield name
    delete_all(client, f"{name}-")


@pytest.fixture(scope="module")
def index(elasticsearch_url: str, prefix: str) -> Iterator[ElasticsearchIndex]:
    opened = ElasticsearchIndex(f"{elasticsearch_url}/{prefix}", ElasticsearchSettings())
    opened.setup()
    yield opened
    opened.close()


Quotes = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def held(client: Elasticsearch, prefix: str) -> Quotes:
    """The quotes of an article as the index holds them, in order."""

    def ask(name: str) -> list[dict[str, Any]]:
        client.indices.refresh(index=f"{prefix}-quotes")
        found = client.search(
            index=f"{prefix}-quotes", query={"term": {"article_id": article_id(name)}}, sort="ordinal", size=1000
        )
        return [hit["_source"] for hit in found["hits"]["hits"]]

    return ask


def said(*texts: str, speaker: str | None = None) -> tuple[Quote, ...]:
    return tuple(Quote(text=text, offset=7 * number, speaker=speaker) for number, text in enumerate(texts))


def texts(quotes: list[dict[str, Any]]) -> list[str]:
    return [quote["text"] for quote in quotes]


def test_each_quote_tells_who_said_it_when_and_in_which_article(index: ElasticsearchIndex, held: Quotes) -> None:
    quote = Quote(text="Die Helden kommen heim.", offset=12, speaker="Wladimir Putin", speaker_offset=40)
    article = make_article("told", language="de", title="Heimkehr", section="Welt", quotes=(quote,))
    index.write([draft_of(article)])
    assert held("told") == [
        {
            "article_id": article.id,
            "article_version": article.version,
            "ordinal": 0,
            "text": "Die Helden kommen heim.",
            "words": {"de": "Die Helden kommen heim."},
            "offset": 12,
            "speaker": "Wladimir Putin",
            "speaker_offset": 40,
            "folded_names": {"speaker": "vladimir putin"},
            "title": "Heimkehr",
            "url": article.url,
            "source_id": "example",
            "source_name": "Example News",
            "section": "Welt",
            "language": "de",
            "timestamp": NOON.isoformat(),
        }
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("held", ["de"]),
        ("words.de:held", ["de"]),
        ("text:held", []),
        ("text:HELDEN", ["de"]),
        ("ministry", ["en"]),
        ("北京", ["zh"]),
        ("京北", []),
        ('"kommen heim"', ["de"]),
        ('speaker:"Wladimir Putin"', ["de"]),
        ('speaker.folded:"WLADIMIR PUTIN"', ["de"]),
        ("folded_names.speaker:vladimir", ["de"]),
    ],
)
def test_quotes_are_found_by_words_of_their_language_and_by_speaker(
    index: ElasticsearchIndex, client: Elasticsearch, prefix: str, query: str, found: list[str]
) -> None:
    spoken = {"de": "Die Helden kommen heim.", "en": "The ministries agreed.", "zh": "我在北京大学"}
    index.write(
        [
            make_draft(
                f"words-{code}", language=code, quotes=said(text, speaker="Wladimir Putin" if code == "de" else None)
            )
            for code, text in spoken.items()
        ]
    )
    index.refresh()
    ids = [article_id(f"words-{code}") for code in spoken]
    answer = client.search(
        index=f"{prefix}-quotes",
        query={"bool": {"must": {"query_string": {"query": query}}, "filter": {"terms": {"article_id": ids}}}},
    )
    assert [hit["_source"]["language"] for hit in answer["hits"]["hits"]] == found


def test_old_quotes_of_a_changed_article_disappear(index: ElasticsearchIndex, held: Quotes) -> None:
    index.write([make_draft("changed", version=1, quotes=said("a", "b", "c"))])
    index.refresh()
    known = index.known([article_id("changed")])[article_id("changed")]
    assert index.write([make_draft("changed", known, version=2, quotes=said("d"))])[0].kind is UPDATED
    assert texts(held("changed")) == ["d"]
    index.refresh()
    index.write([make_draft("changed", known, version=3)])
    assert held("changed") == []


def test_they_disappear_though_nobody_has_looked_since(index: ElasticsearchIndex, held: Quotes) -> None:
    index.write([make_draft("unseen", version=1, quotes=said("a", "b", "c"))])
    index.write([make_draft("unseen", version=2, quotes=said("d"))])
    assert texts(held("unseen")) == ["d"]


def test_old_quotes_go_too_where_the_version_is_the_same(index: ElasticsearchIndex, held: Quotes) -> None:
    index.write([make_draft("same", quotes=said("a", "b", "c"))])
    index.write([make_draft("same", quotes=said("d"))])
    assert texts(held("same")) == ["d"]
    index.write([make_draft("same", quotes=said("e", "f", "g")), make_draft("same", quotes=said("h"))])
    assert texts(held("same")) == ["h"]


def test_the_quotes_of_a_twin_go_with_it(index: ElasticsearchIndex, held: Quotes) -> None:
    index.write([make_draft("twin", language="de", version=2, quotes=said("a"))])
    lower = make_draft("twin", language="fr", version=1, quotes=said("b", "c", "d"))
    index.write([lower])
    index.refresh()
    assert index.remove_twins(NOON) == (article_id("twin"),)
    assert texts(held("twin")) == ["a"]


def test_one_call_may_hold_an_article_more_than_once(index: ElasticsearchIndex, held: Quotes) -> None:
    drafts = [
        make_draft("often", version=2, quotes=said("a", "b", "c")),
        make_draft("often", version=1, quotes=said("1", "2", "3", "4", "5")),
        make_draft("often", version=3, quotes=said("z")),
    ]
    assert [verdict.kind for verdict in index.write(drafts)] == [NEW, STALE, UPDATED]
    assert texts(held("often")) == ["z"]


def test_a_stale_article_leaves_none_of_its_quotes(index: ElasticsearchIndex, held: Quotes) -> None:
    index.write([make_draft("stale", version=2, quotes=said("a"))])
    assert index.write([make_draft("stale", version=1, quotes=said("old", "older", "oldest"))])[0].kind is STALE
    assert texts(held("stale")) == ["a"]


def test_an_article_that_is_refused_leaves_no_quotes(index: ElasticsearchIndex, held: Quotes) -> None:
    drafts = [make_draft("refused", authors=(TOO_LONG,), quotes=said("a")), make_draft("fine", quotes=said("b"))]
    assert [verdict.kind for verdict in index.write(drafts)] == [FAILED, NEW]
    assert held("refused") == []
    assert texts(held("fine")) == ["b"]


def test_a_refused_quote_fails_its_article_and_no_other(index: ElasticsearchIndex, held: Quotes) -> None:
    bad = (*said("a"), Quote(text="b", offset=1, speaker=TOO_LONG))
    verdicts = index.write([make_draft("bad", quotes=bad), make_draft("good", quotes=said("c"))])
    assert [verdict.kind for verdict in verdicts] == [FAILED, NEW]
    assert "speaker" in (verdicts[0].reason or "")
    assert held("bad") == []
    assert texts(held("good")) == ["c"]
    index.refresh()
    assert index.get(article_id("bad")) is None


def test_a_very_long_title_is_no_reason_to_refuse_a_quote(index: ElasticsearchIndex, held: Quotes) -> None:
    assert index.write([make_draft("long", title="A title " * 5_000, quotes=said("a"))])[0].kind is NEW
    assert texts(held("long")) == ["a"]


@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize("killed_after", [0, 1, 2])
def test_whatever_call_a_run_was_killed_at_the_next_one_repairs_it(
    index: ElasticsearchIndex, held: Quotes, monkeypatch: pytest.MonkeyPatch, before: int, killed_after: int
) -> None:
    name = f"killed-{before}-{killed_after}"
    if before:
        index.write([make_draft(name, version=1, quotes=said("a", "b", "c"))])
        index.refresh()
    calls = 0
    write = BulkWriter.write

    def dying(self: BulkWriter, actions: list[Action]) -> Any:
        nonlocal calls
        calls += 1
        if calls > killed_after:
            raise TryLater("killed")
        return write(self, actions)

    draft = make_draft(name, index.known([article_id(name)]).get(article_id(name)), version=2, quotes=said("d", "e"))
    with monkeypatch.context() as patch, suppress(TryLater):
        patch.setattr(writing.BulkWriter, "write", dying)
        index.write([draft])
    index.refresh()
    known = index.known([article_id(name)]).get(article_id(name))
    if known is None or known.version < 2:
        # The next run brings it again, shorter by now.
        index.write([make_draft(name, known, version=3, quotes=said("f"))])
        assert texts(held(name)) == ["f"]
    else:
        assert texts(held(name)) == ["d", "e"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 4), st.booleans()), min_size=1, max_size=8))
def test_in_any_order_the_quotes_are_those_of_the_highest_version(
    index: ElasticsearchIndex, held: Quotes, writes: list[tuple[int, int, bool]]
) -> None:
    name = uuid4().hex
    last, expected = 0, []
    for place, (version, count, refreshed) in enumerate(writes):
        quotes = [f"{place}.{number}" for number in range(count)]
        index.write([make_draft(name, version=version, quotes=said(*quotes))])
        if refreshed:
            index.refresh()
        if version >= last:
            last, expected = version, quotes
    assert texts(held(name)) == expected


def test_articles_without_quotes_ask_nothing_of_the_bulk_api_for_them(
    index: ElasticsearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    write = BulkWriter.write

    def counting(self: BulkWriter, actions: list[Action]) -> Any:
        sizes.append(len(actions))
        return write(self, actions)

    monkeypatch.setattr(writing.BulkWriter, "write", counting)
    index.write([make_draft(f"none-{number}") for number in range(20)])
    index.write([make_draft(f"none-{number}", version=make_article().version + 1) for number in range(20)])
    assert sizes == [20, 20]


def test_more_old_quotes_than_one_answer_holds_all_go(
    index: ElasticsearchIndex, held: Quotes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_PAGE", 7)
    index.write([make_draft("many", version=1, quotes=said(*map(str, range(50))))])
    index.write([make_draft("many", version=2, quotes=said("a"))])
    assert texts(held("many")) == ["a"]


def test_status_counts_quotes_and_migrate_keeps_them(elasticsearch_url: str, client: Elasticsearch) -> None:
    prefix = f"t-{uuid4().hex[:12]}"
    opened = ElasticsearchIndex(f"{elasticsearch_url}/{prefix}", ElasticsearchSettings())
    opened.setup()
    opened.write([make_draft("a", quotes=said("one", "two")), make_draft("b")])
    opened.refresh()
    status = opened.status()
    assert status.quotes is not None
    assert (status.quotes.name, status.quotes.quotes, status.quotes.differences) == (f"{prefix}-quotes-v1", 2, ())
    opened.close()
    changed = ElasticsearchIndex(
        f"{elasticsearch_url}/{prefix}", ElasticsearchSettings(settings={"refresh_interval": "5s"})
    )
    assert f'{prefix}-quotes-v1: setting refresh_interval is "30s", should be "5s"' in changed.setup().differences
    assert f"{prefix}-quotes-v1 became {prefix}-quotes-v2 with 2 quotes" in changed.migrate()
    assert changed.migrate() == ()
    changed.write([make_draft("a", version=make_article().version + 1, quotes=said("three"))])
    changed.refresh()
    status = changed.status()
    assert status.quotes is not None
    assert (status.quotes.name, status.quotes.quotes) == (f"{prefix}-quotes-v2", 1)
    changed.close()
    delete_all(client, f"{prefix}-")
