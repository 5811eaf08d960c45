"""Finds the names in sentences and texts, in every language that there is a model for."""

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import accumulate, chain

import numpy as np

from models.article import EntityKind
from pipelines.enrich.base import Span
from pipelines.enrich.tagger.features import SHOUTED
from pipelines.enrich.tagger.model import LABELS, Model, load_model
from pipelines.enrich.tagger.network import Network, Places
from pipelines.enrich.tagger.tokens import LONGEST_SENTENCE, Sentence, sentences
from pipelines.enrich.tagger.viterbi import Stretches, decode

_AT_ONCE = 16_384
"""Words."""
_LONGEST_WORD = 48
"""What is longer is no name; it is looked at by its first letters."""
_KINDS: dict[str, EntityKind] = {"PER": "person", "ORG": "organization", "LOC": "place", "MISC": "misc"}
_NONE = LABELS.index("O")
_TAGS = np.array(LABELS, dtype=object)


class Tagger:
    """Tags names; a model is loaded when its language is first met. Not for use by several threads at once."""

    def __init__(self) -> None:
        self._labellers: dict[str, Labeller | None] = {}

    def tag(self, sentences: Sequence[Sequence[str]], language: str) -> list[list[str]]:
        """IOB2 tags (PER, ORG, LOC, MISC) for each sentence's words; all O in a language without a model."""
        labeller = self._labeller(language)
        if labeller is None:
            return [["O"] * len(words) for words in sentences]
        return list(labeller.label(sentences))

    def spans(self, texts: Sequence[str], language: str) -> list[tuple[Span, ...]]:
        """The names in each text, in order, none across a blank line; none in a language without a model."""
        labeller = self._labeller(language)
        if labeller is None:
            return [() for _ in texts]
        cut = [list(sentences(text, language)) for text in texts]
        tags = labeller.label([sentence.words for sentence in chain.from_iterable(cut)])
        return [tuple(span for sentence in parts for span in _spans(sentence, next(tags))) for parts in cut]

    def _labeller(self, language: str) -> "Labeller | None":
        if language not in self._labellers:
            model = load_model(language) if language in languages() else None
            self._labellers[language] = Labeller(model) if model else None
        return self._labellers[language]


class Labeller:
    """Labels words with one model."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._network = Network(model)

    def label(self, sentences: Sequence[Sequence[str]]) -> Iterator[list[str]]:
        """The tags of each sentence's words, in order. What is very long is cut, so that memory stays bounded."""
        for batch in _batches(sentences):
            pieces = [words[at : at + LONGEST_SENTENCE] for words in batch for at in _cuts(words)]
            scored = self._network.scores([prepared(words) for words in pieces])
            lengths = np.array([len(words) for words in pieces], dtype=np.intp)
            labels = np.zeros(lengths.sum(), dtype=np.intp)
            labels[scored.words] = decode(scored.scores, self._stretches(scored.words, lengths), self._model.follows)
            tags = _TAGS[labels].tolist()
            ends = accumulate(map(len, batch))
            yield from (tags[end - len(words) : end] for words, end in zip(batch, ends, strict=True))

    def _stretches(self, words: Places, lengths: Places) -> Stretches:
        """The words that stand in a row in one sentence. Around them are words of no name, or nothing."""
        ends = np.cumsum(lengths)
        first, last = np.zeros((2, ends[-1] + 1), dtype=bool)
        first[ends - lengths], last[ends - 1] = True, True
        apart = np.diff(words, prepend=-2) > 1
        begun = np.flatnonzero(apart | first[words])
        sizes = np.diff(begun, append=len(words))
        follows = self._model.follows
        begins = np.where(first[words[begun], None], self._model.begins, follows[_NONE])
        after = np.where(last[words[begun + sizes - 1], None], np.float32(0), follows[:, _NONE])
        return Stretches(sizes, begins, after)


@cache
def open_tagger() -> Tagger:
    """The process's tagger."""
    return Tagger()


@cache
def languages() -> frozenset[str]:
    """The languages that there are models for."""
    folder = files("config").joinpath("tagger")
    return frozenset(path.name.removesuffix(".npz") for path in folder.iterdir() if path.name.endswith(".npz"))


def _cuts(words: Sequence[str]) -> range:
    return range(0, max(len(words), 1), LONGEST_SENTENCE)


def _batches(sentences: Sequence[Sequence[str]]) -> Iterator[Sequence[Sequence[str]]]:
    start = size = 0
    for index, words in enumerate(sentences):
        size += len(words)
        if size >= _AT_ONCE:
            yield sentences[start : index + 1]
            start, size = index + 1, 0
    if start < len(sentences):
        yield sentences[start:]


def prepared(words: Sequence[str]) -> Sequence[str]:
    """The words as the network takes them: marked where all are in capitals, and none too long to be kept."""
    text = " ".join(words)
    if len(text) > _LONGEST_WORD + 12 * len(words):
        words = [word[:_LONGEST_WORD] for word in words]
    if len(words) > 1 and len(text) > 8 and text.isupper():
        return [SHOUTED + word for word in words]
    return words


def _spans(sentence: Sentence, tags: Sequence[str]) -> Iterator[Span]:
    if tags.count("O") == len(tags):
        return
    for index, tag in enumerate(tags):
        if tag.startswith("B"):
            last = index
            while last + 1 < len(tags) and tags[last + 1].startswith("I"):
                last += 1
            end = sentence.starts[last] + len(sentence.words[last])
            yield Span(sentence.starts[index], end, _KINDS[tag[2:]])
