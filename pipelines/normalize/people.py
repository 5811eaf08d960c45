"""The people behind an article: bylines and credits taken apart into names."""

import re
from collections.abc import Iterable
from functools import cache

from pipelines.languages import languages
from pipelines.normalize.agencies import agencies_only, agency
from pipelines.normalize.text import tidy

_LONGEST_NAME = 60
_MOST_WORDS = 6
_SMALL_WORDS = (
    "von van der den de del della di da do dos das du des la le les el al bin ibn abu ben bint und zu zum zur ter ten"
    " y e af av"
)
_PARTICLES = frozenset(_SMALL_WORDS.split())
_AROUND = " ,:;–—-()[]."
_WORD = re.compile(r"(?:[dlLD]['’])?[^\W\d_][^\s\d,;:/()\[\]<>@]*$")
_COMMA = re.compile(r"\s*[,;|]\s*")
_EMAIL = re.compile(r"[^\s@<>()]+@[^\s@<>()]+")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S*", re.IGNORECASE)
_IN_PARENTHESES = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]")
_JOB = re.compile(
    r"\b(?:editors?|correspondents?|reporters?|writers?|staff|bureau|chief|columnist|producer|photographer|desk|"
    r"\w*redakteur\w*|\w*korrespondent\w*|\w*reporter\w*|autor\w*|journaliste?|correspondante?|envoyée?|corresponsal|"
    r"redactora?|periodista)\b",
    re.IGNORECASE,
)


def read_people(credits: Iterable[str], language: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of people and agencies out of credits as written, each once, in order."""
    people: dict[str, str] = {}
    agencies: dict[str, None] = {}
    for credit in credits:
        for piece in _pieces(tidy(credit), language):
            known = agencies_only(piece)
            if known:
                agencies.update(dict.fromkeys(known))
            elif piece:
                people.setdefault(piece.casefold(), piece)
    return tuple(people.values()), tuple(agencies)


def names_only(text: str, language: str | None, *, words: int = 1) -> tuple[str, ...] | None:
    """The names in a text that holds names, their places and agencies alone; None where there is anything else.

    `words` is how many words the name of a person must have at least.
    """
    found: list[str] = []
    after_place = False
    for piece in _split_all(text, language, words):
        name, at_place = _without_place(piece, language)
        one_word = " " not in name
        if after_place and one_word and agency(name) is None:
            continue  # a second place: "Jane Doe in Paris and London"
        if not (agencies_only(name) or (is_name(name) and len(name.split()) >= words)):
            return None
        found.append(name)
        after_place = at_place
    return tuple(found) or None


def is_name(text: str) -> bool:
    """Whether a text looks like the name of one person: a few capitalised words."""
    words = text.split()
    if not (0 < len(words) <= _MOST_WORDS and len(text) <= _LONGEST_NAME):
        return False
    if not all(_WORD.match(word) for word in words):
        return False
    lower = [word for word in words if word[0].islower()]
    return len(lower) < len(words) and all(word in _PARTICLES or word[:2] in ("d'", "d’", "al") for word in lower)


def _pieces(credit: str, language: str | None) -> list[str]:
    """One credit of a feed or record: split where that is safe, since `Doe, Jane` is one name."""
    text = _without_address(credit)
    if agencies_only(text):
        return [text]
    text = _bylines(language).sub("", text, count=1)
    inside = _IN_PARENTHESES.search(text)
    outside = []
    if inside is not None and agencies_only(inside[1]):
        outside = [inside[1]]
        text = _IN_PARENTHESES.sub("", text, count=1).strip()
    if "/" in text and any(agency(part) for part in text.split("/")):
        text = text.replace("/", ", ")
    return [*_split_safely(text, language), *outside]


def _without_address(text: str) -> str:
    """`jane@example.org (Jane Doe)` and `Jane Doe <jane@example.org>` are Jane Doe; a web address is nobody."""
    text = _ADDRESS.sub("", text).strip()
    if "@" not in text:
        return text
    named = _EMAIL.sub("", text).strip(" <>()[],;:")
    return named or text.strip(" <>()")


def _split_safely(text: str, language: str | None) -> list[str]:
    joined = [part for part in _joiner(language).split(text) if part]
    if len(joined) > 1 and not all(" " in part or agency(part) or "," in part for part in joined):
        joined = [text]  # "Ortega y Gasset", "Smith and Sons"
    pieces: list[str] = []
    for part in joined:
        commas = [piece for piece in _COMMA.split(part) if piece]
        whole = all(" " in piece or agency(piece) for piece in commas)
        named = [piece for piece in commas if not (len(commas) > 1 and _JOB.search(piece))]
        pieces.extend(named if whole else [part.strip(" ,;|")])
    return pieces


def _split_all(text: str, language: str | None, words: int) -> list[str]:
    """Every name of a credit."""
    pieces: list[str] = []
    for part in _COMMA.split(text):
        for half in _halves(part, language, words):
            pieces.extend([half] if agency(half) else half.split("/"))
    stripped = (piece.strip(_AROUND) for piece in pieces)
    return [piece for piece in stripped if piece]


def _halves(text: str, language: str | None, words: int) -> list[str]:
    """A text cut at its joiners; what is shorter than a name stays with the one before: `Ortega y Gasset`."""
    halves: list[str] = []
    start = 0
    for joiner in _joiner(language).finditer(text):
        after = _joiner(language).split(text[joiner.end() :], maxsplit=1)[0]
        if len(after.split()) >= words or agency(after):
            halves.append(text[start : joiner.start()])
            start = joiner.end()
    return [*halves, text[start:]]


def _without_place(piece: str, language: str | None) -> tuple[str, bool]:
    found = _place(language).search(piece)
    return (piece[: found.start()], True) if found else (piece, False)


def _words(field: str, language: str | None) -> list[str]:
    """A language's own words for something, or those of all languages where it has none."""
    own = languages().get((language or "").partition("-")[0])
    words = getattr(own.wire, field) if own else ()
    return list(words) or sorted({word for known in languages().values() for word in getattr(known.wire, field)})


@cache
def _joiner(language: str | None) -> re.Pattern[str]:
    return re.compile(rf",?\s+(?:{'|'.join(_words('joiners', language))}|&|\+)\s+|\s+//?\s+", re.IGNORECASE)


@cache
def _place(language: str | None) -> re.Pattern[str]:
    return re.compile(rf"\s+(?:{'|'.join(_words('at', language))})\s+(?=[^\W\d_a-z])")


@cache
def _bylines(language: str | None) -> re.Pattern[str]:
    """A capitalised byline word before a name of two words, so that `von der Leyen` stays whole."""
    ways = {way for word in _words("byline", language) for way in (word.capitalize(), word.upper())}
    if language is None or language.startswith("en"):
        ways.add("by")
    return re.compile(rf"^(?:{'|'.join(sorted(ways))}):?\s+(?=[^\W\d_a-z]\S*\s)|^(?:By|BY|by)\s+(?=[^\W\d_a-z])")
