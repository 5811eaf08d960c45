"""A language as `config/languages.yaml` describes it."""

from typing import Any

from pydantic import Field

from models.base import Model


class ElasticsearchAnalysis(Model):
    """Built-in token filters after lower-casing, in order, and the built-in stemmer after them."""

    filters: tuple[str, ...] = ()
    stemmer: str | None = None


class EmbeddedAnalysis(Model):
    """The stemmer of the embedded index."""

    stemmer: str | None = None


class Language(Model):
    """One entry. `cjk` means no spaces between words; `wire` holds the rules for agency text as data."""

    code: str
    name: str
    indexed: bool = False
    cjk: bool = False
    elasticsearch: ElasticsearchAnalysis = ElasticsearchAnalysis()
    embedded: EmbeddedAnalysis = EmbeddedAnalysis()
    wire: dict[str, Any] = Field(default_factory=dict)
