"""Finds the spans that quotation marks enclose, whatever the language, in time linear in the text.

A span ends with its paragraph. Of nested quotes the outer one counts. Where a paragraph opens a quote and does not
close it, the span reaches to the paragraph's end if the next paragraph opens with the same mark (a quote across
paragraphs, each of them a span of its own), else there is none. A mark is looked for at most `LONGEST` characters far.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import islice, pairwise
from typing import NamedTuple

from pipelines.enrich.quotes.lexicon import marks

LONGEST = 3000
"""No quote within one paragraph has more characters than this."""

DEEPEST = 4
"""Quotes nested deeper within marks of the same kind are taken for stray marks."""

_FREE_BEFORE = frozenset("([{—–-:/¡¿<„“‚‘«»\"'…")
MOST = 50_000
"""What a paragraph has after so many marks is not looked at."""

APOSTROPHES = 40
"""A quote in marks that may be apostrophes has fewer marks than this within it."""

_CLOSED = frozenset(".,;:)]")
_DASHES = frozenset("—–―")
_TRIMMED = " \t\n\u00a0\u202f\u2009\u200b\ufeff"


class Span(NamedTuple):
    """Quoted words without their marks: code points, end exclusive. `paragraph` counts from 0.

    `continued` says that the quote goes on in the next paragraph, `single` that its marks may be apostrophes.
    """

    start: int
    end: int
    paragraph: int
    outer_start: int
    outer_end: int
    continued: bool = False
    single: bool = False


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Where each paragraph starts and ends: lines between blank lines; lines, where the text has no blank line."""
    lines: list[tuple[int, int]] = []
    offset = 0
    for line in text.split("\n"):
        lines.append((offset, offset + len(line)))
        offset += len(line) + 1
    filled = [index for index, (start, end) in enumerate(lines) if text[start:end].strip()]
    if not filled or filled[-1] - filled[0] == len(filled) - 1:
        return [lines[index] for index in filled]
    firsts = [filled[0], *(after for before, after in pairwise(filled) if after - before > 1)]
    lasts = [*(before for before, after in pairwise(filled) if after - before > 1), filled[-1]]
    return [(lines[first][0], lines[last][1]) for first, last in zip(firsts, lasts, strict=True)]


def quoted(text: str, borders: list[tuple[int, int]], dialogue: bool = False) -> Iterator[Span]:
    """The quoted spans of a text in order, none empty, none within another; `borders` are its paragraphs.

    With `dialogue`, what stands between a dash that opens a paragraph and the next one counts too.
    """
    for number, (start, end) in enumerate(borders):
        following = borders[number + 1][0] if number + 1 < len(borders) else len(text)
        inside = list(_in_paragraph(text, start, end, number, text[following : following + 1]))
        if dialogue and not inside and text[start] in _DASHES:
            inside = _dialogue(text, start, end, number)
        yield from (span for span in inside if span.end > span.start)


def _dialogue(text: str, start: int, end: int, number: int) -> list[Span]:
    sign = text[start]
    closing = text.find(sign, start + 1, min(end, start + LONGEST))
    return [_trimmed(text, start + 1, closing, number, start, closing + 1, False, True)] if closing > 0 else []


class _Mark(NamedTuple):
    start: int
    end: int
    sign: str


def _pattern() -> re.Pattern[str]:
    known = marks()
    signs = "".join({*known.double, *known.single, *"".join(known.double.values()), *"".join(known.single.values())})
    return re.compile(f"''|(?<!`)``(?!`)|[{re.escape(signs)}]")


_MARKS = _pattern()


def _in_paragraph(text: str, start: int, end: int, number: int, following: str) -> Iterator[Span]:
    found = [
        _Mark(match.start(), match.end(), '"' if match.end() - match.start() > 1 else match.group())
        for match in islice(_MARKS.finditer(text, start, end), MOST)
    ]
    known = marks()
    last = {mark.sign: index for index, mark in enumerate(found)}
    index = 0
    while index < len(found):
        mark = found[index]
        single = mark.sign in known.single
        if not _opens(text, start, end, mark, single):
            index += 1
            continue
        closing = _closing_single(text, end, found, index) if single else _closing(text, found, index)
        if closing is not None:
            yield _span(text, mark, found[closing], number, single)
            index = closing + 1
        elif following == mark.sign and not single and _unclosed(end, mark, index, last):
            yield _trimmed(text, mark.end, end, number, mark.start, end, True, False)
            return
        else:
            index += 1


def _unclosed(end: int, mark: _Mark, index: int, last: Mapping[str, int]) -> bool:
    return end - mark.end <= LONGEST and all(last.get(sign, 0) <= index for sign in marks().double[mark.sign])


def _opens(text: str, start: int, end: int, mark: _Mark, single: bool) -> bool:
    known = marks()
    if mark.sign not in (known.single if single else known.double):
        return False
    before = text[mark.start - 1] if mark.start > start else " "
    after = text[mark.end] if mark.end < end else " "
    if mark.sign in "„「『《«〝‚":
        return True
    if after in _CLOSED or (after.isspace() and mark.sign != "“") or not (before.isspace() or before in _FREE_BEFORE):
        return False
    return not (single and before in "'’") and not (mark.sign == "»" and before == "«")


def _closes(text: str, mark: _Mark) -> bool:
    """A mark that can open as well closes only where it leans on what stands before it."""
    if mark.sign not in '"“»«„':
        return True
    before = text[mark.start - 1]
    return not before.isspace() or mark.sign == "»"


def _closing(text: str, found: list[_Mark], index: int) -> int | None:
    """A straight mark that opens within a straight quote says that the first one was never closed."""
    opening = found[index]
    closers = marks().double[opening.sign]
    depth = 1
    for position in range(index + 1, len(found)):
        mark = found[position]
        if mark.start - opening.end > LONGEST:
            return None
        if mark.sign in closers and _closes(text, mark):
            depth -= 1
            if depth == 0:
                return position
        elif mark.sign == opening.sign:
            depth += 1
            if depth > (1 if mark.sign in closers else DEEPEST):
                return None
    return None


def _closing_single(text: str, end: int, found: list[_Mark], index: int) -> int | None:
    """The mark that ends the quote rather than a plural's genitive, up to where another quote opens."""
    opening = found[index]
    closers = marks().single[opening.sign]
    first: int | None = None
    for position in range(index + 1, min(len(found), index + APOSTROPHES)):
        mark = found[position]
        if mark.start - opening.end > LONGEST or (mark.sign == opening.sign and mark.sign not in closers):
            break
        before = text[mark.start - 1]
        after = text[mark.end] if mark.end < end else " "
        if mark.sign not in closers or before.isspace() or after.isalnum():
            continue
        if before != "s" or not after.isspace():
            return position
        first = position if first is None else first
        if position - index > 2 * DEEPEST:
            break
    return first


def _span(text: str, opening: _Mark, closing: _Mark, number: int, single: bool) -> Span:
    return _trimmed(text, opening.end, closing.start, number, opening.start, closing.end, False, single)


def _trimmed(
    text: str, start: int, end: int, number: int, outer_start: int, outer_end: int, continued: bool, single: bool
) -> Span:
    while start < end and text[start] in _TRIMMED:
        start += 1
    while end > start and text[end - 1] in _TRIMMED:
        end -= 1
    return Span(start, end, number, outer_start, outer_end, continued, single)
