"""What a word says by itself, whatever stands around it: the sum of what its features have learnt, and a layer."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipelines.enrich.tagger.features import Hashes, features
from pipelines.enrich.tagger.model import Floats, Marks, Model

AT_ONCE = 4_096
"""So many words are best read together."""
_BITS = 18
"""Of a hash; so many tell where to look for it."""

_MANY = 0.6
"""The share of words with a feature from which on it is quicker to add zeros to the others than to leave them out."""

_Places = npt.NDArray[np.intp]


class Words:
    """Reads words with one model."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._rows = np.zeros((len(model.rows) + 1, model.rows.shape[1]), dtype=np.float32)
        self._rows[:-1] = model.rows * model.scales[:, None]
        self._known = np.append(model.known, np.uint32(2**32 - 1))
        borders = np.arange(2**_BITS + 1, dtype=np.uint64) << np.uint64(32 - _BITS)
        begins = np.searchsorted(model.known, borders)
        self._begins = begins[:-1]
        self._steps = int(np.diff(begins).max(initial=0))

    def vectors(self, words: Sequence[str]) -> Floats:
        """What each word says, one row for each."""
        model = self._model
        summed, rows = np.zeros((2, len(words), model.rows.shape[1]), dtype=np.float32)
        for places in self._places(features(words, model.lexicon).T):
            known = np.flatnonzero(places < len(model.rows))
            if len(known) > _MANY * len(words):
                summed += self._rows.take(places, axis=0, out=rows, mode="clip")
            else:
                summed[known] += self._rows[places[known]]
        wide = np.maximum(summed @ model.wide_in + model.wide_bias, 0)
        return np.asarray(wide @ model.wide_out + summed @ model.straight + model.word_bias)

    def gates(self, vectors: Floats) -> Marks:
        """Of each word, given by its vector: may it be of a name, and may it be of one when it stands near such a word?

        One row for each word, with both answers.
        """
        model = self._model
        hidden = np.maximum(vectors @ model.gate_in + model.gate_bias, 0)
        return np.asarray((hidden @ model.gate_out)[:, None] + model.gate_last > 0)

    def _places(self, hashes: Hashes) -> _Places:
        """The row of each feature; the last, which is zeros, of what the model does not know."""
        places: _Places = self._begins[hashes >> np.uint32(32 - _BITS)]
        for _ in range(self._steps):
            places += self._known[places] < hashes
        places[self._known[places] != hashes] = len(self._known) - 1
        return places
