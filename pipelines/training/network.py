"""The tagger's network as JAX learns it: the same layers that run in numpy, and the likelihood of label sequences."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pipelines.enrich.tagger.model import LABELS, WINDOW
from pipelines.enrich.tagger.viterbi import allowed

Weights = dict[str, Any]

_NEVER = -1e4


def new_weights(features: int, wide: int, word: int, hidden: int, random: np.random.Generator) -> Weights:
    """Small random weights for a sum of `features` numbers a word."""

    def layer(rows: int, columns: int) -> Any:
        return jnp.asarray(random.normal(0, (2 / (rows + columns)) ** 0.5, (rows, columns)), dtype=jnp.float32)

    labels = len(LABELS)
    return {
        "wide_in": layer(features, wide),
        "wide_bias": jnp.zeros(wide),
        "wide_out": layer(wide, word),
        "straight": layer(features, word),
        "word_bias": jnp.zeros(word),
        "edge": jnp.zeros(word),
        "first": layer(WINDOW * word, hidden),
        "first_bias": jnp.zeros(hidden),
        "second": layer(3 * hidden, hidden),
        "second_bias": jnp.zeros(hidden),
        "last": layer(hidden, labels),
        "last_bias": jnp.zeros(labels),
        "follows": jnp.zeros((labels, labels)),
        "begins": jnp.zeros(labels),
    }


def loss(weights: Weights, sums: Any, words: Any, labels: Any, lengths: Any, key: Any) -> Any:
    """How unlikely the right labels are, per word; `sums` has a row for each distinct word."""
    inside = jnp.arange(words.shape[1]) < lengths[:, None]
    scores = _scores(weights, sums, words, inside, key)
    follows = jnp.where(allowed(), weights["follows"], _NEVER)
    first = np.array([label.startswith("I") for label in LABELS])
    begins = jnp.where(first, _NEVER, weights["begins"])
    right = _path(scores, labels, inside, follows, begins)
    return (_total(scores, inside, follows, begins) - right).sum() / lengths.sum()


def _scores(weights: Weights, sums: Any, words: Any, inside: Any, key: Any) -> Any:
    keys = jax.random.split(key, 3)
    wide = jax.nn.relu(sums @ weights["wide_in"] + weights["wide_bias"])
    types = wide @ weights["wide_out"] + sums @ weights["straight"] + weights["word_bias"]
    types = jnp.concatenate([weights["edge"][None], _dropped(types, 0.1, keys[0])])
    gap = WINDOW // 2
    line = types[jnp.pad(words, ((0, 0), (gap, gap)))]
    size = words.shape[1]
    lines = jnp.concatenate([line[:, at : at + size] for at in range(WINDOW)], axis=2)
    lower = jax.nn.relu(lines @ weights["first"] + weights["first_bias"]) * inside[:, :, None]
    lower = jnp.pad(_dropped(lower, 0.15, keys[1]), ((0, 0), (1, 1), (0, 0)))
    threes = jnp.concatenate([lower[:, at : at + size] for at in range(3)], axis=2)
    upper = _dropped(jax.nn.relu(threes @ weights["second"] + weights["second_bias"]), 0.15, keys[2])
    return upper @ weights["last"] + weights["last_bias"]


def _dropped(values: Any, share: float, key: Any) -> Any:
    return values * jax.random.bernoulli(key, 1 - share, values.shape) / (1 - share)


def _path(scores: Any, labels: Any, inside: Any, follows: Any, begins: Any) -> Any:
    own = jnp.take_along_axis(scores, labels[:, :, None], axis=2)[:, :, 0]
    steps = follows[labels[:, :-1], labels[:, 1:]]
    return (own * inside).sum(1) + (steps * inside[:, 1:]).sum(1) + begins[labels[:, 0]]


def _total(scores: Any, inside: Any, follows: Any, begins: Any) -> Any:
    factors = jnp.exp(follows)

    def step(sofar: Any, now: tuple[Any, Any]) -> tuple[Any, None]:
        score, live = now
        top = sofar.max(axis=1, keepdims=True)
        after = jnp.log(jnp.exp(sofar - top) @ factors + 1e-30) + top + score
        return jnp.where(live[:, None], after, sofar), None

    first = scores[:, 0] + begins
    last, _ = jax.lax.scan(step, first, (scores[:, 1:].swapaxes(0, 1), inside[:, 1:].T))
    return jax.nn.logsumexp(last, axis=1)
