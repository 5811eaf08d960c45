"""What every extractor does."""

from collections.abc import Sequence
from typing import Protocol

from models.article import Entity, Location, Quote
from models.base import Model


class Findings(Model):
    """What one extractor found in one text; offsets count code points of that text."""

    entities: tuple[Entity, ...] = ()
    countries: tuple[str, ...] = ()
    locations: tuple[Location, ...] = ()
    quotes: tuple[Quote, ...] = ()


class Extractor(Protocol):
    """Finds things in texts, a batch at a time. Made once per process; holds its model."""

    def extract(self, texts: Sequence[tuple[str, str]]) -> list[Findings]:
        """One result per (text, language) pair, in order. Raises EnrichError for a text it can't take."""
