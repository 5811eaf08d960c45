"""From words to the score of each label for each of them: every distinct word is computed once and kept for a while.

Most words are no names, and most of those are known by themselves to be none. A gate says so of each distinct word.
The layers that look at a word's neighbours are computed only where it is open, and for those of the `NEAR` words to
each side that a second, wider gate lets through: `of` may be of a name, a verb hardly.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from pipelines.enrich.tagger.model import WINDOW, Floats, Marks, Model
from pipelines.enrich.tagger.words import AT_ONCE, Words

_CACHED = 60_000
"""Words kept; with as many again in one batch, about 45 MB."""
_BLOCK = 768
_EDGE = "\n"
"""Stands for what is beyond a sentence; no token is a line break."""
NEAR = 2
"""So many words to each side of one that may be of a name may be of it too."""
_SIDE = WINDOW // 2
_MARGIN = max(_SIDE + 1, NEAR)
"""How far both layers see to each side; so many edges stand between two sentences."""

Places = npt.NDArray[np.intp]
_Number = TypeVar("_Number", np.float32, np.bool_)


class Scored(NamedTuple):
    """Which words, counted over all sentences, may be of a name, and the score of each label for each of them."""

    words: Places
    scores: Floats


class Network:
    """Scores labels. Not for use by several threads at once."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._words = Words(model)
        self._blas = ThreadpoolController().select(user_api="blas")
        self._forget()

    def scores(self, sentences: Sequence[Sequence[str]]) -> Scored:
        """The scores of the words that may be of a name; all others are of none.

        In one thread: the products are too small to share, and a run has its processes for more.
        """
        with self._blas.limit(limits=1):
            return self._scores(sentences)

    def _scores(self, sentences: Sequence[Sequence[str]]) -> Scored:
        places = self._places(sentences)
        inside = _inside([len(sentence) for sentence in sentences])
        alone, beside = self._gates[places].T
        near = np.flatnonzero(_widened(alone, NEAR) & (alone | beside) & inside)
        scores = np.empty((len(near), len(self._model.last_bias)), dtype=np.float32)
        for at in range(0, len(near), _BLOCK):
            scores[at : at + _BLOCK] = self._block(places, near[at : at + _BLOCK], inside)
        return Scored((np.cumsum(inside) - 1)[near], scores)

    def _block(self, places: Places, near: Places, inside: Marks) -> Floats:
        """Scores for some places, in order, through both layers; few enough to stay in the processor's cache."""
        model = self._model
        start = near[0] - 1
        wanted = np.zeros(near[-1] + 2 - start, dtype=bool)
        wanted[near - start] = True
        below = np.flatnonzero(_widened(wanted, 1)) + start
        rows = np.zeros(len(wanted), dtype=np.intp)
        rows[below - start] = np.arange(len(below))
        seen = places[below[:, None] + np.arange(-_SIDE, _SIDE + 1)]
        lower = self._vectors.take(seen, axis=0, mode="clip").reshape(len(below), -1) @ model.first
        lower += model.first_bias
        np.maximum(lower, 0, out=lower)
        lower[~inside[below]] = 0
        upper = lower[rows[near[:, None] + np.arange(-1, 2) - start]].reshape(len(near), -1) @ model.second
        upper += model.second_bias
        np.maximum(upper, 0, out=upper)
        return np.asarray(upper @ model.last + model.last_bias)

    def _places(self, sentences: Sequence[Sequence[str]]) -> Places:
        """Where each word's vector is, with edges (0) before, between and behind the sentences."""
        if len(self._known) > _CACHED:
            self._forget()
        edges = (_EDGE,) * _MARGIN
        line: list[str] = [*edges]
        for sentence in sentences:
            line += sentence
            line += edges
        self._learn(list(set(line).difference(self._known)))
        return np.array(list(map(self._known.__getitem__, line)), dtype=np.intp)

    def _forget(self) -> None:
        self._known: dict[str, int] = {_EDGE: 0}
        self._vectors = _longer(self._model.edge[None, :], AT_ONCE)
        self._gates = np.zeros((AT_ONCE, 2), dtype=bool)

    def _learn(self, words: Sequence[str]) -> None:
        for at in range(0, len(words), AT_ONCE):
            some = words[at : at + AT_ONCE]
            start, end = len(self._known), len(self._known) + len(some)
            if end > len(self._vectors):
                self._vectors = _longer(self._vectors, 2 * end)
                self._gates = _longer(self._gates, 2 * end)
            self._vectors[start:end] = self._words.vectors(some)
            self._gates[start:end] = self._words.gates(self._vectors[start:end])
            self._known.update(zip(some, range(start, end), strict=True))


def _longer(rows: npt.NDArray[_Number], size: int) -> npt.NDArray[_Number]:
    """These rows and zeros behind them; twice as many as are needed, rows are seldom copied."""
    longer = np.zeros((size, rows.shape[1]), dtype=rows.dtype)
    longer[: len(rows)] = rows
    return longer


def _widened(marks: Marks, by: int) -> Marks:
    """What is marked, and so many places to each side of it."""
    wide = marks.copy()
    for step in range(1, by + 1):
        wide[step:] |= marks[:-step]
        wide[:-step] |= marks[step:]
    return wide


def _inside(lengths: Sequence[int]) -> Marks:
    """Which places are words; edges stand before, between and behind the sentences."""
    inside = np.ones(sum(lengths) + _MARGIN * (len(lengths) + 1), dtype=bool)
    inside[:_MARGIN] = False
    ends = np.cumsum(lengths) + _MARGIN * np.arange(1, len(lengths) + 1)
    inside[ends[:, None] + np.arange(_MARGIN)] = False
    return inside
