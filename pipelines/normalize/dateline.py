"""The place that a wire story was filed from: `TAIPEI, Taiwan –`, `BERLIN (dpa) -`, `PARIS, 3 mars (AFP) –`."""

import re
from typing import NamedTuple

from models.article import Dateline
from pipelines.normalize.agencies import agencies_only
from pipelines.normalize.places import SMALL_WORDS, country_of_city, country_of_name

_WINDOW = 140
_MOST_WORDS = 5
_DASH = r"(?:\.?\s*[–—]+\s*|\.?\s*--\s*|\s+-\s+|(?<=[)\]/])\.?\s*-\s*|\.-\s*|(?<=/)\.\s+)"
_MARKS = (" -", "–", "—", "--", ")-", ".-", "]-", "/-", "/. ")
"""Every dash has one of these in it."""
_HEAD = re.compile(rf"(?P<head>\S.{{1,110}}?){_DASH}(?=\S)")
_AGENCY_FIRST = re.compile(rf"[(\[](?P<credit>[^()\[\]]{{2,40}})[)\]]{_DASH}(?=\S)")
_CREDIT = re.compile(r"[\s,]*(?:[(\[](?P<brackets>[^()\[\]]{2,40})[)\]]|/(?P<slashes>[^/]{2,40})/)\s*:?$")
_PLACE = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .'’/-])*$")


class Filed(NamedTuple):
    """A story's dateline, the agencies it credits, the text after it, and the day as the dateline writes it."""

    dateline: Dateline | None
    agencies: tuple[str, ...]
    text: str
    day: str | None = None


def read_dateline(text: str) -> Filed:
    """Take the dateline off a story's first paragraph; what is not unmistakably one stays in the text.

    Unmistakable is a place before a dash with a known agency, or a place in capitals with any credit in
    brackets, or with the name of its country or state, or one that is a country or a large city.
    """
    start = text[:_WINDOW]
    if not any(mark in start for mark in _MARKS):
        return Filed(None, (), text)
    credited: tuple[str, ...] = ()
    first = _AGENCY_FIRST.match(text, 0, _WINDOW)
    if first is not None:
        credited = agencies_only(first["credit"])
        text = text[first.end() :] if credited else text
    found = _HEAD.match(text, 0, _WINDOW)
    filed = _read_head(found["head"], credited) if found else None
    if filed is None or found is None:
        return Filed(None, credited, text)
    return filed._replace(text=text[found.end() :])


def _read_head(head: str, credited: tuple[str, ...]) -> Filed | None:
    credit = _CREDIT.search(head)
    agencies = credited
    if credit is not None:
        name = credit["brackets"] or credit["slashes"]
        agencies = agencies_only(name)
        head = head[: credit.start()]
    place, *others = [piece.strip() for piece in head.split(",")]
    if not _is_place(place):
        return None
    qualifiers = [piece for piece in others if not any(map(str.isdigit, piece))]
    if len(qualifiers) > 1 or not all(_PLACE.match(piece) for piece in qualifiers):
        return None
    country = _country(place, qualifiers)
    capitals = place.upper() == place and sum(map(str.isalpha, place)) > 1
    if not (agencies or (capitals and (country or credit))):
        return None
    if qualifiers and country is None:
        place = f"{place}, {qualifiers[0]}"
    unknown = (credit["brackets"] or credit["slashes"]).strip() if credit and not agencies else None
    day = ", ".join(piece for piece in others if any(map(str.isdigit, piece)))
    return Filed(Dateline(place=place, country=country), agencies or ((unknown,) if unknown else ()), "", day or None)


def _is_place(place: str) -> bool:
    words = place.split()
    if not 0 < len(words) <= _MOST_WORDS or not _PLACE.match(place) or words[0][0].islower():
        return False
    if any(word[0].islower() and word not in SMALL_WORDS for word in words):
        return False
    # "By Jane Doe GENEVA" holds more than a place.
    return place.isupper() or not any(len(word) > 2 and word.isupper() for word in words)


def _country(place: str, qualifiers: list[str]) -> str | None:
    """The country said beside the place; of Georgia and Georgia, the one that has such a city."""
    first = place.split("/")[0].strip()
    if qualifiers:
        said = country_of_name(qualifiers[0])
        return "US" if said == "GE" and country_of_city(first) == "US" else said
    return country_of_name(first) or country_of_city(first)
