"""What a text says: its language, and the names in it."""

from pipelines.enrich.enricher import EXTRACTORS, Enricher, open_enricher
from pipelines.enrich.names import Recognizer
from pipelines.enrich.recognizers import check_recognizer, open_recognizer
from pipelines.enrich.tagger import languages

__all__ = [
    "EXTRACTORS",
    "Enricher",
    "Recognizer",
    "check_recognizer",
    "languages",
    "open_enricher",
    "open_recognizer",
]
