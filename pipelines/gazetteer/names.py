"""What names mean in one language: countries and regions by `config/places` and CLDR (by Babel), and the cities."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from babel import Locale, UnknownLocaleError

from pipelines.gazetteer import inflection
from pipelines.gazetteer.cities import Cities, cities
from pipelines.gazetteer.place import Place
from pipelines.gazetteer.words import PAIR, Beginnings, first_word, is_unspaced, pair_start

FOREIGN_LARGE = 200_000
"""In a language without a list of ambiguous names only cities of this size are believed."""


class Names:
    """From a surface form to what it may stand for, with what a scanner needs to know where to look."""

    def __init__(self, entries: Iterable[tuple[str, Place]]) -> None:
        self.places: dict[str, tuple[Place, ...]] = {}
        self.first: dict[str, int] = {}
        """First word of a name in a script with spaces, and the most characters that a name from there has."""
        self.heads: dict[str, int] = {}
        """The same for the first two characters of names in scripts without."""
        self.pairs: set[str] = set()
        """The first two words of longer names, so that a common first word such as `San` or `In` costs little."""
        for name, place in entries:
            known = self.places.get(name)
            if known is None:
                self.places[name] = (place,)
                self._enter(name)
            elif place not in known:
                self.places[name] = (*known, place)
        self.pair_starts = set(map(pair_start, self.pairs))

    def _enter(self, name: str) -> None:
        unspaced = is_unspaced(name[0])
        index, key = (self.heads, name[:2]) if unspaced else (self.first, first_word(name))
        if len(name) > index.get(key, 0):
            index[key] = len(name)
        if not unspaced and len(name) > len(key) and (pair := PAIR.match(name)):
            self.pairs.add(pair.group())


class Lexicon(NamedTuple):
    """What names mean in one language. `fixed` are countries and regions, which come before `cities`.

    `begin` finds the words that one of them may begin with, and more.
    """

    fixed: Names
    cities: Cities
    begin: Beginnings
    never: frozenset[str]
    cue: frozenset[str]
    cue_words: frozenset[str]
    person_words: frozenset[str]
    skipped: frozenset[str]
    company: Mapping[str, frozenset[str]]
    smallest: int


@cache
def lexicon(language: str) -> Lexicon:
    """The names of one language; a language that nobody described has CLDR's names, English ones and large cities."""
    rows = _rows("context.tsv")
    words = {role: frozenset(_context(rows, language, role)) for role in ("cue", "title", "given", "skip")}
    known = frozenset(row[0] for row in _rows("ambiguous.tsv"))
    lists = {level: _ambiguous(level, language, known) for level in ("never", "cue")}
    fixed = Names((*_skips(words["skip"]), *_countries(language), *_people(language), *_regions(language)))
    return Lexicon(
        fixed=fixed,
        cities=cities(),
        begin=Beginnings(cities().beginnings | fixed.first.keys()),
        never=lists["never"],
        cue=lists["cue"],
        cue_words=words["cue"],
        person_words=words["title"] | words["given"],
        skipped=words["skip"],
        company={
            row[1].removeprefix("with "): frozenset(filter(None, row[2].split("|")))
            for row in rows
            if row[0] in (language, "*") and row[1].startswith("with ")
        },
        smallest=0 if language in known else FOREIGN_LARGE,
    )


@cache
def country_name(code: str) -> str:
    """The one name of a country in every article: CLDR's English one, or ours where that is unhandy."""
    for language, known, name in _rows("countries.tsv"):
        if language == "name" and known == code:
            return name
    return str(Locale("en").territories.get(code, code))


@cache
def _country(code: str) -> Place:
    return Place("country", country_name(code), code)


def _countries(language: str) -> Iterator[tuple[str, Place]]:
    for own in dict.fromkeys((language, "en")):
        for code, name in territories(own).items():
            for form in inflection.names(own, name):
                yield form, _country(code)
    for own, code, names in _rows("countries.tsv"):
        if own in (language, "*") or (own == "name" and code != "TR"):
            for name in names.split("|"):
                for form in inflection.names(language, name):
                    yield form, _country(code)


def territories(language: str) -> dict[str, str]:
    """The countries' names in one language, by ISO 3166-1 alpha-2; none for a language that the CLDR lacks."""
    try:
        found = Locale.parse(language).territories
    except (UnknownLocaleError, ValueError):
        return {}
    return {
        code: name.replace("’", "'")
        for code, name in found.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES and len(name) > 1
    }


_NO_COUNTRIES = frozenset(("EU", "EZ", "UN", "ZZ", "XA", "XB", "QO", "AQ"))


def _people(language: str) -> Iterator[tuple[str, Place]]:
    for own, code, words in _rows("demonyms.tsv"):
        if own == language:
            for word in words.split("|"):
                for form in inflection.people(language, word):
                    yield form, _country(code)


def _regions(language: str) -> Iterator[tuple[str, Place]]:
    for code, name, others in _rows("regions.tsv"):
        country, _, region = code.partition("-")
        place = Place("region", name, country or None, region)
        for other in (name, *filter(None, others.split("|"))):
            for form in inflection.names("de", other) if language == "de" else (other,):
                yield form, place


def _skips(names: Iterable[str]) -> Iterator[tuple[str, Place]]:
    for name in names:
        yield name, Place("region", "", None)


def _ambiguous(level: str, language: str, known: frozenset[str]) -> frozenset[str]:
    """The language's own list; one without takes what is listed in two others."""
    counts = Counter(
        word
        for own, of, words in _rows("ambiguous.tsv")
        if of == level and (language not in known or own in (language, "*"))
        for word in (words.split(" ") if own != "*" else words.split(" ") * 2)
    )
    return frozenset(word for word, count in counts.items() if count > 1 or language in known)


def _context(rows: Iterable[tuple[str, ...]], language: str, role: str) -> Iterator[str]:
    for own, of, words in rows:
        if of == role and own in (language, "*"):
            yield from words.split("|")


@cache
def _rows(name: str) -> tuple[tuple[str, ...], ...]:
    text = (files("config") / "places" / name).read_text(encoding="utf-8")
    return tuple(tuple(line.split("\t")) for line in text.splitlines() if line and not line.startswith("#"))
