"""The record that Newsbeam exists for: one clean, typed article."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from models.base import Instant, Model

ENRICHMENT_GENERATION = 4
"""Raised by hand when the extractors' results change; the last three digits of an article's version."""


class TextStatus(StrEnum):
    """How complete the body is: `teaser` was not asked for more, `blocked` is final, `pending` is tried again."""

    FULL = "full"
    TEASER = "teaser"
    BLOCKED = "blocked"
    PENDING = "pending"


class Precision(StrEnum):
    """How exactly a time was written: `no_zone` was read in the source's zone, `day` had no time of day."""

    INSTANT = "instant"
    NO_ZONE = "no_zone"
    DAY = "day"


class Mention(Model):
    """Where a name stands: code points into `body`, end exclusive."""

    start: int
    end: int


EntityKind = Literal["person", "organization", "place", "misc"]


class Entity(Model):
    """Somebody or something the article names. `country` is ISO 3166-1 alpha-2, `place_id` a GeoNames id."""

    name: str
    kind: EntityKind
    mentions: tuple[Mention, ...]
    country: str | None = None
    place_id: int | None = None


class Quote(Model):
    """Words in quotation marks; `offset` is the code point in `body` where `text` starts."""

    text: str
    offset: int
    speaker: str | None = None
    speaker_offset: int | None = None


class Location(Model):
    """A point on the map (WGS 84 degrees)."""

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)


class Dateline(Model):
    """Where a story was filed: the place as written, its country as ISO 3166-1 alpha-2 where known."""

    place: str
    country: str | None = None


class PipelineVersions(Model):
    """What made this record."""

    newsbeam: str
    model: str | None = None
    enrichment: int = ENRICHMENT_GENERATION


class Article(Model):
    """One article. Times are UTC; offsets count code points of `body`; keywords hold at most 1,024 characters."""

    id: str
    url: str | None = None
    origin: str
    source_id: str
    source_name: str
    source_rank: int
    section: str | None = None
    tags: tuple[str, ...] = ()
    image_url: str | None = None

    title: str
    summary: str | None = None
    body: str
    text_status: TextStatus
    language: str
    word_count: int

    authors: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()

    dateline: Dateline | None = None
    published_at: Instant | None = None
    published_at_raw: str | None = None
    published_at_precision: Precision | None = None
    updated_at: Instant | None = None
    updated_at_raw: str | None = None
    updated_at_precision: Precision | None = None
    fetched_at: Instant
    first_seen_at: Instant
    timestamp: Instant

    entities: tuple[Entity, ...] = ()
    people: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    locations: tuple[Location, ...] = ()
    quotes: tuple[Quote, ...] = ()
    speakers: tuple[str, ...] = ()
    update_note: str | None = None

    content_hash: str
    entry_hash: str
    revision: int = Field(ge=1)
    version: int = Field(ge=1)
    provenance: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)
    pipeline: PipelineVersions
