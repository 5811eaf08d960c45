"""The one table of what each field of an article is to an index; both schemas are computed from it."""

from dataclasses import dataclass
from enum import StrEnum

from models.article import Article


class Kind(StrEnum):
    """What can be done with a field."""

    TEXT = "text"  # searched by words, stemmed
    KEYWORD = "keyword"  # filtered as a whole, without case; counted
    NAME = "name"  # a keyword that is also found by its words, however they are spelled
    DATE = "date"
    INTEGER = "integer"
    POINT = "point"  # latitude and longitude
    STORED = "stored"  # kept, not searched
    OBJECT = "object"  # known parts, each of its own kind
    NESTED = "nested"  # many objects whose parts belong together


@dataclass(frozen=True)
class Field:
    """`weight` is the boost in a search without a field; 0 keeps the field out of it. `facet` offers counts."""

    kind: Kind
    weight: float = 0.0
    facet: bool = False
    parts: tuple[tuple[str, Kind], ...] = ()


_KEYWORD = Field(Kind.KEYWORD)
_FACET = Field(Kind.KEYWORD, facet=True)
_NAME = Field(Kind.NAME, facet=True)
_DATE = Field(Kind.DATE)
_INTEGER = Field(Kind.INTEGER)
_STORED = Field(Kind.STORED)

FIELDS: dict[str, Field] = {
    "id": _KEYWORD,
    "url": _KEYWORD,
    "origin": _KEYWORD,
    "source_id": _FACET,
    "source_name": _FACET,
    "source_rank": _INTEGER,
    "section": _FACET,
    "tags": _FACET,
    "image_url": _STORED,
    "title": Field(Kind.TEXT, weight=3.0),
    "summary": Field(Kind.TEXT),
    "body": Field(Kind.TEXT, weight=1.0),
    "text_status": _FACET,
    "language": _FACET,
    "word_count": _INTEGER,
    "authors": _NAME,
    "editors": _NAME,
    "agencies": _FACET,
    "dateline": Field(Kind.OBJECT, parts=(("place", Kind.KEYWORD), ("country", Kind.KEYWORD))),
    "published_at": _DATE,
    "published_at_raw": _STORED,
    "published_at_precision": _KEYWORD,
    "updated_at": _DATE,
    "updated_at_raw": _STORED,
    "updated_at_precision": _KEYWORD,
    "fetched_at": _DATE,
    "first_seen_at": _DATE,
    "timestamp": _DATE,
    "entities": Field(
        Kind.NESTED,
        parts=(
            ("name", Kind.KEYWORD),
            ("kind", Kind.KEYWORD),
            ("mentions", Kind.STORED),
            ("country", Kind.KEYWORD),
            ("place_id", Kind.INTEGER),
        ),
    ),
    "people": _NAME,
    "organizations": _NAME,
    "places": _NAME,
    "countries": _FACET,
    "locations": Field(Kind.POINT),
    "quotes": Field(
        Kind.OBJECT,
        parts=(
            ("text", Kind.TEXT),
            ("offset", Kind.STORED),
            ("speaker", Kind.STORED),
            ("speaker_offset", Kind.STORED),
        ),
    ),
    "speakers": _NAME,
    "update_note": _STORED,
    "content_hash": _KEYWORD,
    "entry_hash": _KEYWORD,
    "revision": _INTEGER,
    "version": _INTEGER,
    "provenance": _STORED,
    "pipeline": Field(
        Kind.OBJECT,
        parts=(("newsbeam", Kind.KEYWORD), ("model", Kind.KEYWORD), ("enrichment", Kind.INTEGER)),
    ),
}

WORD_FIELDS = tuple(name for name, field in FIELDS.items() if field.weight)
"""The fields that a word without a field name is looked for in."""

OTHER_TEXT = 0.3
"""A word counts where it weighs most, in title or body, and by this share in the other."""

NEAR, NEAR_BOOST = 5, 0.5
"""Words side by side in a query count for so much more where they stand within so many places of each other."""

FACETS = tuple(name for name, field in FIELDS.items() if field.facet)

NAMES = tuple(name for name, field in FIELDS.items() if field.kind is Kind.NAME)
"""The fields that hold names of people, organizations and places."""

_SEARCHED = (Kind.TEXT, Kind.KEYWORD, Kind.NAME, Kind.DATE, Kind.INTEGER)

SEARCHABLE: dict[str, Kind] = {
    **{name: field.kind for name, field in FIELDS.items() if field.kind in _SEARCHED},
    **{
        f"{name}.{part}": kind
        for name, field in FIELDS.items()
        if field.kind is Kind.OBJECT
        for part, kind in field.parts
        if kind in _SEARCHED
    },
}
"""Every field name that a query may use, parts of objects with a dot, and its kind."""

assert set(FIELDS) == set(Article.model_fields)
