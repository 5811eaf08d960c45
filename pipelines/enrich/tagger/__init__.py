"""Names of people, organizations and places in running text: tokens in, IOB2 tags or spans out, by own models."""

from pipelines.enrich.tagger.tagger import Tagger, languages, open_tagger

__all__ = ["Tagger", "languages", "open_tagger"]
