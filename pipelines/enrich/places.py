"""Decides which places a text names: the extractor of places, countries and locations.

How an ambiguous name is resolved, in this order:

1. The longest name wins, from left to right: `New York` is not `York`. Countries and regions come before cities.
2. `Moscow, Idaho` and `Frankfurt (Deutschland)`: a city with its state or country behind it is that city; a listed
   name (rule 4) only behind a comma.
3. No city: what follows a title, a given name or an initial (`Jack London`), an at sign, a slash or a hyphen; in
   languages that write common nouns small also what follows another capitalised word within a sentence.
4. `config/places/ambiguous.tsv` lists names that are words, given or family names in a language. `never` ones count
   only by rule 2; `cue` ones also directly behind a word such as `in` or `from`.
5. A city under 100,000 inhabitants needs such a word before it, or to lie in a country where the language is at
   home, or a name of several words and its country named in the same text.
6. Of several cities of one name: the strongest in a country that the text names, else in one where the language is
   at home, unless the strongest of all is more than twenty times as strong (three times for the US, which half of all
   texts name); else the strongest of all. Strength is population times the square of fame (in how many ways GeoNames
   writes the name), and twenty times that for a city that has the name as its own.
7. A name is decided once in a text, by the first mention that these rules can decide, and its other mentions follow,
   save those that rule 3 refuses; a listed name is decided at each mention.
8. What was recognized as a name of more words is not a place: nothing within a person's (`Paris Hilton`), and within an
   organization's only a country (`Bank of China`, but not `Bayern München`).
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from models.article import Entity, EntityKind, Location, Mention
from pipelines.enrich.base import Reading, Span
from pipelines.enrich.scan import Found, scan
from pipelines.gazetteer import Lexicon, Place, lexicon

SMALL = 100_000
DOMINANT = {"US": 3}

HOME = {
    "de": frozenset(("DE", "AT", "CH", "LI")),
    "fr": frozenset(("FR", "BE")),
    "es": frozenset(("ES",)),
    "ru": frozenset(("RU",)),
}
_NOUNS_ARE_CAPITALISED = frozenset(("de", "lb"))
_REFUSING = ("@", "/", "_", "\\", "&")
_WORD = re.compile(r"[^\W_]{2}|\d")
"""What makes a recognized name longer than the place in it; a genitive's `'s` does not."""

_SENTENCE_ENDS = frozenset(".!?:;\n\"“”„«»(–—-,'")


class PlacesExtractor:
    """Places by gazetteer; the same text and language always give the same places."""

    def extract(self, readings: Sequence[Reading]) -> list[Reading]:
        """Each reading with its places, in order."""
        return [find_places(reading) for reading in readings]


def find_places(reading: Reading) -> Reading:
    """With the text's places: entities with offsets, their countries by first mention, a location for each city."""
    text, language = reading.text, reading.language
    words = lexicon(language)
    found = scan(text, language, words)
    parts = _parts(found, reading.spans, text) if reading.spans else {}
    found = [name for name in found if _may_be(name.places[0], parts.get(name.start))]
    context = _context(found, words)
    decided: dict[str, Place] = {}
    kept: list[tuple[Found, Place | None]] = []
    for last, name, following in _neighbours(found):
        if name.places[0].kind != "city":
            kept.append((name, _fixed(name, words, context)))
        elif not _refused(name, language, words, last, text):
            listed = name.surface in words.cue or name.surface in words.never
            place = None if listed else decided.get(name.surface)
            place = place or _city(name, following, text, language, words, context)
            if place is not None and not listed:
                decided[name.surface] = place
            kept.append((name, place if listed else None))
    chosen = [(name, place or decided.get(name.surface)) for name, place in kept]
    sure = [(name, place) for name, place in chosen if place is not None and _may_be(place, parts.get(name.start))]
    return _with_places(reading, sure)


def _parts(found: Iterable[Found], spans: Sequence[Span], text: str) -> dict[int, EntityKind]:
    """Where a name stands in a recognized one of more words, and the kind of that."""
    starts = [span.start for span in spans]
    parts: dict[int, EntityKind] = {}
    for name in found:
        at = bisect_right(starts, name.start) - 1
        if at >= 0 and name.end <= spans[at].end:
            span = spans[at]
            others = f"{text[span.start : name.start]} {text[name.end : span.end]}"
            if _WORD.search(others):
                parts[name.start] = span.kind
    return parts


def _may_be(place: Place, part_of: EntityKind | None) -> bool:
    """Rule 8."""
    return part_of != "person" and (part_of != "organization" or place.kind == "country")


def _neighbours(found: Sequence[Found]) -> Iterator[tuple[Found | None, Found, Found | None]]:
    return zip([None, *found], found, [*found[1:], None], strict=False)


def locate(place: str, language: str) -> Place | None:
    """What the place of a dateline is, in capitals or not: the country, region or strongest city of that name."""
    words = lexicon(language)
    for name in (place, place.title(), place.partition("/")[0].title(), place.partition(",")[0].title()):
        places = words.fixed.places.get(name) or words.cities.get(name)
        if places and places[0].name:
            return places[0] if places[0].kind != "city" else _strongest(name, places, language, frozenset())
    return None


def _context(found: Sequence[Found], words: Lexicon) -> frozenset[str]:
    return frozenset(
        name.places[0].country
        for name in found
        if name.places[0].kind != "city" and name.places[0].country and name.surface not in words.company
    )


def _fixed(name: Found, words: Lexicon, context: frozenset[str]) -> Place | None:
    company = words.company.get(name.surface)
    if company is None or company & context:
        return name.places[0] if name.places[0].name else None
    others = [place for place in name.places if place.kind != "country"]
    return others[0] if others else None


def _refused(name: Found, language: str, words: Lexicon, last: Found | None, text: str) -> bool:
    """Rule 3."""
    if name.gap in ("-", "/") and name.before:
        return not (last and last.end == name.start - 1)
    if name.gap.endswith(_REFUSING) or (name.gap == "." and name.before) or text[name.end : name.end + 1] == "@":
        return True
    if name.gap not in (" ", ". ") or not name.before[:1].isupper():
        return False
    if name.before in words.person_words or _is_initial(name):
        return True
    if name.gap == ". " or language in _NOUNS_ARE_CAPITALISED or (last and last.end == name.start - 1):
        return False
    position = name.start - 1 - len(name.before)
    return not text[:position].rstrip(" ").endswith(tuple(_SENTENCE_ENDS)) if position > 0 else False


def _is_initial(name: Found) -> bool:
    """`S Orlando`, `A. Henderson`; but `A London court`."""
    return len(name.before) == 1 and (name.gap == ". " or ("B" <= name.before <= "Z" and name.before not in "IOY"))


def _city(
    name: Found, following: Found | None, text: str, language: str, words: Lexicon, context: frozenset[str]
) -> Place | None:
    stated = _stated(name, following, text)
    listed = name.surface in words.never or name.surface in words.cue
    if stated is not None and (not listed or text[name.end] == ","):
        return stated
    if name.surface in words.never:
        return None
    cued = name.gap == " " and name.before.lower() in words.cue_words
    if name.surface in words.cue and not cued:
        return None
    place = _strongest(name.surface, name.places, language, context)
    if place.population < words.smallest:
        return None
    if cued or place.population >= SMALL or place.country in HOME.get(language, ()):
        return place
    return place if " " in name.surface and place.country in context else None


def _stated(name: Found, following: Found | None, text: str) -> Place | None:
    """Rule 2."""
    if following is None or text[name.end : following.start] not in (", ", " ("):
        return None
    wanted = {(place.country, place.region) for place in following.places if place.kind != "city"}
    for place in name.places:
        if (place.country, place.region) in wanted or (place.country, "") in wanted:
            return place
    return None


def _strongest(name: str, places: Sequence[Place], language: str, context: frozenset[str]) -> Place:
    """Rule 6; the places come ordered by their claim to the name."""
    strongest = places[0].claim(name)
    for countries in (context, HOME.get(language, frozenset())):
        for place in places:
            if place.country in countries and place.claim(name) * DOMINANT.get(place.country, 20) >= strongest:
                return place
    return places[0]


def _with_places(reading: Reading, kept: Sequence[tuple[Found, Place]]) -> Reading:
    mentions: dict[Place, list[Mention]] = {}
    for name, place in kept:
        mentions.setdefault(place, []).append(Mention(start=name.start, end=name.end))
    entities = [
        Entity(name=place.name, kind="place", mentions=tuple(where), country=place.country, place_id=place.id)
        for place, where in mentions.items()
    ]
    countries = dict.fromkeys((*reading.countries, *(place.country for place in mentions if place.country)))
    locations = [Location(lat=place.lat, lon=place.lon) for place in mentions if place.kind == "city"]
    return reading.model_copy(
        update={
            "entities": (*reading.entities, *entities),
            "countries": tuple(countries),
            "locations": (*reading.locations, *locations),
        }
    )
