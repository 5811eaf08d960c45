"""The cities by all their names; one is read only when it is looked up, so that a process starts fast."""

import gzip
from functools import cache, cached_property
from importlib.resources import files

from pipelines.gazetteer.place import Place
from pipelines.gazetteer.words import PAIR, first_word, is_unspaced, pair_start


class Cities:
    """From a surface form to the cities it may stand for, with what a scanner needs to know where to look.

    `spaced` holds names in scripts with spaces, and, with no city, the words that only begin longer names.
    """

    def __init__(self, rows: list[str]) -> None:
        self.spaced: dict[str, tuple[str, ...]] = {}
        self.unspaced: dict[str, tuple[str, ...]] = {}
        for row in rows:
            city, _, others = row.rpartition("\t")
            entry = (city,)
            self._enter(city.split("\t", 2)[1], entry)
            if others:
                for name in others.split("|"):
                    self._enter(name, entry)
        self.first: dict[str, int] = {}
        """First word of names that are longer than it, and the most characters that a name from there has."""
        self.pairs: set[str] = set()
        """The first two words of longer names, so that a common first word such as `San` or `In` costs little."""
        for name in [name for name in self.spaced if not name.isalnum()]:
            self._enter_long(name)
        self.pair_starts = set(map(pair_start, self.pairs))
        for word in self.first:
            self.spaced.setdefault(word, ())
        self._read: dict[str, tuple[Place, ...]] = {}

    def get(self, name: str) -> tuple[Place, ...] | None:
        """The cities of a name, the one with the strongest claim first; None for a name that is none."""
        rows = self.spaced.get(name) or self.unspaced.get(name)
        if not rows:
            return None
        places = self._read.get(name)
        if places is None:
            places = tuple(sorted(map(_place, rows), key=lambda place: -place.claim(name)))
            self._read[name] = places
        return places

    @cached_property
    def heads(self) -> dict[str, int]:
        """The first two characters of names in scripts without spaces, and the most characters of such a name."""
        found: dict[str, int] = {}
        for name in self.unspaced:
            if len(name) > found.get(name[:2], 0):
                found[name[:2]] = len(name)
        return found

    @cached_property
    def folded(self) -> dict[str, tuple[str, ...]]:
        """Every name without its case, and the ways in which it is written with it."""
        found: dict[str, tuple[str, ...]] = {}
        for names in (self.spaced, self.unspaced):
            for name, rows in names.items():
                if rows:
                    key = name.casefold()
                    found[key] = (*found[key], name) if key in found else (name,)
        return found

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """First letters of names, and for names that begin with a small letter the whole first word."""
        letters = {name[0] for name in self.spaced if not "a" <= name[0] <= "\u00ff"}
        small = {first_word(name) for name in self.spaced if "a" <= name[0] <= "\u00ff"}
        return frozenset(small | {letter for letter in letters if not letter.islower()})

    def _enter(self, name: str, entry: tuple[str, ...]) -> None:
        names = self.unspaced if is_unspaced(name[0]) else self.spaced
        known = names.get(name)
        names[name] = (*known, *entry) if known else entry

    def _enter_long(self, name: str) -> None:
        word = first_word(name)
        if not word:
            return
        if len(name) > self.first.get(word, 0):
            self.first[word] = len(name)
        if pair := PAIR.match(name):
            self.pairs.add(pair.group())


@cache
def cities() -> Cities:
    """All cities of `config/places`."""
    packed = (files("config") / "places" / "cities.tsv.gz").read_bytes()
    return Cities(gzip.decompress(packed).decode().split("\n")[1:-1])


def _place(row: str) -> Place:
    id_, name, country, region, lat, lon, population, fame = row.split("\t")
    return Place("city", name, country, region, int(id_), float(lat), float(lon), int(population), int(fame))
