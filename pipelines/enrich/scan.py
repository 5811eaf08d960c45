"""Finds every known name in a text, with exact offsets; what each stands for is decided elsewhere.

One pass over the words of the text, in time linear in its length: a word that begins no known name costs one look
into a dictionary. From a word that does, the longest name wins, and the search goes on behind it.
"""

import re
from collections.abc import Iterator
from itertools import accumulate
from operator import add
from typing import NamedTuple

from pipelines.gazetteer import Lexicon, Place

_WORDS = re.compile(r"(\w+)")
_UNSPACED = re.compile("[\u0900-\u0eff\u1000-\u109f\u1100-\u11ff\u3040-\u9fff\uac00-\ud7af]+")

_GENITIVE = frozenset(("de", "nl", "sv", "da", "nb", "no"))
_GENITIVE_MINIMUM = 25_000
_CYRILLIC_CASES = frozenset(("ru", "uk"))
_CYRILLIC_ENDINGS = ("ой", "ою", "ом", "ем", "ей", "єю", "ью", "а", "я", "ы", "и", "у", "ю", "е", "і", "ї")
_CYRILLIC_NOMINATIVES = ("", "а", "я", "ь", "й", "ы", "и")
_PREFIXES = {"ar": "وبلفك", "he": "בלמהוש"}
_THAI_MINIMUM = 4
_SHORT = 4
_LARGE = 1_000_000


class Found(NamedTuple):
    """A name in the text: code points from `start` to `end`, as `surface`, what it may be, the words beside it."""

    start: int
    end: int
    surface: str
    places: tuple[Place, ...]
    before: str
    gap: str


def scan(text: str, language: str, lexicon: Lexicon) -> list[Found]:
    """The known names of the text, ordered, none within another."""
    plain = text.replace("’", "'").replace("\u00a0", " ")
    found = list(_spaced(plain, language, lexicon))
    if _UNSPACED.search(plain):
        found += _unspaced(plain, lexicon)
        found.sort()
    return found


def _spaced(text: str, language: str, lexicon: Lexicon) -> Iterator[Found]:
    parts = _WORDS.split(text)
    starts = list(accumulate(map(len, parts), initial=0))
    done = 0
    for index in _promising(parts, language, lexicon):
        if index < done:
            continue
        hit = _hit(parts, index, language, lexicon)
        if hit is None:
            continue
        surface, places, last, skip = hit
        done = last + 1
        before = parts[index - 2] if index > 1 else ""
        end = starts[last] + len(parts[last]) + surface.endswith(".")
        yield Found(starts[index] + skip, end, surface, places, before, parts[index - 1])


def _promising(parts: list[str], language: str, lexicon: Lexicon) -> list[int]:
    """Where a name may begin. Each distinct word is looked at once."""
    words = parts[1::2]
    distinct = set(words)
    wanted = (distinct & lexicon.begin) | _inflected(distinct, language, lexicon)
    return [2 * position + 1 for position, word in enumerate(words) if word in wanted] if wanted else []


def _inflected(words: set[str], language: str, lexicon: Lexicon) -> set[str]:
    """Words that may begin a name in this language's ways to bend one."""
    if language in _GENITIVE:
        cities = lexicon.cities.first
        return {word for word in words if word[-1] == "s" and word[:-1] in cities}
    if language in _CYRILLIC_CASES:
        return {word for word in words if len(word) > _SHORT and word[0].isupper()}
    if prefixes := _PREFIXES.get(language):
        return {word for word in words if word[0] in prefixes}
    return set()


Hit = tuple[str, tuple[Place, ...], int, int]
"""A name, what it may be, the part of the text that it ends with, and how many letters before it are no part of it."""


def _hit(parts: list[str], index: int, language: str, lexicon: Lexicon) -> Hit | None:
    word = parts[index]
    hit = _longest(parts, index, lexicon, language in _GENITIVE)
    if hit is None and language in _CYRILLIC_CASES and word[0].isupper():
        return _declined(word, index, lexicon)
    if hit is None and language in _PREFIXES and word[0] in _PREFIXES[language]:
        return _prefixed(word, index, lexicon)
    return hit


def _longest(parts: list[str], index: int, lexicon: Lexicon, genitive: bool) -> Hit | None:
    for surface, last in _spans(parts, index, lexicon):
        places = _known(surface, lexicon)
        if places is None and parts[last + 1].startswith(".") and (places := _known(f"{surface}.", lexicon)):
            surface += "."
        if places is None and genitive and len(surface) > _SHORT and surface[-1] == "s":
            surface = surface[:-1]
            places = _known_genitive(surface, lexicon)
        if places is not None:
            return surface, places, last, 0
    return None


def _spans(parts: list[str], index: int, lexicon: Lexicon) -> list[tuple[str, int]]:
    """What a name that begins here may be, with its last part: the longest first."""
    word = parts[index]
    spans = [(word, index)]
    pair = "".join(parts[index : index + 3])
    if pair in lexicon.cities.pairs or pair in lexicon.fixed.pairs or pair[:-1] in lexicon.cities.pairs:
        most = 1 + max(lexicon.fixed.first.get(word, 0), lexicon.cities.first.get(word, 0))
        surface, last = pair, index + 2
        while len(surface) <= most and last < len(parts):
            spans.append((surface, last))
            surface += "".join(parts[last + 1 : last + 3])
            last += 2
    return spans[::-1]


def _known(name: str, lexicon: Lexicon) -> tuple[Place, ...] | None:
    return lexicon.fixed.places.get(name) or lexicon.cities.places.get(name)


def _known_genitive(name: str, lexicon: Lexicon) -> tuple[Place, ...] | None:
    places = _known(name, lexicon)
    if places is None or name in lexicon.never or name in lexicon.cue or places[0].population < _GENITIVE_MINIMUM:
        return None
    return places


def _declined(word: str, index: int, lexicon: Lexicon) -> Hit | None:
    for ending in _CYRILLIC_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORT - 1:
            stem = word[: -len(ending)]
            for nominative in _CYRILLIC_NOMINATIVES:
                places = lexicon.cities.places.get(stem + nominative)
                if places and places[0].population >= _LARGE // 5:
                    return stem + nominative, places, index, 0
    return None


def _prefixed(word: str, index: int, lexicon: Lexicon) -> Hit | None:
    for name in (word[1:], f"ال{word[2:]}" if word.startswith("لل") else ""):
        if len(name) >= _SHORT - 1:
            places = _known(name, lexicon)
            if places and (len(name) >= _SHORT or places[0].kind == "country"):
                return name, places, index, 1
    return None


def _unspaced(text: str, lexicon: Lexicon) -> Iterator[Found]:
    fixed, cities = lexicon.fixed.heads, lexicon.cities.heads
    done = 0
    for run in _UNSPACED.finditer(text):
        letters, offset = run.group(), run.start()
        heads = enumerate(map(add, letters, letters[1:]), offset)
        for start, head in [(at, head) for at, head in heads if head in cities or head in fixed]:
            hit = _longest_from(text, start, max(fixed.get(head, 0), cities.get(head, 0)), lexicon)
            if hit is not None and start >= done:
                done = hit.end
                yield hit


def _longest_from(text: str, start: int, most: int, lexicon: Lexicon) -> Found | None:
    for end in range(min(start + most, len(text)), start + 1, -1):
        surface = text[start:end]
        places = _known(surface, lexicon)
        if places and _bordered(text, start, end) and _long_enough(surface, places[0]):
            return Found(start, end, surface, places, "", "")
    return None


def _bordered(text: str, start: int, end: int) -> bool:
    """Where a script has borders inside its running text, the name must stand between two."""
    first, last = text[start], text[end - 1]
    before, after = text[start - 1 : start], text[end : end + 1]
    if _is_katakana(first) and before and _is_katakana(before):
        return False
    if _is_katakana(last) and after and _is_katakana(after):
        return False
    if "\uac00" <= first <= "\ud7af":
        return not (before and "\uac00" <= before <= "\ud7af")
    if first < "\u0e00":
        return not (_is_indic(before) or _is_indic(after))
    return True


def _is_katakana(letter: str) -> bool:
    return "\u30a1" <= letter <= "\u30fa" or letter == "ー"


def _is_indic(letter: str) -> bool:
    return "\u0900" <= letter <= "\u0dff" and letter not in "।॥"


def _long_enough(surface: str, place: Place) -> bool:
    if "\u0e00" <= surface[0] <= "\u0e7f":
        return len(surface) >= _THAI_MINIMUM or place.kind != "city"
    return len(surface) > 2 or place.kind != "city" or place.population >= _LARGE
