"""Teaches a model's gates: which words, seen by themselves, may be of a name, and which may be beside such a word.

`python -m pipelines.training.gate MODEL DATA LABELLED LANGUAGE` does it for the file of a model, and writes it there.
They learn from what the model itself finds without gates; how many of those words they must let through is `KEPT`.
"""

import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
import optax

from pipelines.enrich.tagger.model import Model, pack, unpack
from pipelines.enrich.tagger.network import NEAR
from pipelines.enrich.tagger.tagger import Labeller, prepared
from pipelines.enrich.tagger.words import AT_ONCE, Words
from pipelines.training.columns import Labelled, read_columns
from pipelines.training.gold import Gold, read_gold

REACHED = 0.998
"""Of the words of names, those that must stand at an open gate or near one."""
KEPT = 0.996
"""Of the words of names, those that both gates must let through."""
_EACH = 12
"""Of the labelled sentences, each twelfth teaches."""
_HIDDEN = 32
_STEPS, _RATE, _AT_ONCE = 3_000, 3e-3, 4_096
_NAME, _OFTEN = 8.0, 200.0
"""How much a word of a name weighs, and how many times a word counts at most, in names and outside of them."""


class Gate(NamedTuple):
    """The weights of a gate, as a model has them."""

    gate_in: Any
    gate_bias: Any
    gate_out: Any
    gate_last: Any


def main(model: str, data: str, labelled: str, language: str) -> None:
    """Reads, teaches, writes."""
    taught = [sentence for path in sorted(Path(labelled).glob(f"{language}-*.tsv")) for sentence in read_columns(path)]
    packed = pack(with_gate(unpack(Path(model).read_bytes()), taught, read_gold(Path(data), language)))
    Path(model).write_bytes(packed)


def open_gate(size: int) -> Gate:
    """A gate that lets every word through; a word's vector has so many numbers."""
    return _lightened(Gate(np.zeros((size, 1)), np.zeros(1), np.zeros(1), np.ones(2)))


def with_gate(model: Model, taught: Sequence[Labelled], gold: Sequence[Gold]) -> Model:
    """The model with gates of its own, learnt from a part of what a teacher labelled and from all of the gold data.

    Ends the program where the model finds no names at all.
    """
    sentences = [*taught[::_EACH], *chain.from_iterable(part.train for part in gold)]
    ungated = model._replace(**open_gate(len(model.edge))._asdict())
    lines = [list(prepared(sentence.words)) for sentence in sentences]
    names = np.array([tag != "O" for tags in Labeller(ungated).label(lines) for tag in tags])
    if not names.any():
        sys.exit("The model finds no name in what teaches its gates: let it learn for longer.")
    known: dict[str, int] = {}
    words = np.array([known.setdefault(word, len(known)) for line in lines for word in line])
    distinct = list(known)
    read = Words(model).vectors
    rows = np.concatenate([read(distinct[at : at + AT_ONCE]) for at in range(0, len(distinct), AT_ONCE)])
    inside = np.bincount(words[names], minlength=len(distinct)).astype(np.float32)
    outside = np.bincount(words[~names], minlength=len(distinct)).astype(np.float32)
    capped = np.minimum(1, _OFTEN / (inside + outside))
    gate = _learnt(rows, inside * capped * _NAME, outside * capped)
    least = _least(np.asarray(_score(gate, jnp.asarray(rows)))[words], names)
    return model._replace(**_lightened(gate._replace(gate_last=gate.gate_last - np.array(least)))._asdict())


def _lightened(gate: Gate) -> Gate:
    return Gate(*(np.asarray(weights, dtype=np.float32) for weights in gate))


def _learnt(rows: npt.NDArray[np.float32], names: Any, others: Any) -> Gate:
    random = np.random.default_rng(1)
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    gate = Gate(
        jnp.asarray(random.normal(0, 0.1, (rows.shape[1], _HIDDEN)), dtype=jnp.float32),
        jnp.zeros(_HIDDEN),
        jnp.asarray(random.normal(0, 0.1, _HIDDEN), dtype=jnp.float32),
        jnp.zeros(1),
    )
    evened = (rows - mean) / spread
    adam = optax.adam(_RATE)
    state = adam.init(gate)

    def step(gate: Gate, state: Any, some: Any, name: Any, other: Any) -> tuple[Gate, Any]:
        def loss(gate: Gate) -> Any:
            score = _score(gate, some)
            return (name * jax.nn.softplus(-score) + other * jax.nn.softplus(score)).mean() / _OFTEN

        change, state = adam.update(jax.grad(loss)(gate), state, gate)
        return optax.apply_updates(gate, change), state

    compiled = jax.jit(step)
    for _ in range(_STEPS):
        some = random.integers(0, len(rows), _AT_ONCE)
        gate, state = compiled(gate, state, evened[some], names[some], others[some])
    wide = gate.gate_in / spread[:, None]
    return gate._replace(gate_in=wide, gate_bias=gate.gate_bias - mean @ wide)


def _score(gate: Gate, rows: Any) -> Any:
    return jax.nn.relu(rows @ gate.gate_in + gate.gate_bias) @ gate.gate_out + gate.gate_last[0]


def _least(scores: npt.NDArray[np.float32], names: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """The score that lets a word through anywhere, and the one that does near such a word."""
    best = scores.copy()
    for step in range(1, NEAR + 1):
        best[step:] = np.maximum(best[step:], scores[:-step])
        best[:-step] = np.maximum(best[:-step], scores[step:])
    alone = float(np.quantile(best[names], 1 - REACHED))
    reached = best > alone
    beside = float(np.quantile(scores[names & reached], 1 - KEPT / REACHED))
    sys.stderr.write(
        f"the gates are open at {(scores > alone).mean():.0%} and {(reached & (scores > beside)).mean():.0%} of all "
        f"words, {names.mean():.0%} are of names\n"
    )
    return alone, beside


if __name__ == "__main__":
    main(*sys.argv[1:])
