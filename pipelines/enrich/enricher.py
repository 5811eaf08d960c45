"""Runs language detection and the extractors over drafts, a batch at a time."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache

from models.outcome import Draft, Outcome
from pipelines.enrich.base import Extractor

EXTRACTORS: dict[str, Callable[[], Extractor]] = {}


class Enricher:
    """What a text says; made once per process."""

    def enrich(self, drafts: Sequence[Draft]) -> Iterator[Draft | Outcome]:
        """Each draft with its language, places and countries, or its failed outcome, in order."""
        yield from drafts


@cache
def open_enricher() -> Enricher:
    """The one enricher of this process."""
    return Enricher()
