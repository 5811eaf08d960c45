"""From a search request to Elasticsearch's question, and from its answer to ours."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from models.article import Article
from models.errors import SetupError
from models.search import FacetValue, Hit, SearchRequest, SearchResult
from pipelines.index.elasticsearch.compile import Dsl, any_of, compile_query, looks_at_whole_words
from pipelines.index.elasticsearch.schema import SPELLED
from pipelines.index.fields import FACETS, SEARCHABLE, Kind
from pipelines.index.query import Query, parse_query

_TEXTS = tuple(name for name, kind in SEARCHABLE.items() if kind is Kind.TEXT)
_FACET_VALUES = 10
_LONGEST_ANALYZED = 999_999
"""UTF-16 units of a text without stored offsets that passages are sought in; Elasticsearch refuses a million."""


def question(request: SearchRequest, now: datetime, similar: Dsl | None = None) -> dict[str, Any]:
    """The body of a search for one page of hits, with passages and facets; what is found must be `similar` too."""
    query = parse_query(request.query, now)
    body: dict[str, Any] = {
        "query": _filtered(query, request, similar),
        "from_": request.offset,
        "size": request.limit,
        "sort": [{"timestamp": "desc"}, {"id": "asc"}],
        "track_total_hits": True,
        "track_scores": True,
        "allow_partial_search_results": False,
    }
    if request.sort == "relevance":
        body["sort"].insert(0, "_score")
    if request.limit:
        body["highlight"] = _highlight(query)
        if similar:
            body["highlight"]["highlight_query"] = compile_query(query)
    if request.facets:
        _check_facets(request.facets)
        body["aggs"] = {name: {"terms": {"field": name, "size": _FACET_VALUES}} for name in request.facets}
    return body


def matching(request: SearchRequest, now: datetime, similar: Dsl | None = None) -> dict[str, Any]:
    """The query of a request with its filters, without paging."""
    return _filtered(parse_query(request.query, now), request, similar)


def answer(found: Mapping[str, Any]) -> SearchResult:
    """Elasticsearch's answer as ours."""
    return SearchResult(
        total=found["hits"]["total"]["value"],
        hits=tuple(
            Hit(score=hit["_score"] or 0.0, highlights=_highlights(hit), article=read_article(hit["_source"]))
            for hit in found["hits"]["hits"]
        ),
        facets={
            name: tuple(FacetValue(value=each["key"], count=each["doc_count"]) for each in facet["buckets"])
            for name, facet in found.get("aggregations", {}).items()
        },
    )


def read_article(source: Mapping[str, Any]) -> Article:
    """An article as it was written. Raises SetupError for one of another generation of Newsbeam."""
    try:
        return Article.model_validate({name: value for name, value in source.items() if name != SPELLED})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise SetupError(
            f"The index holds an article {source.get('id')} that this version of Newsbeam can't read"
            f" ({place}: {first['msg']}); use the version that wrote it, or ingest its source with --again."
        ) from error


def _filtered(query: Query, request: SearchRequest, similar: Dsl | None) -> dict[str, Any]:
    filters: list[dict[str, Any]] = []
    if request.language is not None:
        # A language without a region means all its regions (RFC 4647, section 3.3.1).
        language = {"value": request.language, "case_insensitive": True}
        regional = {"value": f"{request.language}-", "case_insensitive": True}
        filters.append({"bool": {"should": [{"term": {"language": language}}, {"prefix": {"language": regional}}]}})
    if request.source_id is not None:
        filters.append({"term": {"source_id": request.source_id}})
    bounds = {"gte": request.since, "lt": request.until}
    if times := {name: at.isoformat() for name, at in bounds.items() if at is not None}:
        filters.append({"range": {"timestamp": times}})
    _check_facets(tuple(request.filters))
    filters.extend(any_of(name, values) for name, values in request.filters.items())
    wanted = [compile_query(query), *([similar] if similar else [])]
    return {"bool": {"must": wanted, "filter": filters}}


def _check_facets(names: tuple[str, ...]) -> None:
    for name in names:
        if name not in FACETS:
            raise SetupError(f"{name!r} is no facet; there are {', '.join(FACETS)}.")


def _highlight(query: Query) -> dict[str, Any]:
    forms = ("", ".exact") if looks_at_whole_words(query) else ("",)
    return {
        "pre_tags": ["<em>"],
        "post_tags": ["</em>"],
        "max_analyzed_offset": _LONGEST_ANALYZED,
        "fields": {
            f"{name}{form}": {"number_of_fragments": 0} if name == "title" else {"number_of_fragments": 3}
            for form in forms
            for name in _TEXTS
        },
        "fragment_size": 160,
    }


def _highlights(hit: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    found = hit.get("highlight", {})
    passages = {name: found.get(name) or found.get(f"{name}.exact") for name in _TEXTS}
    return {name: tuple(texts) for name, texts in passages.items() if texts}
