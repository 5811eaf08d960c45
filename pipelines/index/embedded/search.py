"""Answers a question from several indices at once: one ranking, one total, one count of each facet."""

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby, islice

import tantivy

from models.article import Article
from models.search import FacetValue, Hit, SearchRequest, SearchResult
from pipelines.index.embedded.compile import all_of, is_constant
from pipelines.index.embedded.highlight import PASSAGES, Needle, highlight, needles
from pipelines.index.embedded.records import texts_of
from pipelines.index.embedded.shard import Ranked, Shard
from pipelines.index.embedded.similar import Similar
from pipelines.index.fields import FACETS
from pipelines.index.query import Query, QueryError, parse_query

FACET_VALUES = 10
_COUNTED = 2000
"""So many values of a facet are counted in each index before the counts are added up."""


def search(shards: Sequence[Shard], request: SearchRequest, now: datetime) -> SearchResult:
    """One page, the total and the facets. Raises QueryError."""
    query, similar = _checked(request, now), _similar(shards, request)
    by_time = request.sort == "newest" or (is_constant(query) and similar is None)
    wanted = request.offset + request.limit
    total, ranked, counts = 0, [], {name: Counter[str]() for name in request.facets}
    for shard in shards:
        compiled = _compiled(shard, query, request, similar)
        matching = shard.count(compiled)
        total += matching
        if not matching:
            continue
        _count(shard, compiled, counts)
        if request.limit:
            ranked += [(entry, shard) for entry in shard.best(compiled, wanted, by_time=by_time)]
    ranked.sort(key=lambda found: (-found[0].score, -found[0].newest, found[0].id_order))
    page = ranked[request.offset : wanted]
    return SearchResult(
        total=total,
        hits=tuple(_hit(entry, shard, query) for entry, shard in page),
        facets={name: _values(counter) for name, counter in counts.items()},
    )


def export(shards: Sequence[Shard], request: SearchRequest, now: datetime) -> Iterator[Article]:
    """All matches, ordered by id. Raises QueryError."""
    query, similar = _checked(request, now), _similar(shards, request)
    streams = [shard.articles(_compiled(shard, query, request, similar)) for shard in shards]
    by_id = groupby(heapq.merge(*streams, key=lambda article: article.id), key=lambda article: article.id)
    return (max(twins, key=lambda article: article.version) for _, twins in by_id)


def _checked(request: SearchRequest, now: datetime) -> Query:
    for name in (*request.facets, *request.filters):
        if name not in FACETS:
            raise QueryError(f"{name} is no facet; the facets are {', '.join(FACETS)}.")
    return parse_query(request.query, now)


def _similar(shards: Sequence[Shard], request: SearchRequest) -> Similar | None:
    return Similar(shards, request.like) if request.like else None


def _compiled(shard: Shard, query: Query, request: SearchRequest, similar: Similar | None) -> tantivy.Query:
    shard.check()
    wanted = [shard.compiler.one_of(name, values) for name, values in request.filters.items()]
    if request.language is not None:
        wanted.append(shard.compiler.in_language(request.language))
    if request.source_id is not None:
        wanted.append(shard.compiler.one_of("source_id", (request.source_id,)))
    if request.since is not None or request.until is not None:
        wanted.append(shard.compiler.between("timestamp", request.since, request.until))
    compiled = shard.compiler.compile(query, shard.searcher)
    if similar is not None:
        compiled = tantivy.Query.and_must_match(compiled, similar.compile(shard))
    return all_of(compiled, wanted)


def _count(shard: Shard, query: tantivy.Query, counts: dict[str, Counter[str]]) -> None:
    if not counts:
        return
    wanted = {name: {"terms": {"field": name, "size": _COUNTED, "segment_size": _COUNTED}} for name in counts}
    found = shard.searcher.aggregate(query, wanted)
    for name, counter in counts.items():
        for bucket in found[name]["buckets"]:
            counter[bucket["key"]] += bucket["doc_count"]


def _values(counter: Counter[str]) -> tuple[FacetValue, ...]:
    best = sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:FACET_VALUES]
    return tuple(FacetValue(value=value, count=count) for value, count in best)


def _hit(entry: Ranked, shard: Shard, query: Query) -> Hit:
    article = shard.article(entry.address)
    marked = {
        field: passages
        for field, wanted in needles(query, shard.analysis).items()
        if (passages := _passages(article, field, wanted, shard))
    }
    return Hit(score=entry.score, highlights=marked, article=article)


def _passages(article: Article, field: str, wanted: list[Needle], shard: Shard) -> tuple[str, ...]:
    found = (passage for text in texts_of(article, field) for passage in highlight(text, wanted, shard.analysis))
    return tuple(islice(found, PASSAGES))
