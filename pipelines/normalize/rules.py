"""The rules of `config/languages.yaml` for wire stories, as patterns: one set per language."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from models.language import Wire
from pipelines.languages import languages

_NOTHING = re.compile(r"(?!)")
_AROUND = "([*_–—-:,; "
_OPENING = r"[\s(\[*_–—-]*"


@dataclass(frozen=True)
class Rules:
    """What marks a line in one language; the name of the group that matched says what the line holds.

    `stamp` has the groups `published` and `updated`, `credit` has `authors`, `editors` and `agencies`; both match
    at the start of a line and after a separator. `note` and `byline` match at the start of a line.
    """

    language: str | None
    stamp: re.Pattern[str]
    credit: re.Pattern[str]
    note: re.Pattern[str]
    byline: re.Pattern[str]


def rules_for(language: str | None) -> tuple[Rules, ...]:
    """The rules to try: those of the language; of every language that has any where it is unknown."""
    primary = (language or "").partition("-")[0]
    if primary in languages():
        return (_compiled(primary),)
    return _every() if not primary else (_compiled(None),)


@cache
def _every() -> tuple[Rules, ...]:
    return tuple(_compiled(code) for code, known in languages().items() if known.wire.updated)


@cache
def _compiled(code: str | None) -> Rules:
    wire = languages()[code].wire if code else Wire()
    return Rules(
        language=code,
        stamp=_labels({"updated": wire.updated, "published": wire.published}, separator=r"[\s,;|/·•(–—-]"),
        credit=_labels(
            {"authors": wire.authors, "editors": wire.editors, "agencies": wire.credits}, separator=r"[\s(]"
        ),
        note=_starts(wire.notes),
        byline=_starts(wire.byline),
    )


def may_end(paragraph: str) -> bool:
    """Whether a paragraph starts as a note or a credit does in any language; a cheap test that lets too much pass."""
    first = paragraph[:40].lstrip(_AROUND).partition(" ")[0]
    return first.casefold().rstrip(_AROUND) in _first_words()


@cache
def _first_words() -> frozenset[str]:
    wires = [known.wire for known in languages().values()]
    phrases = [word for wire in wires for word in (*wire.notes, *wire.authors, *wire.editors, *wire.credits)]
    return frozenset(phrase.split()[0].casefold().rstrip(_AROUND) for phrase in phrases)


def _labels(groups: dict[str, tuple[str, ...]], separator: str) -> re.Pattern[str]:
    """Words, each with the name of its group, longest first so that a short one never hides a long one."""
    words = sorted(((word, name) for name, of in groups.items() for word in of), key=lambda pair: -len(pair[0]))
    if not words:
        return _NOTHING
    named = "|".join(f"(?P<{name}_{place}>{_written(word)})" for place, (word, name) in enumerate(words))
    return re.compile(rf"(?:^{_OPENING}|(?<={separator}))(?:{named})(?!\w)\s*:?\s*", re.IGNORECASE)


def _starts(words: Iterable[str]) -> re.Pattern[str]:
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    if not ordered:
        return _NOTHING
    return re.compile(rf"{_OPENING}(?:{'|'.join(map(_written, ordered))})(?!\w)\s*:?\s*", re.IGNORECASE)


def _written(word: str) -> str:
    return r"\s+".join(map(re.escape, word.split()))
