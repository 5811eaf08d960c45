"""Trains one language's model.

`python -m pipelines.training.train DATA LABELLED OUT LANGUAGE free|all [ROUNDS [KEPT [START]]]`:
DATA is the data folder, LABELLED what `label` wrote, OUT the folder for `<language>.npz` and what it scores
(`<language>.json`). `free` learns from texts under a free licence or of governments only. KEPT is how many features
the file holds; START is a model to go on from, with its features and at a smaller rate.
"""

import json
import sys
import time
from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import jax
import numpy as np
import optax

from models.tagging import Score
from pipelines.enrich.tagger.features import Lexicon
from pipelines.enrich.tagger.model import Model, pack, unpack
from pipelines.training.augment import augmented
from pipelines.training.columns import Labelled, read_columns, repaired
from pipelines.training.corpus import BUCKETS, Batch, Corpus, batches, make_corpus
from pipelines.training.evaluate import measure
from pipelines.training.gate import open_gate, with_gate
from pipelines.training.gold import Gold, read_gold
from pipelines.training.lexicon import make_lexicon
from pipelines.training.network import loss, new_weights

FEATURE, WIDE, WORD, HIDDEN = 64, 192, 96, 128
TOKENS = 4_096
"""In a batch."""
SIZE = 160_000
ROUNDS = 2.0
_RATE, _ROW_RATE = 2e-3, 0.05
_FORGET_WORD, _FORGET_FEATURE = 0.3, 0.08
_SMALL = 0.02
_USED = 1e-4
"""Squared slopes that a row is taken to have seen before, where training goes on."""
_HELD_BACK = 0.03
_NAMELESS = 0.4
"""How many of the sentences without a name teach."""
KEPT = 50_000
"""Features in the model's file: those that have come to weigh most."""


def main(
    data: str,
    labelled: str,
    out: str,
    language: str,
    licence: str,
    rounds: str = str(ROUNDS),
    kept: str = str(KEPT),
    start: str | None = None,
) -> None:
    """Reads, trains, measures, writes."""
    taught, held_back = read_taught(Path(labelled), language, licence)
    gold = read_gold(Path(data), language)
    train = [*taught, *chain.from_iterable(part.train * part.weight for part in gold)]
    train = [*map(_cut, train), *augmented(train, language)]
    begun = unpack(Path(start).read_bytes()) if start else None
    lexicon = begun.lexicon if begun else make_lexicon(taught)
    corpus = make_corpus(train, lexicon, begun.known if begun else SIZE)
    _say(f"{len(train)} sentences, {sum(map(len, corpus.words))} words, {corpus.bag.shape} distinct by features")
    model = Trainer(corpus, lexicon, float(rounds), begun).train()
    packed = pack(with_gate(lightened(model, int(kept)), taught, gold))
    Path(out).mkdir(parents=True, exist_ok=True)
    (Path(out) / f"{language}.npz").write_bytes(packed)
    shipped = unpack(packed)
    parts = [*gold, Gold("teacher, held back", [], 0, held_back)]
    measured = {part.name: measure(shipped, part.measure) for part in parts}
    for name, scores in measured.items():
        _say(f"{name}: " + ", ".join(f"{kind} {one.f1:.1f}" for kind, one in scores.items()))
    rows = {name: {kind: _row(one) for kind, one in scores.items()} for name, scores in measured.items()}
    (Path(out) / f"{language}.json").write_text(json.dumps(rows, indent=1), "utf-8")


def read_taught(folder: Path, language: str, licence: str) -> tuple[list[Labelled], list[Labelled]]:
    """What the teacher labelled: to learn from, and the end of each file to measure with."""
    taught, kept = [], []
    for path in sorted(folder.glob(f"{language}-*.tsv")):
        sentences = list(read_columns(path))
        cut = int(len(sentences) * (1 - _HELD_BACK))
        kept += sentences[cut:]
        if licence == "all" or "-free-" in path.name:
            taught += [sentence for number, sentence in enumerate(sentences[:cut]) if _teaches(sentence, number)]
    return taught, kept


def _teaches(sentence: Labelled, number: int) -> bool:
    return number % 10 < 10 * _NAMELESS or any(tag != "O" for tag in sentence.tags)


def lightened(model: Model, size: int) -> Model:
    """The model with only the features whose rows are largest."""
    weight = np.linalg.norm(model.rows.astype(np.float32), axis=1) * model.scales
    best = np.sort(np.argsort(-weight, kind="stable")[:size])
    return model._replace(known=model.known[best], rows=model.rows[best], scales=model.scales[best])


class Trainer:
    """One training: a row for each feature by Adagrad, the layers above by Adam, both slowing down to the end."""

    def __init__(self, corpus: Corpus, lexicon: Lexicon, rounds: float, begun: Model | None = None) -> None:
        self._corpus, self._lexicon = corpus, lexicon
        self._random = np.random.default_rng(1)
        self._rows = self._random.normal(0, _SMALL, (len(corpus.known), FEATURE)).astype(np.float32)
        self._sums = np.full_like(self._rows, _USED if begun else 1e-6)
        self._begun = begun
        if begun:
            self._rows = begun.rows * begun.scales[:, None]
        self._steps = int(rounds * sum(1 for _ in batches(corpus, TOKENS, self._random)))
        self._adam = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(self._rate))
        self._update = jax.jit(partial(_update, self._adam))

    def train(self) -> Model:
        """All rounds; says now and then how far it is."""
        weights = new_weights(FEATURE, WIDE, WORD, HIDDEN, self._random)
        if self._begun:
            weights = {name: jax.numpy.asarray(getattr(self._begun, name)) for name in weights}
        state = self._adam.init(weights)
        started, lost = time.monotonic(), 0.0
        for number, batch in enumerate(self._endless()):
            if number >= self._steps:
                break
            bag = self._bag(batch)
            sums = np.zeros((_padded(len(batch.distinct)), FEATURE), dtype=np.float32)
            sums[: len(batch.distinct)] = bag @ self._rows
            lengths = batch.lengths
            value, weights, state, back = self._update(
                weights, state, sums, batch.words, batch.labels, lengths, jax.random.key(number)
            )
            self._learn(bag, np.asarray(back)[: len(batch.distinct)], self._slowed(number))
            lost += (float(value) - lost) / min(number + 1, 200)
            if number % 250 == 0:
                _say(f"{number} of {self._steps}: {lost:.4f}, {time.monotonic() - started:.0f} s")
        return self._model(weights)

    def _endless(self) -> Iterator[Batch]:
        while True:
            yield from batches(self._corpus, TOKENS, self._random)

    def _rate(self, step: Any) -> Any:
        return (_RATE / 3 if self._begun else _RATE) * jax.numpy.maximum(1 - step / self._steps, 0.01)

    def _slowed(self, step: int) -> float:
        return _ROW_RATE * max(1 - step / self._steps, 0.02)

    def _bag(self, batch: Batch) -> Any:
        bag = self._corpus.bag[batch.distinct]
        share = np.where(self._corpus.is_word[bag.indices], _FORGET_WORD, _FORGET_FEATURE)
        bag.data = (self._random.random(len(share), dtype=np.float32) >= share).astype(np.float32)
        return bag

    def _learn(self, bag: Any, back: Any, rate: float) -> None:
        touched = np.zeros(len(self._rows), dtype=bool)
        touched[bag.indices] = True
        rows = np.flatnonzero(touched)
        place = np.zeros(len(self._rows), dtype=np.int32)
        place[rows] = np.arange(len(rows))
        bag.indices = place[bag.indices]
        bag.resize((bag.shape[0], len(rows)))
        slope = bag.T @ back
        self._sums[rows] += slope * slope
        self._rows[rows] -= rate * slope / np.sqrt(self._sums[rows])

    def _model(self, weights: Any) -> Model:
        scales = (np.abs(self._rows).max(axis=1) / 127).astype(np.float32)
        rows = np.rint(self._rows / np.maximum(scales, 1e-9)[:, None]).astype(np.int8)
        floats = {name: np.asarray(value, dtype=np.float32) for name, value in weights.items()}
        floats |= open_gate(WORD)._asdict()
        return Model(known=self._corpus.known, rows=rows, scales=scales, lexicon=self._lexicon, **floats)


def _update(adam: Any, weights: Any, state: Any, sums: Any, words: Any, labels: Any, lengths: Any, key: Any) -> Any:
    value, (slopes, back) = jax.value_and_grad(loss, argnums=(0, 1))(weights, sums, words, labels, lengths, key)
    steps, state = adam.update(slopes, state, weights)
    return value, optax.apply_updates(weights, steps), state, back


def _padded(count: int) -> int:
    return -(-count // 512) * 512


def _cut(sentence: Labelled) -> Labelled:
    return Labelled(sentence.words[: BUCKETS[-1]], repaired(sentence.tags[: BUCKETS[-1]]))


def _row(one: Score) -> list[float]:
    return [round(one.precision, 1), round(one.recall, 1), round(one.f1, 1), one.given]


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
