"""The query language: Lucene's syntax, parsed once into a small tree that each index compiles."""

from pipelines.index.query.parser import UNSPACED, parse_query
from pipelines.index.query.tree import (
    All,
    Any,
    Boost,
    DateRange,
    Everything,
    Exists,
    Fuzzy,
    KeywordRange,
    NumberRange,
    Query,
    QueryError,
    Wildcard,
    Words,
)

__all__ = [
    "UNSPACED",
    "All",
    "Any",
    "Boost",
    "DateRange",
    "Everything",
    "Exists",
    "Fuzzy",
    "KeywordRange",
    "NumberRange",
    "Query",
    "QueryError",
    "Wildcard",
    "Words",
    "parse_query",
]
