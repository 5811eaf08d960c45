"""What a text says: its language, and the names in it."""

from pipelines.enrich.enricher import EXTRACTORS, Enricher, open_enricher

__all__ = ["EXTRACTORS", "Enricher", "open_enricher"]
