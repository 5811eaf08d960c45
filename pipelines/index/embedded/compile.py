"""From a query to tantivy's own queries, in the words of one language."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import tantivy
from tantivy import FieldType, Occur, Searcher

from pipelines.index.embedded.analysis import Analysis, Terms
from pipelines.index.embedded.patterns import tantivy_pattern
from pipelines.index.embedded.records import to_microseconds
from pipelines.index.embedded.schema import PRESENT, exact, spelled
from pipelines.index.fields import FIELDS, NEAR, NEAR_BOOST, OTHER_TEXT, SEARCHABLE, WORD_FIELDS, Kind
from pipelines.index.query import (
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
)
from pipelines.names import fold_name


class Compiler:
    """Compiles for one index. Only words in texts weigh; all else either matches or does not."""

    def __init__(self, schema: tantivy.Schema, analysis: Analysis) -> None:
        self._schema = schema
        self._analysis = analysis

    def compile(self, query: Query, searcher: Searcher) -> tantivy.Query:
        """The query; ranges of keywords are looked up in what `searcher` sees."""
        match query:
            case Everything():
                return tantivy.Query.all_query()
            case Words() | Wildcard() | Fuzzy():
                return self._anywhere(query) if query.field is None else self._in_field(query, query.field)
            case Exists(field):
                return self._exists(field)
            case DateRange(field, since, until):
                return self.between(field, since, until)
            case NumberRange(field, low, high):
                return self._numbers(field, low, high)
            case KeywordRange():
                return self._keywords_between(query, searcher)
            case All(parts, without):
                wanted = [self.compile(part, searcher) for part in parts] or [tantivy.Query.all_query()]
                return _all(wanted, [self.compile(part, searcher) for part in without])
            case Any(parts):
                return _any([self.compile(part, searcher) for part in parts])
            case Boost(part, factor):
                return tantivy.Query.boost_query(self.compile(part, searcher), factor)

    def between(self, field: str, since: datetime | None, until: datetime | None) -> tantivy.Query:
        """Instants from `since` to before `until`."""
        low = None if since is None else to_microseconds(since)
        return self._numbers(field, low, None if until is None else to_microseconds(until) - 1)

    def one_of(self, field: str, values: Sequence[str]) -> tantivy.Query:
        """A keyword has one of these values, without case."""
        folded = [self._analysis.fold(value) for value in values]
        return _unweighted(tantivy.Query.term_set_query(self._schema, field, folded))

    def in_texts(self, term: str) -> tantivy.Query:
        """A term as it is stored, in title or body."""
        return self._sum({name: self._phrase(name, [term]) for name in WORD_FIELDS})

    def in_language(self, tag: str) -> tantivy.Query:
        """Articles in a language; one without a region means all its regions (RFC 4647, section 3.3.1)."""
        pattern = re.sub(r"([\\*?])", r"\\\1", tag)
        return _any([self.one_of("language", (tag,)), self._wildcard(f"{pattern}-*", "language")])

    def _anywhere(self, query: Words | Wildcard | Fuzzy) -> tantivy.Query:
        if isinstance(query, Words) and not query.phrase:
            return self._words(query)
        return _best([self._boosted(name, self._in_field(query, name)) for name in WORD_FIELDS])

    def _in_field(self, query: Words | Wildcard | Fuzzy, field: str) -> tantivy.Query:
        text = SEARCHABLE[field] is Kind.TEXT
        match query:
            case Words():
                if text:
                    return self._text(query, field)
                if SEARCHABLE[field] is Kind.NAME:
                    return self._name(field, query.text)
                return self.one_of(field, (query.text,))
            case Wildcard():
                return self._wildcard(query.pattern, exact(field) if text else field)
            case Fuzzy():
                terms = self._analysis.exact.analyze(query.text) if text else [self._analysis.fold(query.text)]
                name = exact(field) if text else field
                return _all([self._fuzzy(name, term, query.distance) for term in terms])

    def _name(self, field: str, text: str) -> tantivy.Query:
        """The whole name as it is written, or some of its words in any spelling."""
        words = self._phrase(spelled(field), fold_name(text).split())
        return _unweighted(_any([self.one_of(field, (text,)), words]))

    def _words(self, query: Words) -> tantivy.Query:
        """Each word somewhere; texts in which several stand close together come first."""
        parts = self._asked(query)
        found = _all([_best([self._in_words(query, way) for way in ways]) for ways in parts])
        if len(parts) < 2:
            return found
        near = tantivy.Query.boost_query(self._anywhere(replace(query, phrase=True, slop=NEAR)), NEAR_BOOST)
        return tantivy.Query.boolean_query([(Occur.Must, found), (Occur.Should, near)])

    def _in_words(self, query: Words, terms: Terms) -> tantivy.Query:
        return self._sum({name: self._phrase(_form(name, query), terms) for name in WORD_FIELDS})

    def _sum(self, parts: dict[str, tantivy.Query]) -> tantivy.Query:
        boosted = [self._boosted(name, part) for name, part in parts.items()]
        return tantivy.Query.disjunction_max_query(boosted, OTHER_TEXT)

    def _boosted(self, field: str, query: tantivy.Query) -> tantivy.Query:
        return tantivy.Query.boost_query(query, FIELDS[field].weight)

    def _text(self, query: Words, field: str) -> tantivy.Query:
        form = _form(field, query)
        if not query.phrase:
            return _all([_best([self._phrase(form, way) for way in ways]) for ways in self._asked(query)])
        if query.exact:
            return self._phrase(form, self._analysis.exact.analyze(query.text), query.slop)
        ways = self._analysis.asked_together(query.text, query.slop)
        return _best([self._phrase(form, way, query.slop) for way in ways])

    def _asked(self, query: Words) -> list[tuple[Terms, ...]]:
        return self._analysis.asked_exactly(query.text) if query.exact else self._analysis.asked(query.text)

    def _phrase(self, field: str, terms: Sequence[str], slop: int = 0) -> tantivy.Query:
        if not terms:
            return tantivy.Query.empty_query()
        if len(terms) == 1:
            return tantivy.Query.term_query(self._schema, field, terms[0])
        return tantivy.Query.phrase_query(self._schema, field, list(terms), slop)

    def _wildcard(self, pattern: str, field: str) -> tantivy.Query:
        try:
            return tantivy.Query.regex_query(self._schema, field, tantivy_pattern(self._analysis.fold(pattern)))
        except ValueError as error:
            if "RegexQueryError" not in str(error):
                raise
            raise QueryError(f"The word {pattern[:40]} has too many wildcards; write more of it out.") from error

    def _fuzzy(self, field: str, term: str, distance: int) -> tantivy.Query:
        return tantivy.Query.fuzzy_term_query(self._schema, field, term, distance)

    def _exists(self, field: str) -> tantivy.Query:
        if SEARCHABLE[field] is Kind.TEXT:
            return _unweighted(tantivy.Query.term_query(self._schema, PRESENT, field))
        return _unweighted(tantivy.Query.exists_query(field))

    def _numbers(self, field: str, low: int | None, high: int | None) -> tantivy.Query:
        if low is None and high is None:
            return self._exists(field)
        if low is not None and high is not None and low > high:
            return tantivy.Query.empty_query()
        return _unweighted(tantivy.Query.range_query(self._schema, field, FieldType.Integer, low, high))

    def _keywords_between(self, query: KeywordRange, searcher: Searcher) -> tantivy.Query:
        # tantivy has no ranges of folded text: the values in question are few enough to be named.
        low, high = (bound and self._analysis.fold(bound) for bound in (query.low, query.high))
        values = [
            value
            for value, _ in searcher.terms_with_prefix(query.field, "")
            if (not low or low <= value) and (not high or value <= high)
        ]
        return _unweighted(tantivy.Query.term_set_query(self._schema, query.field, values))


def is_constant(query: Query) -> bool:
    """Whether all that matches matches equally well."""
    match query:
        case Words(field, _):
            return field is not None and SEARCHABLE[field] is not Kind.TEXT
        case Wildcard(field, _) | Fuzzy(field, _, _):
            return field is not None
        case All(parts):
            return all(map(is_constant, parts))
        case Any():
            return False
        case Boost(part):
            return is_constant(part)
        case _:
            return True


def all_of(wanted: tantivy.Query, filters: Sequence[tantivy.Query]) -> tantivy.Query:
    """What matches the query and every filter; the filters do not weigh."""
    silent = [tantivy.Query.const_score_query(part, 0.0) for part in filters]
    return _all([wanted, *silent])


def _unweighted(query: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, 1.0)


def _form(field: str, query: Words) -> str:
    return exact(field) if query.exact else field


def _best(parts: Sequence[tantivy.Query]) -> tantivy.Query:
    """The best of the parts that match counts."""
    if len(parts) == 1:
        return parts[0]
    return tantivy.Query.disjunction_max_query(parts) if parts else tantivy.Query.empty_query()


def _any(parts: Sequence[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(Occur.Should, part) for part in parts])


def _all(parts: Sequence[tantivy.Query], without: Sequence[tantivy.Query] = ()) -> tantivy.Query:
    if not parts:
        return tantivy.Query.empty_query()
    if len(parts) == 1 and not without:
        return parts[0]
    return tantivy.Query.boolean_query(
        [(Occur.Must, part) for part in parts] + [(Occur.MustNot, part) for part in without]
    )
