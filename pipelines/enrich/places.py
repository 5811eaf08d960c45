"""Decides which places a text names: the extractor of places, countries and locations.

How an ambiguous name is resolved, in this order:

1. The longest name wins, from left to right: `New York` is not `York`. Countries and regions come before cities.
2. `Moscow, Idaho` and `Frankfurt (Deutschland)`: a city with its state or country behind it is that city.
3. No city: what follows a title or a given name (`Jack London`), an at sign, a slash or a letter and a hyphen; in
   languages that write common nouns small also what follows another capitalised word within a sentence.
4. `config/places/ambiguous.tsv` lists names that are words, given or family names in a language. `never` ones count
   only by rule 2; `cue` ones also directly behind a word such as `in` or `from`.
5. A city under 100,000 inhabitants needs such a word before it, its country named in the same text, or to lie in a
   country where the language is at home.
6. Of several cities of one name: the largest in a country that the text names, unless the largest of all is
   more than twenty times as large; without such a country, the largest of all.
7. A name is decided once in a text, by the first mention that one of these rules can decide, and all its mentions
   that are not refused by rule 3 follow.
"""

from collections.abc import Sequence

from models.article import Entity, Location, Mention
from pipelines.enrich.base import Findings
from pipelines.enrich.gazetteer import Lexicon, Place, lexicon
from pipelines.enrich.scan import Found, scan

SMALL = 100_000
DOMINANT = 20

HOME = {
    "de": frozenset(("DE", "AT", "CH", "LI")),
    "fr": frozenset(("FR", "BE")),
    "es": frozenset(("ES",)),
    "ru": frozenset(("RU",)),
}
_NOUNS_ARE_CAPITALISED = frozenset(("de", "lb"))
_REFUSING = ("@", "/", "_", "#", "\\", "&")
_SENTENCE_ENDS = frozenset(".!?:;\n\"“”„«»(–—-,'")


class PlacesExtractor:
    """Places by gazetteer; the same text and language always give the same findings."""

    def extract(self, texts: Sequence[tuple[str, str]]) -> list[Findings]:
        """One result per (text, language) pair, in order."""
        return [find_places(text, language) for text, language in texts]


def find_places(text: str, language: str) -> Findings:
    """The places of one text: entities with offsets, their countries by first mention, a location for each city."""
    words = lexicon(language)
    found = scan(text, language, words)
    context = _context(found, words)
    decided: dict[str, Place] = {}
    kept: list[tuple[Found, str]] = []
    for position, name in enumerate(found):
        if name.places[0].kind == "city":
            following = found[position + 1] if position + 1 < len(found) else None
            if _refused(name, language, words, found[position - 1] if position else None, text):
                continue
            if name.surface not in decided:
                place = _city(name, following, text, language, words, context)
                if place is not None:
                    decided[name.surface] = place
        elif name.surface not in decided:
            place = _fixed(name, words, context)
            if place is not None:
                decided[name.surface] = place
        kept.append((name, name.surface))
    return _findings([(name, decided[surface]) for name, surface in kept if surface in decided])


def locate(place: str, language: str) -> Place | None:
    """What the place of a dateline is: the country, region or largest city of that name, in capitals or not."""
    words = lexicon(language)
    for name in (place, place.title(), place.replace("/", " am ").title().replace(" Am ", " am ")):
        places = words.fixed.places.get(name) or words.cities.places.get(name)
        if places and places[0].name:
            return max(places, key=lambda known: known.population)
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
    if name.gap.endswith(_REFUSING) or (name.gap == "." and name.before) or text[name.end : name.end + 1] == "@":
        return True
    if name.gap == "-" and name.before:
        return name.places[0].population < SMALL or not (last and last.end == name.start - 1)
    if name.gap not in (" ", ". ") or not name.before[:1].isupper():
        return False
    if name.before in words.person_words:
        return True
    if name.gap == ". " or language in _NOUNS_ARE_CAPITALISED or (last and last.end == name.start - 1):
        return False
    position = name.start - 1 - len(name.before)
    return not text[:position].rstrip(" ").endswith(tuple(_SENTENCE_ENDS)) if position > 0 else False


def _city(
    name: Found, following: Found | None, text: str, language: str, words: Lexicon, context: frozenset[str]
) -> Place | None:
    stated = _stated(name, following, text)
    if stated is not None or name.surface in words.never:
        return stated
    cued = name.gap == " " and name.before.lower() in words.cue_words
    if name.surface in words.cue and not cued:
        return None
    place = _largest(name.places, context)
    if place.population < words.smallest:
        return None
    at_home = place.country in HOME.get(language, ()) or place.country in context
    return place if cued or at_home or place.population >= SMALL else None


def _stated(name: Found, following: Found | None, text: str) -> Place | None:
    """Rule 2."""
    if following is None or text[name.end : following.start] not in (", ", " ("):
        return None
    wanted = {(place.country, place.region) for place in following.places if place.kind != "city"}
    for place in name.places:
        if (place.country, place.region) in wanted or (place.country, "") in wanted:
            return place
    return None


def _largest(places: Sequence[Place], context: frozenset[str]) -> Place:
    """Rule 6; the places come ordered by population."""
    for place in places:
        if place.country in context and place.population * DOMINANT >= places[0].population:
            return place
    return places[0]


def _findings(kept: Sequence[tuple[Found, Place]]) -> Findings:
    mentions: dict[Place, list[Mention]] = {}
    for name, place in kept:
        mentions.setdefault(place, []).append(Mention(start=name.start, end=name.end))
    return Findings(
        entities=tuple(
            Entity(name=place.name, kind="place", mentions=tuple(where), country=place.country, place_id=place.id)
            for place, where in mentions.items()
        ),
        countries=tuple(dict.fromkeys(place.country for place in mentions if place.country)),
        locations=tuple(Location(lat=place.lat, lon=place.lon) for place in mentions if place.kind == "city"),
    )
