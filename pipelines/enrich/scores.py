"""Compares the names that were found with those that were given: right are those with the same words and kind."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from models.tagging import Score

Name = tuple[int, int, str]
"""The first word, the word behind the last, and the kind."""

_BEGIN, _END = frozenset("BSU"), frozenset("ELSU")


def names_of(tags: Sequence[str]) -> Iterator[Name]:
    """The names that tags say, in any of the ways to write them: IOB1, IOB2, BIOES, BILOU, IO."""
    start, kind, over = 0, "", False
    for at, tag in enumerate([*tags, "O"]):
        prefix, _, named = tag.partition("-")
        if kind and (named != kind or over or prefix in _BEGIN):
            yield start, at, kind
            kind = ""
        if named and not kind:
            start, kind = at, named
        over = prefix in _END


def score(given: Iterable[Sequence[str]], found: Iterable[Sequence[str]], kinds: Sequence[str]) -> dict[str, Score]:
    """The score of each kind; sentences stand in the same order."""
    right, was_found, was_given = Counter[str](), Counter[str](), Counter[str]()
    for wanted_tags, found_tags in zip(given, found, strict=True):
        wanted, got = set(names_of(wanted_tags)), set(names_of(found_tags))
        right.update(kind for *_, kind in wanted & got)
        was_found.update(kind for *_, kind in got)
        was_given.update(kind for *_, kind in wanted)
    return {kind: Score(right=right[kind], found=was_found[kind], given=was_given[kind]) for kind in kinds}


def together(scores: Iterable[Score]) -> Score:
    """Over all these kinds, each name counted once."""
    held = list(scores)
    return Score(
        right=sum(one.right for one in held),
        found=sum(one.found for one in held),
        given=sum(one.given for one in held),
    )
