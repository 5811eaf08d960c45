"""What is known of names in one language: `config/entities`, words and endings."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from pipelines.gazetteer import lexicon


class Words(NamedTuple):
    """Words in small letters; the file says what each list is."""

    title: frozenset[str]
    ending: tuple[str, ...]
    within: frozenset[str]
    joining: frozenset[str]
    after: frozenset[str]
    article: frozenset[str]
    particle: frozenset[str]
    elided: frozenset[str]
    family_first: frozenset[str]
    institution: tuple[str, ...]
    kind_of: tuple[str, ...]
    generic: frozenset[str]
    legal: frozenset[str]
    short_of: frozenset[str]
    common: frozenset[str]
    nouns_have_capitals: bool


class Endings(NamedTuple):
    """How names bend: `case` is always taken off, `genitive` where the rest is known; the longest come first."""

    genitive: tuple[str, ...]
    case: tuple[str, ...]
    nominative: tuple[str, ...]
    genitive_article: tuple[str, ...]
    article_ending: tuple[str, ...]
    linking: tuple[str, ...]


@cache
def words(language: str) -> Words:
    """The words of one language and of all; a language that nobody described has those of all."""
    rows = _rows("words.tsv")
    return Words(
        title=frozenset(_list(rows, language, "title")),
        ending=tuple(_list(rows, language, "ending")),
        joining=frozenset(_list(rows, language, "joining")),
        within=frozenset(_list(rows, language, "within")),
        after=frozenset(_list(rows, language, "after")),
        article=frozenset(_list(rows, language, "article")),
        particle=frozenset(_list(rows, language, "particle")),
        elided=frozenset(_list(rows, language, "elided")),
        family_first=frozenset(_list(rows, language, "family first")),
        institution=tuple(_list(rows, language, "institution")),
        kind_of=tuple(_list(rows, language, "kind of")),
        generic=frozenset(_list(rows, language, "generic")),
        legal=frozenset(_list(rows, language, "legal")),
        short_of=frozenset(_list(rows, language, "short of")),
        common=frozenset(_list(rows, language, "common")),
        nouns_have_capitals=any(_list(rows, language, "capitals")),
    )


@cache
def endings(language: str) -> Endings:
    """The endings of one language; none for one that nobody described."""
    rows = _rows("endings.tsv")
    roles = ("genitive", "case", "nominative", "genitive article", "article ending", "linking")
    return Endings(
        *(tuple(sorted(_list(rows, language, role), key=lambda ending: (-len(ending), ending))) for role in roles)
    )


@cache
def peoples(language: str) -> frozenset[str]:
    """The names of countries and their peoples, and the adjectives, in small letters."""
    fixed = lexicon(language).fixed.places
    return frozenset(name.casefold() for name, places in fixed.items() if places[0].kind == "country")


def _list(rows: tuple[tuple[str, ...], ...], language: str, role: str) -> Iterator[str]:
    for own, of, listed in rows:
        if of == role and own in (language, "*"):
            yield from listed.split("|")


@cache
def _rows(name: str) -> tuple[tuple[str, ...], ...]:
    text = (files("config") / "entities" / name).read_text(encoding="utf-8")
    return tuple(tuple(line.split("\t")) for line in text.splitlines() if line and not line.startswith("#"))
