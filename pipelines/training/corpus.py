"""The training data as numbers: every distinct word once with its features, sentences as rows of word numbers."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from pipelines.enrich.tagger.features import COLUMNS, WORD_COLUMN, Hashes, Lexicon, features
from pipelines.enrich.tagger.model import LABELS
from pipelines.enrich.tagger.tagger import prepared
from pipelines.training.columns import Labelled

BUCKETS = (8, 16, 24, 32, 48, 64, 128)
_ENOUGH = 20
"""A word's feature counts this often at most."""
_AT_ONCE = 20_000

Ints = npt.NDArray[np.int32]


class Corpus(NamedTuple):
    """`bag` has a row for each word and a column for each of the `known` features; `is_word` marks whole words."""

    known: Hashes
    bag: csr_matrix
    is_word: npt.NDArray[np.bool_]
    words: list[Ints]
    labels: list[Ints]


class Batch(NamedTuple):
    """Sentences of about one length: words as places in `distinct`, from 1 on (0: beyond the end), labels."""

    distinct: Ints
    words: Ints
    labels: Ints
    lengths: Ints


def make_corpus(sentences: Sequence[Labelled], lexicon: Lexicon, size: int | Hashes) -> Corpus:
    """Numbers words and features; keeps the `size` features that are met most, or those given."""
    number = {label: at for at, label in enumerate(LABELS)}
    index: dict[str, int] = {}
    counts: Counter[int] = Counter()
    words, labels = [], []
    for sentence in sentences:
        row = [index.setdefault(word, len(index)) for word in prepared(sentence.words)]
        counts.update(row)
        words.append(np.array(row, dtype=np.int32))
        labels.append(np.array([number[tag] for tag in sentence.tags], dtype=np.int32))
    often = np.minimum(np.array([counts[at] for at in range(len(index))]), _ENOUGH)
    hashes = _hashed(list(index), lexicon)
    known = _known(hashes, often, size) if isinstance(size, int) else size
    return Corpus(known, _bag(hashes, known), np.isin(known, hashes[:, WORD_COLUMN]), words, labels)


def batches(corpus: Corpus, tokens: int, random: np.random.Generator) -> Iterator[Batch]:
    """One round over the corpus, in another order each time."""
    sizes = np.array([len(row) for row in corpus.words])
    order = random.permutation(len(sizes))
    bucket = np.searchsorted(BUCKETS, sizes[order])
    plans = []
    for at, longest in enumerate(BUCKETS):
        some = order[bucket == at]
        step = max(tokens // longest, 1)
        plans += [(longest, some[start : start + step]) for start in range(0, len(some) - step + 1, step)]
    for plan in random.permutation(len(plans)):
        longest, some = plans[plan]
        yield _batch(corpus, longest, some)


def _batch(corpus: Corpus, longest: int, some: Iterable[int]) -> Batch:
    chosen = list(some)
    lengths = np.array([len(corpus.words[at]) for at in chosen], dtype=np.int32)
    inside = np.arange(longest) < lengths[:, None]
    distinct, places = np.unique(np.concatenate([corpus.words[at] for at in chosen]), return_inverse=True)
    words = np.zeros(inside.shape, dtype=np.int32)
    words[inside] = places + 1
    labels = np.zeros(inside.shape, dtype=np.int32)
    labels[inside] = np.concatenate([corpus.labels[at] for at in chosen])
    return Batch(distinct.astype(np.int32), words, labels, lengths)


def _hashed(words: Sequence[str], lexicon: Lexicon) -> Hashes:
    parts = [features(words[at : at + _AT_ONCE], lexicon) for at in range(0, len(words), _AT_ONCE)]
    return np.concatenate(parts)


def _known(hashes: Hashes, often: npt.NDArray[np.int64], size: int) -> Hashes:
    flat = hashes.ravel()
    unique, inverse = np.unique(flat, return_inverse=True)
    met = np.bincount(inverse, weights=np.repeat(often, COLUMNS))
    met[unique == 0] = 0
    best = np.argsort(-met, kind="stable")[: min(size, int((met > 1).sum()))]
    return np.sort(unique[best])


def _bag(hashes: Hashes, known: Hashes) -> csr_matrix:
    at = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    hit = known[at] == hashes
    ends = np.concatenate([[0], np.cumsum(hit.sum(axis=1))])
    return csr_matrix((np.ones(ends[-1], dtype=np.float32), at[hit].astype(np.int32), ends), (len(hashes), len(known)))
