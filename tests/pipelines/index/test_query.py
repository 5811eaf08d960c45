"""What the query language means, and what it says to those who slip."""

from datetime import UTC, datetime
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import SetupError
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
    parse_query,
)

NOW = datetime(2025, 4, 28, 7, 30, 15, tzinfo=UTC)


def word(text: str, field: str | None = None) -> Words:
    return Words(field, text)


def day(year: int, month: int = 1, day: int = 1, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("", Everything()),
        (" \t\n", Everything()),
        ("*", Everything()),
        ("*:*", Everything()),
        ("putin", word("putin")),
        ("a b", word("a b")),
        ('a b "c" d e', All((word("a b"), Words(None, "c", phrase=True), word("d e")))),
        ("a b^2 c", All((word("a"), Boost(word("b"), 2.0), word("c")))),
        ("東京 会議", All((word("東京"), word("会議")))),
        ("exact:a", Words(None, "a", exact=True)),
        ('exact:(a NOT "b")', All((Words(None, "a", exact=True),), (Words(None, "b", phrase=True, exact=True),))),
        ("title.exact:a body:b", All((Words("title", "a", exact=True), word("b", "body")))),
        ("quotes.exact:a", Words("quotes.text", "a", exact=True)),
        ("a AND b", All((word("a"), word("b")))),
        ("a OR b", Any((word("a"), word("b")))),
        ("a b OR c", All((word("a"), Any((word("b"), word("c")))))),
        ("a AND b OR c", Any((All((word("a"), word("b"))), word("c")))),
        ("NOT a", All((), (word("a"),))),
        ("+a -b", All((word("a"),), (word("b"),))),
        ("a OR -b", Any((word("a"), All((), (word("b"),))))),
        ("title:(a b)", word("a b", "title")),
        ("people:(a OR title:b)", Any((word("a", "people"), word("b", "title")))),
        ('"a b"', Words(None, "a b", phrase=True)),
        ('"a b"~3', Words(None, "a b", phrase=True, slop=3)),
        ('title:"a \\" b"', Words("title", 'a " b', phrase=True)),
        ("put*", Wildcard(None, "put*")),
        ("PUT?n", Wildcard(None, "put?n")),
        ("*tin", Wildcard(None, "*tin")),
        ("put\\*", word("put*")),
        ("people:*", Exists("people")),
        ("_exists_:people", Exists("people")),
        ("_exists_:person AND _exists_:quotes", All((Exists("people"), Exists("quotes.text")))),
        ("ab~", word("ab")),
        ("abc~", Fuzzy(None, "abc", 1)),
        ("abcdef~", Fuzzy(None, "abcdef", 2)),
        ("abcdef~1", Fuzzy(None, "abcdef", 1)),
        ("a^2.5", Boost(word("a"), 2.5)),
        ("a – b", word("a b")),
        ("AT&T", word("AT&T")),
        ('5"', word('5"')),
        ("PEOPLE:kim", word("kim", "people")),
        ("person:kim", word("kim", "people")),
        ("source:tagesschau", word("tagesschau", "source_id")),
        ("dateline.country:tw", word("tw", "dateline.country")),
        ("word_count:12", NumberRange("word_count", 12, 12)),
        ("word_count:-12", NumberRange("word_count", -12, -12)),
        ("word_count:[3 TO *]", NumberRange("word_count", 3, None)),
        ("word_count:{3 TO 9}", NumberRange("word_count", 4, 8)),
        ("word_count:>3", NumberRange("word_count", 4, None)),
        ("word_count:<=3", NumberRange("word_count", None, 3)),
        ("people:[a TO k]", KeywordRange("people", "a", "k")),
        ("people:{a TO k]", All((KeywordRange("people", "a", "k"),), (word("a", "people"),))),
        ("people:[* TO *]", Exists("people")),
        ("url:https\\://a.example/b", word("https://a.example/b", "url")),
    ],
)
def test_the_language_is_lucenes(text: str, meaning: Query) -> None:
    assert parse_query(text, NOW) == meaning


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2025-04-01", day(2025, 4, 1), day(2025, 4, 2)),
        ("2024-02", day(2024, 2), day(2024, 3)),
        ("2024", day(2024), day(2025)),
        ("2025-04-01T10:20", day(2025, 4, 1, 10, 20), day(2025, 4, 1, 10, 21)),
        ("2025-04-01T10:20:30Z", day(2025, 4, 1, 10, 20, 30), day(2025, 4, 1, 10, 20, 31)),
        ('"2025-04-01T10:20:30+02:00"', day(2025, 4, 1, 8, 20, 30), day(2025, 4, 1, 8, 20, 31)),
        ("[2025-04-01 TO 2025-05-01]", day(2025, 4, 1), day(2025, 5, 2)),
        ("{2025-04-01 TO 2025-05-01}", day(2025, 4, 2), day(2025, 5, 1)),
        ("[2025-04 TO *]", day(2025, 4), None),
        ("[* TO 2024]", None, day(2025)),
        (">2024", day(2025), None),
        (">=2024", day(2024), None),
        ("<2024", None, day(2024)),
        ("<=2024", None, day(2025)),
        (">=now-7d", day(2025, 4, 21, 7, 30, 15), None),
        ("now/d", day(2025, 4, 28), day(2025, 4, 29)),
        ("now-1d/d", day(2025, 4, 27), day(2025, 4, 28)),
        ("now/w", day(2025, 4, 28), day(2025, 5, 5)),
        ("now-1M/M", day(2025, 3), day(2025, 4)),
        ("now+1y/y", day(2026), day(2027)),
        (">=now/h", day(2025, 4, 28, 7), None),
        ("2024-01-31||+1M", day(2024, 2, 29), day(2024, 3, 1)),
    ],
)
def test_a_time_means_all_that_it_names(text: str, since: datetime | None, until: datetime | None) -> None:
    assert parse_query(f"timestamp:{text}", NOW) == DateRange("timestamp", since, until)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("peple:kim", "Column 1: there is no field peple; did you mean people?"),
        ("a AND (titel:b)", "Column 8: there is no field titel; did you mean title?"),
        ("zzzzzz:1", "the fields are id, url"),
        ('kim "jong un', "Column 5: the quote"),
        ("(a b", "Column 1: ( is never closed"),
        ("a b)", "Column 4: ) closes nothing"),
        ("date:[2025 TO 2026", "Column 6: [ is never closed"),
        ("date:[2025-01 2025-02]", "a range is written [from TO to]"),
        ("a AND", "the query ends after AND"),
        ("title:", "the query ends after title:"),
        ("OR a", "Column 1: OR stands where a word is needed"),
        ("a AND OR b", "Column 7: OR stands"),
        ("a && b", "Column 3: && is written AND"),
        ("a || b", "Column 3: || is written OR"),
        ("!a", "is written NOT"),
        ("/a.*/", "regular expressions are not read"),
        ("'tis", "Column 1: this can't begin a word"),
        ("a\\", "Column 2: a backslash at the end"),
        ("~2", "~ belongs right behind a word"),
        ("title:[a TO b]", "title is text"),
        ("[a TO b]", "a range needs a field"),
        ("date:yesterday", "yesterday is not a time"),
        ("date:2025-02-30", "there is no such time"),
        ("date:9999", "outside the years 1 to 9999"),
        ("date:now-99999999y", "outside the years 1 to 9999"),
        ("date:2025*", "is not a time"),
        ("date:2025-01-01T00:00:00+01:00", "put the value in double quotes"),
        ("url:https://a.example", "put the value in double quotes"),
        ("word_count:many", "many is not a number"),
        ("word_count:99999999999999999999", "is not a number"),
        ("date:2025~1", "exact values"),
        ("a~3", "at most 2 edits"),
        ("a*~1", "not both"),
        ("a~1.2.3", "A number behind"),
        ('"a b"~999', "at most 100 places"),
        ("a^0", "a boost"),
        ("…", "no letter or digit"),
        ("a\x00b", "Column 2: this is not a character"),
        ("a\ud800", "Column 2: this is not a character"),
    ],
)
def test_a_slip_is_told_where_and_how_to_cure_it(text: str, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_query(text, NOW)
    assert said in str(caught.value)
    assert isinstance(caught.value, SetupError)


def test_now_is_what_the_caller_says() -> None:
    with pytest.raises(QueryError, match="`now` means nothing here"):
        parse_query("date:>now")


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000 + "a" + ")" * 10_000,
        "(" * 4_000 + "a" + ")" * 4_000,
        "(" * 9_000,
        "NOT " * 2_400 + "a",
        "-" * 9_000 + "a",
        "a" + "^2" * 4_000,
        "title:(" * 1_000 + "a" + ")" * 1_000,
        "a " * 4_900,
        "a OR " * 1_900 + "b",
        "a" * 100_000,
        '"' * 9_999,
        "*" * 9_999,
        "\\" * 9_999,
        "[" * 9_999,
    ],
    ids=lambda text: text[:8],
)
def test_a_monstrous_query_is_refused_at_once(text: str) -> None:
    start = perf_counter()
    with pytest.raises(QueryError):
        parse_query(text, NOW)
    assert perf_counter() - start < 5


@given(st.text(alphabet='ab:"()[]{}~^*?\\/+-!&|<>= TO ANDORNOT2025-04now', max_size=60))
def test_any_text_is_a_query_or_a_query_error(text: str) -> None:
    try:
        parse_query(text, NOW)
    except QueryError as error:
        assert str(error).endswith((".", "?"))  # noqa: PT017


@given(st.text(max_size=40).filter(lambda text: "\x00" not in text))
def test_quoted_and_escaped_text_is_taken_as_it_is(text: str) -> None:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    assert parse_query(f'people:"{escaped}"', NOW) == Words("people", text, phrase=True)
