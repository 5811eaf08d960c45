"""A language as `config/languages.yaml` describes it."""

from pydantic import Field

from models.base import Model


class ElasticsearchAnalysis(Model):
    """Built-in token filters after lower-casing, in order, and the built-in stemmer after them."""

    filters: tuple[str, ...] = ()
    stemmer: str | None = None


class EmbeddedAnalysis(Model):
    """The stemmer of the embedded index."""

    stemmer: str | None = None


class Wire(Model):
    """How agencies write in one language: the words that mark a line, lower or upper case alike.

    `published` and `updated` stand before a time, `authors`, `editors` and `credits` (agencies) before names,
    `byline` before the names of a line of its own, `notes` start an update note. `joiners` stand between two
    names, `at` between a name and a place. `date_words` may stand in a time besides the names of months and
    days. `agencies` gives every way to write a credit by the one name that Newsbeam keeps.
    """

    published: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()
    byline: tuple[str, ...] = ()
    joiners: tuple[str, ...] = ()
    at: tuple[str, ...] = ()
    date_words: tuple[str, ...] = ()
    agencies: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class Language(Model):
    """One entry. `cjk` means no spaces between words; `wire` holds the rules for agency text as data."""

    code: str
    name: str
    indexed: bool = False
    cjk: bool = False
    elasticsearch: ElasticsearchAnalysis = ElasticsearchAnalysis()
    embedded: EmbeddedAnalysis = EmbeddedAnalysis()
    wire: Wire = Wire()
