"""Measures a model file on gold data: `python -m pipelines.training.evaluate MODEL DATA LANGUAGE`.

Prints a line for each collection and kind: precision, recall, F1 and number of names; then words a second, one process.
"""

import sys
import time
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from models.tagging import Score
from pipelines.enrich.scores import score, together
from pipelines.enrich.tagger.model import Model, unpack
from pipelines.enrich.tagger.tagger import Labeller
from pipelines.training.columns import Labelled
from pipelines.training.gold import read_gold

MEASURED = ("PER", "LOC", "ORG")

_AT_LEAST = 300_000
"""Words to measure the speed with."""


def main(model: str, data: str, language: str) -> None:
    """Prints the scores and the speed."""
    loaded = unpack(Path(model).read_bytes())
    parts = read_gold(Path(data), language)
    for part in parts:
        for kind, one in measure(loaded, part.measure).items():
            sys.stdout.write(f"{part.name}\t{kind}\t{one.precision:.1f}\t{one.recall:.1f}\t{one.f1:.1f}\t{one.given}\n")
    if parts:
        texts = [sentence.words for sentence in chain.from_iterable([*part.train, *part.measure] for part in parts)]
        sys.stdout.write(f"{words_a_second(loaded, texts):.0f} words a second\n")


def measure(model: Model, sentences: Sequence[Labelled]) -> dict[str, Score]:
    """The model's score on these sentences, by kind, and `all` over people, places and organizations."""
    found = Labeller(model).label([sentence.words for sentence in sentences])
    scores = score([sentence.tags for sentence in sentences], found, MEASURED)
    return {**scores, "all": together(scores.values())}


def words_a_second(model: Model, sentences: Sequence[Sequence[str]]) -> float:
    """How fast a new labeller is; what it does to meet each distinct word for the first time counts."""
    size = sum(map(len, sentences))
    rounds = -(-_AT_LEAST // max(size, 1))
    started = time.perf_counter()
    for _ in Labeller(model).label([*sentences] * rounds):
        pass
    return size * rounds / (time.perf_counter() - started)


if __name__ == "__main__":
    main(*sys.argv[1:])
