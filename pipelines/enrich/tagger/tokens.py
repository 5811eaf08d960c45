"""Cuts a text into tokens and sentences, with exact offsets, much as the collections of gold data are cut."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

LONGEST_SENTENCE = 256
"""Tokens. What runs on for longer without a full stop is cut: a table, a list, text without punctuation."""

_PLAIN = r"\w+(?=[\s;)]|,\s)"
"""What can be nothing but a word; most tokens are found by it at once."""
_BLANK = r"\n[^\S\n]*+\n\s*+"
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
    """The tokens of one sentence: their words, and where each starts in the text."""

    words: list[str]
    starts: list[int]


def sentences(text: str, language: str) -> Iterator[Sentence]:
    """The sentences of a text, none across a blank line. Linear in the length of the text."""
    words = _pattern(language).findall(text)
    starts = _starts(text, words)
    begun = 0
    for end, going_on in _borders(words, starts):
        for at in range(begun, end, LONGEST_SENTENCE):
            to = min(at + LONGEST_SENTENCE, end)
            yield Sentence(words[at:to], starts[at:to])
        begun = going_on


def _starts(text: str, words: Sequence[str]) -> list[int]:
    """Where each token is: they follow each other, and between them is only white space."""
    starts = []
    at = 0
    for word in words:
        at = text.find(word, at)
        starts.append(at)
        at += len(word)
    return starts


def _borders(words: Sequence[str], starts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where a sentence ends, and where the next one begins: a blank line belongs to neither."""
    for stop in [index for index, word in enumerate(words) if word in _ENDS or word[0] == "\n"]:
        if words[stop][0] == "\n":
            yield stop, stop + 1
            continue
        after, beside = stop + 1, _beside(words, starts, stop + 1)
        while beside and words[after] in _CLOSING:
            after += 1
            beside = _beside(words, starts, after)
        if after < len(words) and words[after][0] != "\n" and _begins(words[after], beside):
            yield after, after
    yield len(words), len(words)


def _beside(words: Sequence[str], starts: Sequence[int], index: int) -> bool:
    """Whether a token stands right behind the one before it."""
    return index < len(words) and starts[index] == starts[index - 1] + len(words[index - 1])


def _begins(word: str, beside: bool) -> bool:
    """Whether this token, after a full stop, is the first of a sentence; a quotation mark beside the stop is not."""
    if word in _ENDS or word in _GOES_ON or (beside and word in _CLOSING):
        return False
    return not word[0].islower()


@cache
def _pattern(language: str) -> re.Pattern[str]:
    word = _WORD.format(apostrophe=_APOSTROPHES.get(language, _ANY_APOSTROPHE))
    abbreviations = "|".join(sorted(_abbreviations().get(language, ()), key=len, reverse=True))
    parts = [_PLAIN, _BLANK, _ADDRESS, _ACRONYM, _INITIAL]
    if abbreviations:
        parts.append(rf"(?<!\w)(?:{abbreviations})\.(?=\s)")
    parts += [_SPLITS[language]] if language in _SPLITS else []
    return re.compile("|".join([*parts, word, _MARK]))


@cache
def _abbreviations() -> dict[str, tuple[str, ...]]:
    rows = files("config").joinpath("tagger/abbreviations.tsv").read_text("utf-8").splitlines()
    return {language: tuple(words.split()) for language, words in (row.split("\t") for row in rows)}
