"""The best sequence of labels, given the score of each label for each word and of each label after each."""

import numpy as np
import numpy.typing as npt

from pipelines.enrich.tagger.model import LABELS, Floats

Labels = npt.NDArray[np.intp]

_NEVER = np.float32(-1e4)


def allowed() -> npt.NDArray[np.bool_]:
    """Which label may follow which (row, then column): what continues a name must follow one of its kind."""
    return np.array([[not b.startswith("I") or a[1:] == b[1:] for b in LABELS] for a in LABELS])


def decode(scores: Floats, lengths: npt.NDArray[np.intp], follows: Floats, begins: Floats) -> Labels:
    """The labels of every word; `scores` holds the words of all sentences in turn, `lengths` their numbers.

    Sentences are taken together in the order of their length.
    """
    labels = np.zeros(len(scores), dtype=np.intp)
    starts = np.cumsum(lengths) - lengths
    order = np.argsort(lengths, kind="stable")[::-1]
    order = order[lengths[order] > 0]
    blocked = np.where(allowed(), follows, _NEVER)
    first = np.where([label.startswith("I") for label in LABELS], _NEVER, begins)
    for at in range(0, len(order), 512):
        some = order[at : at + 512]
        _decode_some(scores, starts[some], lengths[some], blocked, first, labels)
    return labels


def _decode_some(
    scores: Floats, starts: Labels, sizes: Labels, follows: Floats, begins: Floats, labels: Labels
) -> None:
    """Longest sentence first, so that those that have not ended yet are always the first rows."""
    back = np.zeros((sizes[0], len(starts), len(LABELS)), dtype=np.int8)
    best = scores[starts] + begins
    alive = np.searchsorted(-sizes, -np.arange(int(sizes[0])), side="left")
    by_label = np.ascontiguousarray(follows.T)
    for step in range(1, int(sizes[0])):
        count = int(alive[step])
        paths = best[:count, None, :] + by_label
        choice = paths.argmax(axis=2)
        back[step, :count] = choice
        best[:count] = np.take_along_axis(paths, choice[:, :, None], axis=2)[:, :, 0] + scores[starts[:count] + step]
    label = best.argmax(axis=1)
    rows = np.arange(len(starts))
    for step in range(int(sizes[0]) - 1, -1, -1):
        count = int(alive[step]) if step else len(starts)
        labels[starts[:count] + step] = label[:count]
        if step:
            label[:count] = back[step, rows[:count], label[:count]]
