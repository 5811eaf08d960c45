"""What is read out of a text, and what every extractor does."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from models.article import Entity, EntityKind, Location, Quote
from models.base import Model


class Span(NamedTuple):
    """A name as it was recognized: code points from `start` to `end`, end exclusive."""

    start: int
    end: int
    kind: EntityKind


class Reading(Model):
    """A text and what has been read out of it so far; offsets count code points of that text.

    `spans` are recognized names, in order, none within another; `entities` are what they and the gazetteer stand for.
    """

    text: str
    language: str
    spans: tuple[Span, ...] = ()
    entities: tuple[Entity, ...] = ()
    countries: tuple[str, ...] = ()
    locations: tuple[Location, ...] = ()
    quotes: tuple[Quote, ...] = ()


class Extractor(Protocol):
    """Reads texts, a batch at a time, building on what those before it found. Made once per process."""

    def extract(self, readings: Sequence[Reading]) -> list[Reading]:
        """Each reading with more in it, in order. Raises EnrichError for a text it can't take."""
