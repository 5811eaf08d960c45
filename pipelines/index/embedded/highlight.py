"""Marks in a text what a query matched, and cuts out the passages around it."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pipelines.index.embedded.analysis import Analysis, Token
from pipelines.index.embedded.patterns import python_pattern
from pipelines.index.fields import SEARCHABLE, WORD_FIELDS, Kind
from pipelines.index.query import All, Any, Boost, Fuzzy, Query, Wildcard, Words

PASSAGES = 3
PASSAGE_LENGTH = 160
_SHORT = 300
"""A text of up to so many characters is shown whole."""
_LOOKED_AT = 200_000
"""So many characters of a text are searched for passages."""


class Needle(NamedTuple):
    """What marks words: a run of terms in order (`slop` words may lie between them), or a test of a single word.

    Terms are stems, unless words are meant as they are written.
    """

    terms: tuple[str, ...] = ()
    slop: int = 0
    fits: Callable[[str], bool] | None = None
    exact: bool = False

    def is_at(self, place: int, token: Token) -> bool:
        """Whether the token is the term in this place of the run."""
        return self.terms[place] in self._terms(token)

    def holds(self, token: Token) -> bool:
        """Whether the token is one of the terms."""
        return any(term in self.terms for term in self._terms(token))

    def _terms(self, token: Token) -> tuple[str, ...]:
        return (token.exact,) if self.exact else token.stems


def needles(query: Query, analysis: Analysis) -> dict[str, list[Needle]]:
    """What to mark in which text field; what a query excludes marks nothing."""
    found: dict[str, list[Needle]] = {}
    for part in _positive(query):
        for field in WORD_FIELDS if part.field is None else (part.field,):
            if SEARCHABLE[field] is Kind.TEXT:
                found.setdefault(field, []).extend(_needles(part, analysis))
    return found


def highlight(text: str, wanted: list[Needle], analysis: Analysis) -> tuple[str, ...]:
    """The first passages of the text that hold matches, each match between `<em>` and `</em>`."""
    text = text[:_LOOKED_AT]
    spans = _merged(_spans(analysis.tokens(text), wanted), text)
    if not spans:
        return ()
    if len(text) <= _SHORT:
        return (_marked(text, 0, len(text), spans),)
    return tuple(_marked(text, start, end, spans) for start, end in _passages(text, spans))


def _positive(query: Query) -> Iterator[Words | Wildcard | Fuzzy]:
    match query:
        case Words() | Wildcard() | Fuzzy():
            yield query
        case All(parts) | Any(parts):
            for part in parts:
                yield from _positive(part)
        case Boost(part):
            yield from _positive(part)
        case _:
            return


def _needles(query: Words | Wildcard | Fuzzy, analysis: Analysis) -> Iterator[Needle]:
    match query:
        case Words(exact=True):
            whole = tuple(analysis.exact.analyze(query.text))
            ways = [whole] if query.phrase else [run for runs in analysis.asked_exactly(query.text) for run in runs]
            yield from (Needle(way, query.slop, exact=True) for way in ways)
        case Words(phrase=True):
            yield from (Needle(way, query.slop) for way in analysis.asked_together(query.text, query.slop))
        case Words():
            yield from (Needle(way) for ways in analysis.asked(query.text) for way in ways)
        case Wildcard():
            pattern = python_pattern(analysis.fold(query.pattern))
            yield Needle(fits=lambda word: pattern.fullmatch(word) is not None)
        case Fuzzy():
            for term in analysis.exact.analyze(query.text):
                yield Needle(fits=lambda word, term=term: within(word, term, query.distance))  # type: ignore[misc]


def _spans(tokens: list[Token], wanted: list[Needle]) -> Iterator[tuple[int, int]]:
    judged: dict[tuple[int, str], bool] = {}
    for number, needle in enumerate(wanted):
        for at, token in enumerate(tokens):
            if needle.fits is not None:
                key = (number, token.exact)
                if key not in judged:
                    judged[key] = needle.fits(token.exact)
                if judged[key]:
                    yield token.start, token.end
            elif needle.holds(token):
                places = range(len(needle.terms))
                window = tokens[at : at + len(needle.terms) + needle.slop]
                if needle.slop and all(any(needle.is_at(place, other) for other in window) for place in places):
                    yield from ((other.start, other.end) for other in window if needle.holds(other))
                elif len(window) == len(needle.terms) and all(map(needle.is_at, places, window)):
                    yield token.start, window[-1].end


def _merged(spans: Iterator[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return [span for span in merged if span[1] <= len(text)]


def _passages(text: str, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    covered, count = -1, 0
    for start, end in spans:
        if end <= covered:
            continue
        if count == PASSAGES:
            return
        count += 1
        room = max(PASSAGE_LENGTH - (end - start), 0)
        first = _word_border(text, max(start - room // 2, covered, 0), start)
        last = max(end, _word_end(text, end, min(first + PASSAGE_LENGTH, len(text))))
        covered = last
        yield first, last


def _word_border(text: str, low: int, high: int) -> int:
    if low == 0:
        return 0
    gap = re.compile(r"\s+").search(text, low, high)
    return gap.end() if gap else low


def _word_end(text: str, low: int, high: int) -> int:
    if high == len(text):
        return high
    cut = max(text.rfind(" ", low, high), text.rfind("\n", low, high))
    return cut if cut > low else high


def _marked(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> str:
    parts, at = [], start
    for first, last in spans:
        if start <= first and last <= end:
            parts += [text[at:first], "<em>", text[first:last], "</em>"]
            at = last
    return "".join([*parts, text[at:end]]).strip()


def within(word: str, other: str, distance: int) -> bool:
    """Whether at most so many edits, swaps of neighbours among them, turn one word into the other."""
    if abs(len(word) - len(other)) > distance:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(word, 1):
        older, before, row = before, row, [i]
        for j, right in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and word[i - 2] == right:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > distance:
            return False
    return row[-1] <= distance
