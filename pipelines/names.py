"""What makes two ways to write a name one: the words that are compared, and the key that folds romanizations."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files

from anyascii import anyascii

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘ʼ`´ʹ"))
_BEFORE_ASCII = str.maketrans({"đ": "dj", "Đ": "dj"})
_WITHOUT_MARKS = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ё": "е"})
"""Letters whose mark Unicode does not part from them."""
_MARKS = re.compile("([a-z\u03b1-\u03c9])[\u0300-\u036f]+")
"""Marks on Latin and Greek letters; in other scripts they make letters of their own."""

_HAN_NAME = re.compile("[\u4e00-\u9fff]{2,4}")
_ROUNDS = 12


@lru_cache(maxsize=1 << 14)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a name without case, diacritics, hyphens, apostrophes and points; initials are one word (`jd`)."""
    plain = name.translate(_APOSTROPHES).casefold()
    if not plain.isascii():
        letters = unicodedata.normalize("NFKD", plain.translate(_WITHOUT_MARKS))
        plain = unicodedata.normalize("NFC", _MARKS.sub(r"\1", letters)).casefold()
    return tuple(_with_initials(_WORD.findall(plain)))


def _with_initials(words: list[str]) -> Iterator[str]:
    initials = ""
    for word in words:
        if len(word) == 1 and word.isascii() and word.isalpha():
            initials += word
            continue
        if initials:
            yield initials
            initials = ""
        yield word
    if initials:
        yield initials


def fold_name(name: str) -> str:
    """A key that the ways to write one person's name share, whatever the script: for search, not for display.

    Words of lower-case ASCII letters and digits with single spaces between; empty where the name has none.
    Folding a key again changes nothing. `Wladimir`, `Vladimir` and `Владимир` share one; so do rarely two names that
    differ (`Khan`, `Chan`).
    """
    words = _WORD.findall(unicodedata.normalize("NFC", name).translate(_APOSTROPHES))
    return " ".join(filter(None, (folded for word in words for folded in _fold_word(word).split(" "))))


@lru_cache(maxsize=1 << 15)
def _fold_word(word: str) -> str:
    if _HAN_NAME.fullmatch(word):
        return f"{_fold_word(anyascii(word[0]))} {_fold_word(anyascii(word[1:]))}"
    found = "".join(filter(str.isalnum, anyascii(word.translate(_BEFORE_ASCII)).lower()))
    for _ in range(_ROUNDS):
        before = found
        for pattern, replacement in _romanization():
            found = pattern.sub(replacement, found)
        if found == before:
            break
    return found


@cache
def _romanization() -> tuple[tuple[re.Pattern[str], str], ...]:
    text = (files("config") / "entities" / "romanization.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return tuple((re.compile(pattern, re.ASCII), replacement) for pattern, replacement in rows)
