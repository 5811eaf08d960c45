"""From words to the score of each label for each of them: every distinct word is computed once and kept for a while."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from pipelines.enrich.tagger.features import COLUMNS, features
from pipelines.enrich.tagger.model import WINDOW, Floats, Model

_CACHED = 60_000
"""Words kept; with as many again in one batch, about 45 MB."""
_AT_ONCE = 4_096
_BLOCK = 768
_EDGE = "\n"
"""Stands for what is beyond a sentence; no token is a line break."""
_EDGES = (_EDGE,) * (WINDOW // 2)
_MARGIN = WINDOW // 2 + 1
"""How far both layers see to each side."""

Places = npt.NDArray[np.intp]


class Network:
    """Scores labels. Not for use by several threads at once."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._blas = ThreadpoolController().select(user_api="blas")
        self._forget()

    def scores(self, sentences: Sequence[Sequence[str]]) -> Floats:
        """One row for each word of all sentences in turn.

        In one thread: the products are too small to share, and a run has its processes for more.
        """
        with self._blas.limit(limits=1):
            return self._scores(sentences)

    def _scores(self, sentences: Sequence[Sequence[str]]) -> Floats:
        places = self._places(sentences)
        found = np.empty((len(places) - 2 * _MARGIN, len(self._model.last_bias)), dtype=np.float32)
        for at in range(0, len(found), _BLOCK):
            found[at : at + _BLOCK] = self._block(places[at : at + _BLOCK + 2 * _MARGIN])
        return found[~_edges([len(sentence) for sentence in sentences])]

    def _block(self, places: Places) -> Floats:
        """Scores for all places but the margins, through both layers; small enough to stay in the processor's cache."""
        model = self._model
        lower = _neighbours(self._vectors[places], WINDOW) @ model.first
        lower += model.first_bias
        np.maximum(lower, 0, out=lower)
        lower[places[WINDOW // 2 : -(WINDOW // 2)] == 0] = 0
        upper = _neighbours(lower, 3) @ model.second
        upper += model.second_bias
        np.maximum(upper, 0, out=upper)
        return np.asarray(upper @ model.last + model.last_bias)

    def _places(self, sentences: Sequence[Sequence[str]]) -> Places:
        """Where each word's vector is, with edges (0) before, between and behind the sentences."""
        if len(self._known) > _CACHED:
            self._forget()
        line: list[str] = [_EDGE] * _MARGIN
        for sentence in sentences:
            line += sentence
            line += _EDGES
        line.append(_EDGE)
        self._learn(list(set(line).difference(self._known)))
        return np.array(list(map(self._known.__getitem__, line)), dtype=np.intp)

    def _forget(self) -> None:
        self._known: dict[str, int] = {_EDGE: 0}
        self._vectors = self._model.edge[None, :].copy()

    def _learn(self, words: list[str]) -> None:
        if words:
            parts = [self._encode(words[at : at + _AT_ONCE]) for at in range(0, len(words), _AT_ONCE)]
            self._known.update(zip(words, range(len(self._known), len(self._known) + len(words)), strict=True))
            self._vectors = np.concatenate([self._vectors, *parts])

    def _encode(self, words: Sequence[str]) -> Floats:
        model = self._model
        hashes = features(words, model.lexicon)
        at = np.minimum(np.searchsorted(model.known, hashes.ravel()), len(model.known) - 1).reshape(hashes.shape)
        weights = np.where(model.known[at] == hashes, model.scales[at], np.float32(0))
        summed = np.zeros((len(words), model.rows.shape[1]), dtype=np.float32)
        for column in range(COLUMNS):
            summed += model.rows[at[:, column]] * weights[:, column, None]
        wide = np.maximum(summed @ model.wide_in + model.wide_bias, 0)
        return np.asarray(wide @ model.wide_out + summed @ model.straight + model.word_bias)


def _neighbours(rows: Floats, window: int) -> Floats:
    """Each row beside those around it, as one longer row; the outermost have too few."""
    inner = len(rows) - window + 1
    return np.concatenate([rows[at : at + inner] for at in range(window)], axis=1)


def _edges(lengths: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Which places between the margins are no words."""
    gap = len(_EDGES)
    edge = np.zeros(sum(lengths) + gap * len(lengths), dtype=bool)
    ends = np.cumsum(lengths) + gap * np.arange(len(lengths))
    for offset in range(gap):
        edge[ends + offset] = True
    return edge[: len(edge) - gap]
