"""Prose as it stands in a record: valid characters, folded whitespace, paragraphs, and how many words there are."""

import re
import unicodedata
from itertools import pairwise

PARAGRAPH = "\n\n"

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_SPACELESS = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SPACELESS_CHARACTER = re.compile(f"[{_SPACELESS}]")
_PERHAPS_SPACELESS = re.compile("[^\x00-\u2fff]")
"""The same and some more, much faster."""
_WORD = re.compile(f"[{_SPACELESS}]|[^\\W_{_SPACELESS}](?:[^\\W{_SPACELESS}]|['’.,-](?=[^\\W_{_SPACELESS}]))*")
_LONE_MARKS = "–—-:?!«»"
"""What stands between spaces and is no word."""
_SAMPLE = 500
_SENTENCE_END = tuple('.!?:…。！？"”“»)')

_WRAP_WIDEST = 100
_WRAP_NARROWEST = 50


def tidy(text: str) -> str:
    """One line of text in NFC: whitespace folded to single spaces, invisible and invalid characters gone."""
    printable = text.isprintable()  # then the only white space in it is the plain space
    if printable and "  " not in text and not text.startswith(" ") and not text.endswith(" "):
        folded = text
    else:
        folded = " ".join(text.split())
        printable = printable or folded.isprintable()
    if printable and folded.isascii():
        return folded
    if not printable:
        folded = " ".join(_UNSEEN.sub("", folded).split())
    return folded if unicodedata.is_normalized("NFC", folded) else unicodedata.normalize("NFC", folded)


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, tidied, none empty.

    Each line is a paragraph, unless the lines were broken at a fixed width: those are joined again.
    """
    if "\n" not in text and len(text.splitlines()) <= 1:
        line = tidy(text)
        return [line] if line else []
    lines = [tidy(line) for line in text.splitlines()]
    return _unwrap(lines) if _is_wrapped(lines) else [line for line in lines if line]


def word_count(text: str) -> int:
    """Words of a tidied text as a reader counts them; of Chinese and Japanese, without spaces, the characters."""
    if text.isascii():
        return text.count(" ") + text.count(PARAGRAPH) + 1 - text.count(" - ") if text else 0
    if _PERHAPS_SPACELESS.search(text, 0, _SAMPLE) and _SPACELESS_CHARACTER.search(text, 0, _SAMPLE):
        return sum(1 for _ in _WORD.finditer(text))
    lone = sum(text.count(f" {mark} ") for mark in _LONE_MARKS if mark in text)
    return text.count(" ") + text.count(PARAGRAPH) + 1 - lone


def _is_wrapped(lines: list[str]) -> bool:
    """Whether most lines end where one more word would not have fitted, and in the midst of a sentence."""
    width = max(map(len, lines), default=0)
    if not _WRAP_NARROWEST <= width <= _WRAP_WIDEST:
        return False
    followed = [(line, after) for line, after in pairwise(lines) if line and after]
    if len(followed) < 2:
        return False
    full = sum(_is_full(line, after, width) for line, after in followed)
    open_ended = sum(not line.endswith(_SENTENCE_END) for line, _ in followed)
    return full >= 0.6 * len(followed) and open_ended >= 0.5 * len(followed)


def _is_full(line: str, after: str, width: int) -> bool:
    # Editors break some characters early, at a hyphen or before a dash, so a near miss counts too.
    return len(line) + 1 + len(after.split(" ", 1)[0]) > width - 4


def _unwrap(lines: list[str]) -> list[str]:
    width = max(map(len, lines))
    joined: list[list[str]] = []
    goes_on = False
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if line:
            if goes_on:
                joined[-1].append(line)
            else:
                joined.append([line])
        goes_on = bool(line and after) and _is_full(line, after, width)
    return [" ".join(parts) for parts in joined]
