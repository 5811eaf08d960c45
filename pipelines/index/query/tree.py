"""What a query means, whoever compiles it."""

from dataclasses import dataclass, replace
from datetime import datetime

from models.errors import SetupError


class QueryError(SetupError):
    """A query that can't be understood; the message says where and what was meant."""


@dataclass(frozen=True)
class Everything:
    """Matches every article."""


@dataclass(frozen=True)
class Words:
    """Text as a person types it: words that must all be there, or a phrase. No field: each in title or body.

    In texts a word stands for its other forms and its synonyms, unless it is meant exactly.
    """

    field: str | None
    text: str
    phrase: bool = False
    slop: int = 0
    exact: bool = False


@dataclass(frozen=True)
class Wildcard:
    """`*` stands for any run of characters and `?` for one, a backslash takes the next one as it is.

    Lower-cased, never stemmed. No field: title and body.
    """

    field: str | None
    pattern: str


@dataclass(frozen=True)
class Fuzzy:
    """A word within this many edits (1 or 2), the swap of two neighbours counted as one. No field: title and body."""

    field: str | None
    text: str
    distance: int


@dataclass(frozen=True)
class Exists:
    """`field:*`: the field has a value."""

    field: str


@dataclass(frozen=True)
class DateRange:
    """From `since` (inclusive) to `until` (exclusive); absent means open."""

    field: str
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True)
class NumberRange:
    """Both ends inclusive; absent means open."""

    field: str
    low: int | None
    high: int | None


@dataclass(frozen=True)
class KeywordRange:
    """Both ends inclusive, compared without case; absent means open."""

    field: str
    low: str | None
    high: str | None


@dataclass(frozen=True)
class All:
    """Every part matches, and none of `without`; no parts means everything."""

    parts: tuple["Query", ...]
    without: tuple["Query", ...] = ()


@dataclass(frozen=True)
class Any:
    """At least one part matches."""

    parts: tuple["Query", ...]


@dataclass(frozen=True)
class Boost:
    """Counts for more (or less) in the score."""

    part: "Query"
    factor: float


Query = Everything | Words | Wildcard | Fuzzy | Exists | DateRange | NumberRange | KeywordRange | All | Any | Boost


def exactly(query: Query) -> Query:
    """The same query with every word in the very form that is written."""
    match query:
        case Words():
            return replace(query, exact=True)
        case All(parts, without):
            return All(tuple(map(exactly, parts)), tuple(map(exactly, without)))
        case Any(parts):
            return Any(tuple(map(exactly, parts)))
        case Boost(part, factor):
            return Boost(exactly(part), factor)
    return query
