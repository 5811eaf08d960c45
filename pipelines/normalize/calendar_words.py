"""The names of months and days in the languages of the CLDR, and the small words that stand between them."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.localedata import locale_identifiers

from pipelines.languages import languages


@dataclass(frozen=True)
class CalendarWords:
    """Words as `key` writes them: the months by number, and the names of days."""

    months: dict[str, int]
    weekdays: frozenset[str]


def key(word: str) -> str:
    """A word as it is looked up: without case and dots."""
    return unicodedata.normalize("NFC", word.casefold().replace(".", "").strip(" '’"))


@cache
def fillers() -> frozenset[str]:
    """Words that may stand in a written time and say nothing: `um`, `at`, `de`, `Uhr`."""
    phrases = (phrase for known in languages().values() for phrase in known.wire.date_words)
    return frozenset(key(word) for phrase in phrases for word in phrase.split())


def vocabularies(language: str | None) -> Iterator[CalendarWords]:
    """Where to look a word up, in this order: its language, the languages that Newsbeam knows, all languages."""
    if language:
        yield _words_of(language.partition("-")[0])
    yield _known_words()
    yield _all_words()


@cache
def _words_of(code: str) -> CalendarWords:
    try:
        locale = Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return CalendarWords({}, frozenset())
    months: dict[str, int] = {}
    weekdays: set[str] = set()
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            months.update({key(name): number for number, name in locale.months[context][width].items()})
            weekdays.update(key(name) for name in locale.days[context][width].values())
    named = {name: number for name, number in months.items() if _is_word(name)}
    return CalendarWords(named, frozenset(filter(_is_word, weekdays)))


def _is_word(name: str) -> bool:
    return bool(name) and " " not in name and not any(map(str.isdigit, name))


@cache
def _known_words() -> CalendarWords:
    return _merged(code for code in languages() if code != "und")


@cache
def _all_words() -> CalendarWords:
    return _merged(code for code in locale_identifiers() if "_" not in code)


def _merged(codes: Iterable[str]) -> CalendarWords:
    """Every language's words, without the months that two languages number differently (`listopad`)."""
    months: dict[str, int] = {}
    disputed: set[str] = set()
    weekdays: set[str] = set()
    for code in codes:
        words = _words_of(code)
        weekdays |= words.weekdays
        for name, number in words.months.items():
            if months.setdefault(name, number) != number:
                disputed.add(name)
    return CalendarWords({name: n for name, n in months.items() if name not in disputed}, frozenset(weekdays))
