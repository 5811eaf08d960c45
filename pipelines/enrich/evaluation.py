"""Measures a recognizer on annotated text in columns."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from time import perf_counter
from typing import NamedTuple

from models.errors import SetupError
from models.tagging import Evaluation
from pipelines.enrich.columns import Row, sentences_of
from pipelines.enrich.names import Recognizer
from pipelines.enrich.scores import names_of, score, together

KINDS = ("PER", "ORG", "LOC")
"""What is measured unless something else is asked for."""

_AT_ONCE = 2_000
"""Sentences."""

_SAME = {
    "PERSON": "PER",
    "PERS": "PER",
    "ORGANIZATION": "ORG",
    "ORGANISATION": "ORG",
    "LOCATION": "LOC",
    "GPE": "LOC",
    "MISCELLANEOUS": "MISC",
    "OTH": "MISC",
    "OTHER": "MISC",
}
_TAG = re.compile(r"O|[BIESLUM]-\S.*")


class Annotated(NamedTuple):
    """A sentence, and the tag that somebody gave to each of its words."""

    words: list[str]
    tags: list[str]


def read_annotated(
    rows: Iterable[Row], name: str, mapped: Mapping[str, str], word: int = 1, column: int | None = None
) -> list[Annotated]:
    """The sentences of a file: the column of the words, and that of the tags (the last one if none is named).

    `mapped` says what other kinds are called here: `location-*` for `LOC`, nothing for one that is to be left out; the
    first that fits holds. Raises SetupError with file and line for what can't be read.
    """
    kinds: dict[str, str] = {}
    found = []
    for sentence in sentences_of(rows):
        held = [row for row in sentence if word == 1 or row.columns[0] != "#"]
        tags = [_kind(_tag(row, name, word, column), mapped, kinds) for row in held]
        if held:
            found.append(Annotated([row.columns[word - 1] for row in held], tags))
    if not found:
        raise SetupError(f"{name} holds no sentence; give a file with one token and its tag a line")
    return found


def evaluate(
    recognizer: Recognizer, language: str, sentences: Sequence[Annotated], kinds: Sequence[str] = KINDS
) -> Evaluation:
    """How well, and how fast, a recognizer finds the names of these sentences."""
    recognizer.tag([["."]], language)
    tags: list[list[str]] = []
    started = perf_counter()
    for at in range(0, len(sentences), _AT_ONCE):
        tags += recognizer.tag([sentence.words for sentence in sentences[at : at + _AT_ONCE]], language)
    seconds = perf_counter() - started
    given = [sentence.tags for sentence in sentences]
    scores = score(given, tags, kinds)
    others = Counter(kind for row in given for *_, kind in names_of(row) if kind not in kinds)
    tokens = sum(map(len, given))
    return Evaluation(
        language=language,
        model=recognizer.model(language) or "",
        sentences=len(sentences),
        tokens=tokens,
        seconds=round(seconds, 4),
        tokens_per_second=round(tokens / max(seconds, 1e-9)),
        kinds=scores,
        micro=together(scores.values()),
        ignored=dict(others.most_common()),
    )


def _tag(row: Row, name: str, word: int, column: int | None) -> str:
    count = len(row.columns)
    if count < max(word, column or 0, 2):
        asked = max(word, column or 0, 2)
        raise SetupError(f"{name}:{row.number}: there is no column {asked}, only {count}; name others with --column")
    tag = row.columns[(column or count) - 1].strip()
    if not _TAG.fullmatch(tag):
        raise SetupError(
            f"{name}:{row.number}: '{tag[:40]}' is no tag like O, B-PER or I-PER; say with --column where the tags are"
        )
    return tag


def _kind(tag: str, mapped: Mapping[str, str], known: dict[str, str]) -> str:
    prefix, _, kind = tag.partition("-")
    if not kind:
        return tag
    if kind not in known:
        fitting = (to for pattern, to in mapped.items() if fnmatchcase(kind.lower(), pattern.lower()))
        known[kind] = next(fitting, _SAME.get(kind.upper(), kind.upper() if kind.upper() in (*KINDS, "MISC") else kind))
    return f"{prefix}-{known[kind]}" if known[kind] else "O"
