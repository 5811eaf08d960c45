"""Finds every known name in a text, with exact offsets; what each stands for is decided elsewhere.

One pass over the words of the text, in time linear in its length: a word that begins no known name costs one look
into a dictionary. From a word that does, the longest name wins, and the search goes on behind it.
"""

import re
from collections.abc import Iterator
from operator import add
from typing import NamedTuple

from pipelines.gazetteer import Lexicon, Place

_FOLLOWING = re.compile(r"\W+\w+")
_UNSPACED = re.compile("[\u0900-\u0eff\u1000-\u109f\u1100-\u11ff\u3040-\u9fff\uac00-\ud7af]+")
_PERHAPS_UNSPACED = re.compile("[^\x00-\u08ff\u2000-\u2fff]")
"""The same for most texts, and faster, since a class of few borders is."""

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
    if not plain.isascii() and _PERHAPS_UNSPACED.search(plain) and _UNSPACED.search(plain):
        found += _unspaced(plain, lexicon)
        found.sort()
    return found


def _spaced(text: str, language: str, lexicon: Lexicon) -> Iterator[Found]:
    done = 0
    for start, word in _promising(text, language, lexicon):
        if start < done:
            continue
        hit = _hit(text, start, word, language, lexicon)
        if hit is None:
            continue
        surface, places, end, skip = hit
        done = end
        yield Found(start + skip, end, surface, places, *_before(text, start))


def _promising(text: str, language: str, lexicon: Lexicon) -> list[tuple[int, str]]:
    """Where a name may begin, with the word there. Most words that begin names begin none here: `The`, `In`."""
    fixed, cities = lexicon.fixed, lexicon.cities.spaced
    genitive, cyrillic, prefixes = language in _GENITIVE, language in _CYRILLIC_CASES, _PREFIXES.get(language, "")
    bends = cyrillic or bool(prefixes)
    return [
        (start, word)
        for start, word in lexicon.begin.find(text)
        if (rows := cities.get(word))
        or (genitive and word[-1] == "s" and word[:-1] in cities)
        or (cyrillic and len(word) > _SHORT and word[0].isupper())
        or (prefixes and word[0] in prefixes)
        or (
            (rows is not None or word in fixed.first)
            and (bends or word in fixed.places or _goes_on(text, start, word, lexicon, genitive))
        )
    ]


def _goes_on(text: str, start: int, word: str, lexicon: Lexicon, genitive: bool) -> bool:
    """Whether a longer name begins with this word and the next, or the word with a dot may be one."""
    end = start + len(word)
    if text.startswith(".", end):
        return True
    start_of_pair = text[start : end + 2]
    if start_of_pair not in lexicon.cities.pair_starts and start_of_pair not in lexicon.fixed.pair_starts:
        return False
    following = _FOLLOWING.match(text, end)
    if following is None:
        return False
    pair = text[start : following.end()]
    pairs = lexicon.cities.pairs
    return pair in pairs or pair in lexicon.fixed.pairs or (genitive and pair[:-1] in pairs)


def _before(text: str, start: int) -> tuple[str, str]:
    """The word before a name, and what stands between the two."""
    if start > 1 and text[start - 1] == " ":
        plain = text[text.rfind(" ", 0, start - 1) + 1 : start - 1]
        if plain.isalnum():
            return plain, " "
    gap = start
    while gap and not _in_word(text[gap - 1]):
        gap -= 1
    word = gap
    while word and _in_word(text[word - 1]):
        word -= 1
    return text[word:gap], text[gap:start]


def _in_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


Hit = tuple[str, tuple[Place, ...], int, int]
"""A name, what it may be, where it ends in the text, and how many letters before it are no part of it."""


def _hit(text: str, start: int, word: str, language: str, lexicon: Lexicon) -> Hit | None:
    hit = _longest(text, start, word, lexicon, language in _GENITIVE)
    if hit is None and language in _CYRILLIC_CASES and word[0].isupper():
        return _declined(word, start, lexicon)
    if hit is None and language in _PREFIXES and word[0] in _PREFIXES[language]:
        return _prefixed(word, start, lexicon)
    return hit


def _longest(text: str, start: int, word: str, lexicon: Lexicon, genitive: bool) -> Hit | None:
    for end in _ends(text, start, word, lexicon, genitive):
        surface = text[start:end]
        places = _known(surface, lexicon)
        if places is not None:
            return surface, places, end, 0
        if text.startswith(".", end) and (places := _known(f"{surface}.", lexicon)):
            return f"{surface}.", places, end + 1, 0
        if genitive and len(surface) > _SHORT and surface[-1] == "s":
            places = _known_genitive(surface[:-1], lexicon)
            if places is not None:
                return surface[:-1], places, end, 0
    return None


def _ends(text: str, start: int, word: str, lexicon: Lexicon, genitive: bool) -> list[int]:
    """Where a name that begins here may end: the longest first."""
    fixed, cities = lexicon.fixed, lexicon.cities
    ends = [start + len(word)]
    most = max(fixed.first.get(word, 0), cities.first.get(word, 0))
    if most <= len(word):
        return ends
    following = _FOLLOWING.match(text, ends[0])
    if following is None:
        return ends
    pair = text[start : following.end()]
    if pair in cities.pairs or pair in fixed.pairs or (genitive and pair[:-1] in cities.pairs):
        while following is not None and following.end() - start <= most + 1:
            ends.append(following.end())
            following = _FOLLOWING.match(text, ends[-1])
        ends.reverse()
    return ends


def _known(name: str, lexicon: Lexicon) -> tuple[Place, ...] | None:
    return lexicon.fixed.places.get(name) or lexicon.cities.get(name)


def _known_genitive(name: str, lexicon: Lexicon) -> tuple[Place, ...] | None:
    places = _known(name, lexicon)
    if places is None or name in lexicon.never or name in lexicon.cue or places[0].population < _GENITIVE_MINIMUM:
        return None
    return places


def _declined(word: str, start: int, lexicon: Lexicon) -> Hit | None:
    for ending in _CYRILLIC_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORT - 1:
            stem = word[: -len(ending)]
            for nominative in _CYRILLIC_NOMINATIVES:
                places = lexicon.cities.get(stem + nominative)
                if places and places[0].population >= _LARGE // 5:
                    return stem + nominative, places, start + len(word), 0
    return None


def _prefixed(word: str, start: int, lexicon: Lexicon) -> Hit | None:
    for name in (word[1:], f"ال{word[2:]}" if word.startswith("لل") else ""):
        if len(name) >= _SHORT - 1:
            places = _known(name, lexicon)
            if places and (len(name) >= _SHORT or places[0].kind == "country"):
                return name, places, start + len(word), 1
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
