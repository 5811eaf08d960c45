"""The best sequence of labels, given the score of each label for each word and of each label after each."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipelines.enrich.tagger.model import LABELS, Floats

Labels = npt.NDArray[np.intp]

_NEVER = np.float32(-1e4)
_AT_ONCE = 1_024


def allowed() -> npt.NDArray[np.bool_]:
    """Which label may follow which (row, then column): what continues a name must follow one of its kind."""
    return np.array([[not b.startswith("I") or a[1:] == b[1:] for b in LABELS] for a in LABELS])


class Stretches(NamedTuple):
    """Words in a row, many times: how many, and the score of each label for the first and after the last."""

    lengths: Labels
    begins: Floats
    ends: Floats


def decode(scores: Floats, stretches: Stretches, follows: Floats) -> Labels:
    """The labels of every word; `scores` holds the words of all stretches in turn, none of them empty.

    Stretches are taken together in the order of their length.
    """
    labels = np.zeros(len(scores), dtype=np.intp)
    lengths = stretches.lengths
    starts = np.cumsum(lengths) - lengths
    order = np.argsort(lengths, kind="stable")[::-1]
    blocked = np.where(allowed(), follows, _NEVER)
    inner = np.array([label.startswith("I") for label in LABELS])
    for at in range(0, len(order), _AT_ONCE):
        some = order[at : at + _AT_ONCE]
        begins = np.where(inner, _NEVER, stretches.begins[some])
        _decode_some(scores, starts[some], Stretches(lengths[some], begins, stretches.ends[some]), blocked, labels)
    return labels


def _decode_some(scores: Floats, starts: Labels, stretches: Stretches, follows: Floats, labels: Labels) -> None:
    """Longest stretch first, so that those that have not ended yet are always the first rows."""
    sizes = stretches.lengths
    back = np.zeros((sizes[0], len(starts), len(LABELS)), dtype=np.int8)
    best = scores[starts] + stretches.begins
    alive = np.searchsorted(-sizes, -np.arange(int(sizes[0])), side="left")
    by_label = np.ascontiguousarray(follows.T)
    for step in range(1, int(sizes[0])):
        count = int(alive[step])
        paths = best[:count, None, :] + by_label
        choice = paths.argmax(axis=2)
        back[step, :count] = choice
        best[:count] = np.take_along_axis(paths, choice[:, :, None], axis=2)[:, :, 0] + scores[starts[:count] + step]
    label = (best + stretches.ends).argmax(axis=1)
    rows = np.arange(len(starts))
    for step in range(int(sizes[0]) - 1, -1, -1):
        count = int(alive[step]) if step else len(starts)
        labels[starts[:count] + step] = label[:count]
        if step:
            label[:count] = back[step, rows[:count], label[:count]]
