"""From a query to Elasticsearch's own query language."""

import re
from functools import singledispatch
from typing import Any as Json

from pipelines.index import query as tree
from pipelines.index.elasticsearch.schema import MACHINE_FIELDS, SPELLED, STEMMED
from pipelines.index.fields import FIELDS, NEAR, NEAR_BOOST, OTHER_TEXT, SEARCHABLE, WORD_FIELDS, Kind
from pipelines.names import fold_name

Dsl = dict[str, Json]

_MOST_SPELLINGS = 50
"""So many words of the index a fuzzy word stands for at most."""


_RESERVED = re.compile(r"[-+=&|!(){}\[\]^\"~:/\s]")
_UNESCAPABLE = {ord("<"): "?", ord(">"): "?"}


@singledispatch
def compile_query(query: tree.Query) -> Dsl:
    """The query as an Elasticsearch query clause."""
    raise TypeError(f"not a query: {query!r}")


@compile_query.register
def _(_query: tree.Everything) -> Dsl:
    return {"match_all": {}}


@compile_query.register
def _(query: tree.Words) -> Dsl:
    together = query.phrase or tree.UNSPACED.search(query.text)
    if query.field is None:
        return _texts(query, type="phrase", **_loosely(query, query.slop)) if together else _words(query)
    if SEARCHABLE[query.field] is Kind.NAME:
        return _name(query.field, query.text)
    if not _is_text(query.field):
        return _on(query.field, {"term": {_folded(query.field): _value(query.field, query.text)}})
    field = _form(query.field, query)
    if together:
        return _on(query.field, {"match_phrase": {field: {"query": query.text, **_loosely(query, query.slop)}}})
    return _on(query.field, {"match": {field: {"query": query.text, "operator": "and"}}})


@compile_query.register
def _(query: tree.Wildcard) -> Dsl:
    if query.field is None:
        return _best_of({name: _pattern(f"{name}.exact", query.pattern) for name in WORD_FIELDS})
    field = f"{query.field}.exact" if _is_text(query.field) else _folded(query.field)
    return _on(query.field, _pattern(field, query.pattern))


@compile_query.register
def _(query: tree.Fuzzy) -> Dsl:
    if query.field is None:
        return _best_of({name: _like(f"{name}.exact", query) for name in WORD_FIELDS})
    if _is_text(query.field):
        return _on(query.field, _like(f"{query.field}.exact", query))
    near = {"value": query.text, "fuzziness": query.distance, "max_expansions": _MOST_SPELLINGS}
    return _on(query.field, {"fuzzy": {_folded(query.field): near}})


@compile_query.register
def _(query: tree.Exists) -> Dsl:
    return _on(query.field, {"exists": {"field": query.field}})


@compile_query.register
def _(query: tree.DateRange) -> Dsl:
    bounds = {"gte": query.since, "lt": query.until}
    return _on(query.field, _range(query.field, {name: at and at.isoformat() for name, at in bounds.items()}))


@compile_query.register
def _(query: tree.NumberRange) -> Dsl:
    return _on(query.field, _range(query.field, {"gte": query.low, "lte": query.high}))


@compile_query.register
def _(query: tree.KeywordRange) -> Dsl:
    bounds = {"gte": query.low, "lte": query.high}
    if query.field in MACHINE_FIELDS:
        bounds = {name: text and text.lower() for name, text in bounds.items()}
    return _on(query.field, _range(_folded(query.field), bounds))


@compile_query.register
def _(query: tree.All) -> Dsl:
    clauses: Dsl = {"must": [compile_query(part) for part in query.parts] or [{"match_all": {}}]}
    if query.without:
        clauses["must_not"] = [compile_query(part) for part in query.without]
    return {"bool": clauses}


@compile_query.register
def _(query: tree.Any) -> Dsl:
    return {"bool": {"should": [compile_query(part) for part in query.parts], "minimum_should_match": 1}}


@compile_query.register
def _(query: tree.Boost) -> Dsl:
    return {"bool": {"must": [compile_query(query.part)], "boost": query.factor}}


def looks_at_whole_words(query: tree.Query) -> bool:
    """Whether some part is compiled to the unstemmed form of a text, so that passages must be sought there too."""
    match query:
        case tree.Wildcard() | tree.Fuzzy() | tree.Words(exact=True):
            return True
        case tree.All(parts) | tree.Any(parts):
            return any(map(looks_at_whole_words, parts))
        case tree.Boost(part):
            return looks_at_whole_words(part)
    return False


def any_of(field: str, values: tuple[str, ...]) -> Dsl:
    """A filter on a keyword field, without case."""
    return {"terms": {_folded(field): [_value(field, value) for value in values]}}


def _is_text(field: str) -> bool:
    return SEARCHABLE.get(field) is Kind.TEXT


def _folded(field: str) -> str:
    return field if field in MACHINE_FIELDS else f"{field}.folded"


def _name(field: str, text: str) -> Dsl:
    """The whole name as it is written, or some of its words in any spelling."""
    ways: list[Dsl] = [{"term": {_folded(field): text}}]
    if folded := fold_name(text):
        ways.append({"match_phrase": {f"{SPELLED}.{field}": folded}})
    return {"constant_score": {"filter": {"bool": {"should": ways}}}}


def _value(field: str, text: str) -> str:
    return text.lower() if field in MACHINE_FIELDS else text


def _words(query: tree.Words) -> Dsl:
    """Each word somewhere; texts in which several stand close together come first."""
    found = _texts(query, type="cross_fields", operator="and", tie_breaker=OTHER_TEXT)
    if " " not in query.text:
        return found
    near = _texts(query, type="phrase", boost=NEAR_BOOST, **_loosely(query, NEAR))
    return {"bool": {"must": [found], "should": [near]}}


def _loosely(query: tree.Words, slop: int) -> Dsl:
    """So many places between the words, which stand for themselves: every way through their synonyms would be tried."""
    return {"slop": slop, "analyzer": STEMMED} if slop and not query.exact else {"slop": slop}


def _texts(query: tree.Words, **how: Json) -> Dsl:
    return {"multi_match": {"query": query.text, "fields": _weighted(query), **how}}


def _weighted(query: tree.Words) -> list[str]:
    return [f"{_form(name, query)}^{FIELDS[name].weight:g}" for name in WORD_FIELDS]


def _form(field: str, query: tree.Words) -> str:
    return f"{field}.exact" if query.exact else field


def _best_of(clauses: dict[str, Dsl]) -> Dsl:
    """The best of one clause per field counts, by the field's weight."""
    weighted = [{"bool": {"must": [clause], "boost": FIELDS[name].weight}} for name, clause in clauses.items()]
    return {"dis_max": {"queries": weighted}}


def _pattern(field: str, pattern: str) -> Dsl:
    if not field.endswith(".exact"):
        return {"wildcard": {field: {"value": pattern, "case_insensitive": True}}}
    # Only this kind of query folds a pattern as the text of each language was folded.
    escaped = _RESERVED.sub(r"\\\g<0>", pattern).translate(_UNESCAPABLE)
    return {"query_string": {"query": escaped, "fields": [field]}}


def _like(field: str, query: tree.Fuzzy) -> Dsl:
    near = {"fuzziness": query.distance, "max_expansions": _MOST_SPELLINGS, "operator": "and"}
    return {"match": {field: {"query": query.text, **near}}}


def _range(field: str, bounds: dict[str, Json]) -> Dsl:
    return {"range": {field: {name: bound for name, bound in bounds.items() if bound is not None}}}


def _on(field: str, clause: Dsl) -> Dsl:
    """The parts of nested objects are asked for inside their object."""
    root = field.partition(".")[0]
    if root != field and FIELDS[root].kind is Kind.NESTED:
        return {"nested": {"path": root, "query": clause}}
    return clause
