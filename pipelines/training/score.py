"""Precision, recall and F1 of names found against names given: right are those with the same words and kind."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

MEASURED = ("PER", "LOC", "ORG")


class Score(NamedTuple):
    """How many names were right, found and given."""

    right: int
    found: int
    given: int

    @property
    def precision(self) -> float:
        """Of what was found, in percent."""
        return 100 * self.right / max(self.found, 1)

    @property
    def recall(self) -> float:
        """Of what was given, in percent."""
        return 100 * self.right / max(self.given, 1)

    @property
    def f1(self) -> float:
        """The harmonic mean of both, in percent."""
        return 200 * self.right / max(self.found + self.given, 1)


def score(given: Iterable[Sequence[str]], found: Iterable[Sequence[str]]) -> dict[str, Score]:
    """By kind, and `all` over people, places and organizations."""
    right, was_found, was_given = Counter[str](), Counter[str](), Counter[str]()
    for one, other in zip(given, found, strict=True):
        wanted, got = set(names(one)), set(names(other))
        right.update(kind for *_, kind in wanted & got)
        was_found.update(kind for *_, kind in got)
        was_given.update(kind for *_, kind in wanted)
    scores = {kind: Score(right[kind], was_found[kind], was_given[kind]) for kind in MEASURED}
    return {**scores, "all": Score(*(sum(numbers) for numbers in zip(*scores.values(), strict=True)))}


def names(tags: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """First word, word behind the last, and kind of each name."""
    start, kind = 0, ""
    for at, tag in enumerate([*tags, "O"]):
        if kind and tag != f"I-{kind}":
            yield start, at, kind
            kind = ""
        if tag != "O" and not kind:
            start, kind = at, tag[2:]
