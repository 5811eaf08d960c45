"""How good the first ten hits are: NDCG@10 over judged queries, beside Elasticsearch's `standard` analysis.

The same texts and queries for all. What a hit is worth stands in `queries/`; a hit that nobody judged counts for
nothing, and how many there were is printed, so that a change that brings up new hits asks for new judgements.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from math import log2
from pathlib import Path
from statistics import mean

from elasticsearch import Elasticsearch
from elasticsearch.helpers import bulk
from rich.console import Console
from rich.table import Table

from models.outcome import Draft
from models.search import SearchRequest
from models.settings import ElasticsearchSettings
from pipelines.index.base import SearchIndex
from pipelines.index.elasticsearch import ElasticsearchIndex
from pipelines.index.embedded import EmbeddedIndex
from tests.articles import draft_of, make_article
from tests.benchmarks.judged import KEY, LANGUAGES, Query, Text, queries, texts
from tests.benchmarks.places import Place, Places

HITS = 10
_BATCH = 500
_ID = 32
_UNDATED = datetime(2005, 1, 1, tzinfo=UTC)

Search = Callable[[Query], list[str]]


@dataclass(frozen=True)
class Score:
    """Of one search in one language: the mean NDCG@10, and hits that nobody judged."""

    ndcg: float
    unjudged: int


def bench_relevance(console: Console, places: Places) -> None:
    """Print what each search reaches in each language."""
    try:
        corpus = list(texts())
    except FileNotFoundError as error:
        console.print(f"The texts are not there ({error.filename}); NEWSBEAM_TEST_DATA names their directory.")
        return
    counts = ", ".join(f"{sum(text.language == code for text in corpus):,} {code}" for code in LANGUAGES)
    console.print(f"{len(corpus):,} texts ({counts}), {sum(len(queries(code)) for code in LANGUAGES)} judged queries")
    table = Table()
    table.add_column("search")
    for code in LANGUAGES:
        table.add_column(f"{code}, NDCG@{HITS}", justify="right")
        table.add_column("unjudged", justify="right")
    for name, search in _searches(corpus, places):
        scores = [scored(search, queries(code)) for code in LANGUAGES]
        table.add_row(name, *(cell for score in scores for cell in (f"{score.ndcg:.3f}", str(score.unjudged))))
    console.print(table)


def scored(search: Search, asked: list[Query]) -> Score:
    """The mean over all queries."""
    found = [(query, search(query)) for query in asked]
    return Score(
        ndcg=mean(ndcg([query.grades.get(key, 0) for key in keys], query.grades.values()) for query, keys in found),
        unjudged=sum(key not in query.grades for query, keys in found for key in keys),
    )


def ndcg(grades: list[int], possible: Iterable[int]) -> float:
    """The gain of hits with these grades, as a share of what the best order of all judged texts would gain."""
    best = _gain(sorted(possible, reverse=True)[:HITS])
    return _gain(grades[:HITS]) / best if best else 0.0


def _gain(grades: list[int]) -> float:
    return sum((2**grade - 1) / log2(place + 2) for place, grade in enumerate(grades))


def _searches(corpus: list[Text], places: Places) -> Iterator[tuple[str, Search]]:
    server = places.elasticsearch
    if server is not None:
        with _plain(corpus, server) as plain:
            yield "standard analysis, any word", plain("or")
            yield "standard analysis, all words", plain("and")
    for place in places.all:
        with place.fresh() as address, _opened(place, address) as index:
            for start in range(0, len(corpus), _BATCH):
                index.write([_draft(text) for text in corpus[start : start + _BATCH]])
            index.refresh()
            yield f"newsbeam, any word, {place.name}", lambda query, index=index: _keys(index, query, " OR ")  # type: ignore[misc]
            yield f"newsbeam search, {place.name}", lambda query, index=index: _keys(index, query)  # type: ignore[misc]


@contextmanager
def _plain(corpus: list[Text], server: Place) -> Iterator[Callable[[str], Search]]:
    """Titles and texts in an index that nobody set up: the default analysis, the default query."""
    with server.fresh() as address, Elasticsearch(server.url, request_timeout=120) as client:
        index = f"{address.rpartition('/')[2]}-plain"
        fields = {"title": {"type": "text"}, "body": {"type": "text"}, "language": {"type": "keyword"}}
        client.indices.create(index=index, mappings={"properties": fields})
        lines = (
            {"_index": index, "_id": text.key, **{name: getattr(text, name) for name in fields}} for text in corpus
        )
        bulk(client, lines, refresh=True)

        def search(operator: str, query: Query) -> list[str]:
            wanted = {"multi_match": {"query": query.text, "fields": ["title", "body"], "operator": operator}}
            within = {"bool": {"must": wanted, "filter": {"term": {"language": query.language}}}}
            return [hit["_id"] for hit in client.search(index=index, query=within, size=HITS)["hits"]["hits"]]

        yield lambda operator: lambda query: search(operator, query)


@contextmanager
def _opened(place: Place, address: str) -> Iterator[SearchIndex]:
    index: SearchIndex = (
        EmbeddedIndex(Path(address)) if place.url is None else ElasticsearchIndex(address, ElasticsearchSettings())
    )
    index.setup()
    try:
        yield index
    finally:
        index.close()


def _draft(text: Text) -> Draft:
    article = make_article(
        text.key,
        id=text.key.ljust(_ID, "0"),
        language=text.language,
        title=text.title,
        body=text.body,
        published_at=_instant(text.published),
    )
    return draft_of(article)


def _instant(written: str | None) -> datetime:
    try:
        at = datetime.fromisoformat(written or "")
    except ValueError:
        return _UNDATED
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _keys(index: SearchIndex, query: Query, between: str = " ") -> list[str]:
    request = SearchRequest(query=between.join(query.text.split()), language=query.language, limit=HITS, facets=())
    return [hit.article.id[:KEY] for hit in index.search(request).hits]
