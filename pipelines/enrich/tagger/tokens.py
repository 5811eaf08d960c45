"""Cuts a text into tokens and sentences, with exact offsets, much as the collections of gold data are cut."""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

LONGEST_SENTENCE = 256
"""Tokens. What runs on for longer without a full stop is cut: a table, a list, text without punctuation."""

_ADDRESS = r"https?://[^\s<>\"]+|www\.[^\s<>\"]+|[\w.+-]{1,64}+@[\w-]{1,64}+(?:\.\w[\w-]{0,63}+)+|[@#]\w+"
_ACRONYM = r"[^\W\d_]\.(?:[^\W\d_]\.)+(?:-\w+)?|[^\W\d_](?:\.[^\W\d_])+(?!\w)"
_INITIAL = r"(?<!\w)[A-ZÀ-ÖØ-Þ]\.(?=\s?[A-ZÀ-ÖØ-Þ])"
_WORD = r"\w+(?:(?:[-&/](?=\w)|{apostrophe}|\.(?=[a-z0-9])|(?<=\d)[,:](?=\d))\w+)*"
_MARK = r"\.\.\.+|--+|``|''|\S"

_ENGLISH_ENDINGS = r"(?:s|S|ll|LL|re|RE|ve|VE|m|M|d|D)\b"
_APOSTROPHES = {"en": rf"['’](?!{_ENGLISH_ENDINGS})(?=\w)"}
_ANY_APOSTROPHE = r"['’](?=\w)"
_SPLITS = {
    "en": rf"\w+?(?=n['’]t\b)|n['’]t\b|['’]{_ENGLISH_ENDINGS}",
    "fr": r"(?<!\w)(?:[cdjlmnstCDJLMNST]|[Qq]u|[Jj]usqu|[Ll]orsqu|[Pp]uisqu|[Qq]uoiqu)['’](?=\w)",
    "de": r"(?<!\w)\d{1,2}\.(?=\s\w)",
}

_ENDS = frozenset((".", "!", "?", "…", "...", "。", "！", "？", "؟", "।"))
_CLOSING = frozenset(('"', "'", "’", "”", "“", "»", "«", "›", "‹", ")", "]", "''"))
_GOES_ON = frozenset((",", ";", ":", ")", "]", "”", "–", "—"))


class Sentence(NamedTuple):
    """The tokens of one sentence: their words, and where each starts and ends in the text."""

    words: list[str]
    starts: list[int]
    ends: list[int]


def sentences(text: str, language: str) -> Iterator[Sentence]:
    """The sentences of a text, none across a blank line. Linear in the length of the text."""
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    over = False
    for match in _pattern(language).finditer(text):
        word = match.group()
        beside = bool(ends) and match.start() == ends[-1]
        if match.lastgroup == "blank" or len(words) >= LONGEST_SENTENCE or (over and _begins(word, beside)):
            if words:
                yield Sentence(words, starts, ends)
                words, starts, ends = [], [], []
            over = False
        if match.lastgroup == "blank":
            continue
        over = word in _ENDS or (over and beside and word in _CLOSING)
        words.append(word)
        starts.append(match.start())
        ends.append(match.end())
    if words:
        yield Sentence(words, starts, ends)


def _begins(word: str, beside: bool) -> bool:
    """Whether this token, after a full stop, is the first of a sentence; a quotation mark beside the stop is not."""
    if word in _ENDS or word in _GOES_ON or (beside and word in _CLOSING):
        return False
    return not word[0].islower()


@cache
def _pattern(language: str) -> re.Pattern[str]:
    word = _WORD.format(apostrophe=_APOSTROPHES.get(language, _ANY_APOSTROPHE))
    abbreviations = "|".join(sorted(_abbreviations().get(language, ()), key=len, reverse=True))
    parts = [r"(?P<blank>\n[^\S\n]*+\n\s*+)", _ADDRESS, _ACRONYM, _INITIAL]
    if abbreviations:
        parts.append(rf"(?<!\w)(?:{abbreviations})\.(?=\s)")
    parts += [_SPLITS[language]] if language in _SPLITS else []
    return re.compile("|".join([*parts, word, _MARK]))


@cache
def _abbreviations() -> dict[str, tuple[str, ...]]:
    rows = files("config").joinpath("tagger/abbreviations.tsv").read_text("utf-8").splitlines()
    return {language: tuple(words.split()) for language, words in (row.split("\t") for row in rows)}
