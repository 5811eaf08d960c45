"""A question to the index and its answer. The answer's shape is the API of `newsbeam search --json`."""

from typing import Literal

from pydantic import Field

from models.article import Article
from models.base import Instant, Model


class SearchRequest(Model):
    """A query in the shared language, with filters. Times bound `timestamp`: `since` inclusive, `until` exclusive.

    An empty query means everything. `filters` maps a facet field to values, any of which will do. `like` is the id of
    an article: what matches must be about the same, and the article itself is not among it.
    """

    query: str = ""
    like: str | None = None
    language: str | None = None
    source_id: str | None = None
    since: Instant | None = None
    until: Instant | None = None
    filters: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    limit: int = Field(default=10, ge=0, le=1000)
    offset: int = Field(default=0, ge=0, le=9000)
    sort: Literal["relevance", "newest"] = "relevance"
    facets: tuple[str, ...] = ("source_name", "language", "people", "organizations", "places", "countries", "speakers")


class FacetValue(Model):
    """How many articles carry a value."""

    value: str
    count: int


class Hit(Model):
    """One article that matches, with passages by field in which `<em>` and `</em>` mark what matched."""

    score: float
    highlights: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    article: Article


class SearchResult(Model):
    """The answer: how many match in all, one page of them, and the facets over all that match."""

    total: int
    hits: tuple[Hit, ...]
    facets: dict[str, tuple[FacetValue, ...]] = Field(default_factory=dict)
