"""Reads the query language: luqum parses Lucene's syntax, and what it found is checked against the fields.

Words side by side must all match. AND binds tighter than OR, and OR tighter than words side by side:
`kim OR putin ukraine` means `(kim OR putin) AND ukraine`.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TypeGuard

from luqum import tree as lucene
from luqum.exceptions import ParseError
from luqum.thread import parse

from pipelines.index.fields import SEARCHABLE, Kind
from pipelines.index.query.names import field_named
from pipelines.index.query.syntax import MAX_DEPTH, check_bounds, explain, too_deep
from pipelines.index.query.tree import (
    All,
    Any,
    Boost,
    DateRange,
    Everything,
    Exists,
    Fuzzy,
    KeywordRange,
    NumberRange,
    Query,
    QueryError,
    Wildcard,
    Words,
    exactly,
)
from pipelines.index.query.values import Span, read_integer, read_span

MAX_CLAUSES = 500
_MAX_PATTERN = 200
_MAX_SLOP = 100
_MAX_BOOST = 1000
_WILD = re.compile(r"(?:\\.|[^\\*?])*[*?]", re.DOTALL)
_WORDLIKE = re.compile(r"\w")

UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
"""Signs of scripts that are indexed by pairs: what is written together belongs together."""


def parse_query(text: str, now: datetime | None = None) -> Query:
    """Read a query; an empty one means everything. `now` is what `now` means in dates.

    Raises QueryError for what can't be understood, with the column, counted from 1, and the cure.
    """
    check_bounds(text)
    if not text.strip():
        return Everything()
    try:
        found = parse(text)
    except ParseError as error:
        explain(text, error)
    except (ValueError, ArithmeticError) as error:
        raise QueryError("A number behind ~ or ^ is written 2 or 0.5.") from error
    query = _Reader(now).read(found, None, 0)
    if query is None:
        raise QueryError("Column 1: there is no letter or digit to look for; write a word.")
    return query


class _Reader:
    """Turns luqum's tree into ours; punctuation that stands alone becomes None and is left out."""

    def __init__(self, now: datetime | None) -> None:
        self._now = now
        self._clauses = 0

    def read(self, item: lucene.Item, field: str | None, depth: int) -> Query | None:
        if depth > MAX_DEPTH:
            raise too_deep(_column(item))
        match item:
            case lucene.Group() | lucene.FieldGroup():
                return self.read(item.expr, field, depth + 1)
            case lucene.AndOperation() | lucene.UnknownOperation() | lucene.Not() | lucene.Prohibit() | lucene.Plus():
                return self._all(item, field, depth + 1)
            case lucene.OrOperation():
                parts = self._each(item.operands, field, depth + 1)
                return Any(parts) if len(parts) > 1 else next(iter(parts), None)
            case lucene.SearchField():
                return self._field(item, depth + 1)
            case lucene.Boost():
                return self._boost(item, field, depth + 1)
            case _:
                return self._leaf(item, field)

    def _each(self, items: Iterable[lucene.Item], field: str | None, depth: int) -> tuple[Query, ...]:
        return tuple(part for item in items if (part := self.read(item, field, depth)) is not None)

    def _all(self, item: lucene.Item, field: str | None, depth: int) -> Query | None:
        if isinstance(item, lucene.Prohibit) and field and SEARCHABLE[field] is Kind.INTEGER:
            return self._leaf(item, field)
        operands = item.operands if isinstance(item, lucene.BaseOperation) else (item,)
        wanted = (o for o in operands if not isinstance(o, lucene.Not | lucene.Prohibit))
        refused = (o.a for o in operands if isinstance(o, lucene.Not | lucene.Prohibit))
        parts = self._each((o.a if isinstance(o, lucene.Plus) else o for o in wanted), field, depth)
        if isinstance(item, lucene.UnknownOperation):
            parts = _side_by_side(parts)
        without = self._each(refused, field, depth)
        if not without and len(parts) < 2:
            return next(iter(parts), None)
        return All(parts, without)

    def _field(self, item: lucene.SearchField, depth: int) -> Query | None:
        if isinstance(item.expr, lucene.SearchField):
            raise QueryError(f"Column {_column(item.expr)}: a second colon; put the value in double quotes.")
        if item.name == "*" and _is_star(item.expr):
            return Everything()
        if item.name == "_exists_" and isinstance(item.expr, lucene.Word):
            return _exists(item.expr)
        field, exact = field_named(item.name, _column(item))
        found = self.read(item.expr, field, depth)
        return exactly(found) if exact and found is not None else found

    def _boost(self, item: lucene.Boost, field: str | None, depth: int) -> Query | None:
        if not 0 < item.force <= _MAX_BOOST:
            raise QueryError(f"Column {_column(item)}: a boost lies above 0 and is at most {_MAX_BOOST}.")
        part = self.read(item.expr, field, depth)
        return None if part is None else Boost(part, float(item.force))

    def _leaf(self, item: lucene.Item, field: str | None) -> Query | None:
        self._clauses += 1
        if self._clauses > MAX_CLAUSES:
            raise QueryError(f"Column {_column(item)}: more than {MAX_CLAUSES} words; search for fewer.")
        match item:
            case lucene.Range():
                return self._range(item, item.low, item.high, field)
            case lucene.From():
                return self._range(item, item.a, None, field)
            case lucene.To():
                return self._range(item, None, item.a, field)
            case lucene.Fuzzy():
                return _fuzzy(item, field)
            case lucene.Regex():
                raise QueryError(f"Column {_column(item)}: regular expressions are not read; use * and ?, or quotes.")
            case _:
                return self._words(item, field)

    def _words(self, item: lucene.Item, field: str | None) -> Query | None:
        slop, term = (item.degree, item.term) if isinstance(item, lucene.Proximity) else (0, item)
        if slop > _MAX_SLOP:
            raise QueryError(f"Column {_column(item)}: words may lie at most {_MAX_SLOP} places apart.")
        kind = SEARCHABLE[field] if field else Kind.TEXT
        if _is_star(term):
            return Exists(field) if field else Everything()
        if field and kind is Kind.DATE:
            span = self._span(term)
            return DateRange(field, span.start, span.end)
        if field and kind is Kind.INTEGER:
            number = _integer(term)
            return NumberRange(field, number, number)
        if isinstance(term, lucene.Phrase):
            return _phrase(term, field, slop)
        if _WILD.match(term.value):
            return _wildcard(term, field)
        if kind is Kind.TEXT and not _worth_searching(term):
            return None
        return Words(field, term.unescaped_value)

    def _range(
        self, item: lucene.Item, low: lucene.Item | None, high: lucene.Item | None, field: str | None
    ) -> Query | None:
        if field is None:
            raise QueryError(f"Column {_column(item)}: a range needs a field before it, like date:[2025-04 TO now].")
        low, high = (None if bound is None or _is_star(bound) else bound for bound in (low, high))
        with_low = item.include_low if isinstance(item, lucene.Range) else getattr(item, "include", True)
        with_high = item.include_high if isinstance(item, lucene.Range) else getattr(item, "include", True)
        if low is None and high is None:
            return Exists(field)
        match SEARCHABLE[field]:
            case Kind.DATE:
                return DateRange(field, self._instant(low, not with_low), self._instant(high, with_high))
            case Kind.INTEGER:
                return NumberRange(
                    field,
                    None if low is None else _integer(low) + (not with_low),
                    None if high is None else _integer(high) - (not with_high),
                )
            case Kind.KEYWORD | Kind.NAME:
                return _keyword_range(field, low, high, with_low, with_high)
            case _:
                raise QueryError(f"Column {_column(item)}: {field} is text; ranges are for dates, numbers and names.")

    def _instant(self, term: lucene.Item | None, behind: bool) -> datetime | None:
        if term is None:
            return None
        span = self._span(term)
        return span.end if behind else span.start

    def _span(self, term: lucene.Item) -> Span:
        try:
            return read_span(_value(term), self._now)
        except ValueError as error:
            raise QueryError(f"Column {_column(term)}: {_value(term)[:60]} is not a time: {error}.") from error


def _exists(term: lucene.Word) -> Query:
    """Lucene's other way to write `people:*`."""
    field, _ = field_named(_value(term), _column(term))
    return Exists(field) if field else Everything()


def _side_by_side(parts: tuple[Query, ...]) -> tuple[Query, ...]:
    """Plain words that follow each other in one field as one, so that a synonym of several words is seen in them."""
    joined: list[Query] = []
    for part in parts:
        last = joined[-1] if joined else None
        if _is_plain(part) and _is_plain(last) and part.field == last.field:
            joined[-1] = Words(part.field, f"{last.text} {part.text}")
        else:
            joined.append(part)
    return tuple(joined)


def _is_plain(part: Query | None) -> TypeGuard[Words]:
    return (
        isinstance(part, Words)
        and part == Words(part.field, part.text)
        and (part.field is None or SEARCHABLE[part.field] is Kind.TEXT)
        and not UNSPACED.search(part.text)
    )


def _phrase(term: lucene.Phrase, field: str | None, slop: int) -> Query | None:
    text = _value(term)
    if field and SEARCHABLE[field] in (Kind.KEYWORD, Kind.NAME):
        return Words(field, text, phrase=True)
    return Words(field, text, phrase=True, slop=slop) if _WORDLIKE.search(text) else None


def _wildcard(term: lucene.Word, field: str | None) -> Wildcard:
    if len(term.value) > _MAX_PATTERN:
        raise QueryError(f"Column {_column(term)}: a word with * or ? has at most {_MAX_PATTERN} characters.")
    return Wildcard(field, re.sub(r"\*{2,}", "*", term.value.lower()))


def _worth_searching(term: lucene.Word) -> bool:
    operator = {"&&": "AND", "||": "OR"}.get(term.value, "NOT" if term.value.startswith("!") else None)
    if operator:
        raise QueryError(f"Column {_column(term)}: {term.value[:2]} is written {operator} here.")
    return _WORDLIKE.search(term.value) is not None


def _fuzzy(item: lucene.Fuzzy, field: str | None) -> Query | None:
    term = item.term
    if field and SEARCHABLE[field] not in (Kind.TEXT, Kind.KEYWORD, Kind.NAME):
        raise QueryError(f"Column {_column(item)}: {field} has exact values; ~ is for words.")
    if _WILD.match(term.value):
        raise QueryError(f"Column {_column(item)}: a word has either * and ? or ~, not both.")
    text = term.unescaped_value
    if not _WORDLIKE.search(text):
        return None
    degree: Decimal = item.degree
    if 0 < degree < 1:  # a bare ~, or the similarity of old Lucene
        distance = 0 if len(text) < 3 else 1 if len(text) < 6 else 2
    elif degree in (0, 1, 2):
        distance = int(degree)
    else:
        raise QueryError(f"Column {_column(item)}: a word may be at most 2 edits away; write {text[:20]}~2.")
    return Fuzzy(field, text, distance) if distance else Words(field, text)


def _keyword_range(
    field: str, low: lucene.Item | None, high: lucene.Item | None, with_low: bool, with_high: bool
) -> Query:
    whole = KeywordRange(field, low and _value(low), high and _value(high))
    ends = ((low, with_low), (high, with_high))
    without = tuple(Words(field, _value(end)) for end, included in ends if end is not None and not included)
    return All((whole,), without) if without else whole


def _integer(item: lucene.Item) -> int:
    sign, term = ("-", item.a) if isinstance(item, lucene.Prohibit) else ("", item)
    try:
        return read_integer(sign + _value(term))
    except ValueError as error:
        raise QueryError(f"Column {_column(item)}: {_value(term)[:60]} is not a number: {error}.") from error


def _value(item: lucene.Item) -> str:
    if isinstance(item, lucene.Prohibit):
        return "-" + _value(item.a)
    text: str = item.unescaped_value
    return text[1:-1] if isinstance(item, lucene.Phrase) else text


def _is_star(item: lucene.Item) -> bool:
    return isinstance(item, lucene.Word) and item.value in ("*", "**")


def _column(item: lucene.Item) -> int:
    return (item.pos or 0) + 1
