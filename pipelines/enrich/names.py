"""Recognizes names in texts, a batch at a time and each language by itself: the extractor of spans."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Protocol

from pipelines.enrich.base import Reading, Span
from pipelines.enrich.tagger import Tagger, languages, open_tagger

LONGEST = 1_000_000
"""Characters of a text in which names are recognized; what follows the paragraph that this falls into is not read."""

OWN_MODEL = "newsbeam-3"
"""The name of Newsbeam's own models; it changes with the files in `config/tagger`."""

_BORDERS = ("\n\n", "\n", " ")


class Recognizer(Protocol):
    """Finds names in one language at a time; none in a language that it does not know."""

    def tag(self, sentences: Sequence[Sequence[str]], language: str) -> list[list[str]]:
        """IOB2 tags (PER, ORG, LOC, MISC) for the words of each sentence."""

    def spans(self, texts: Sequence[str], language: str) -> list[tuple[Span, ...]]:
        """The names in each text, in order, none within another."""

    def model(self, language: str) -> str | None:
        """What finds the names of this language, by name and version; nothing where nothing does."""


class OwnRecognizer:
    """Newsbeam's own tagger."""

    def __init__(self, tagger: Tagger | None = None) -> None:
        self._tagger = tagger or open_tagger()

    def tag(self, sentences: Sequence[Sequence[str]], language: str) -> list[list[str]]:
        """IOB2 tags for the words of each sentence."""
        return self._tagger.tag(sentences, language)

    def spans(self, texts: Sequence[str], language: str) -> list[tuple[Span, ...]]:
        """The names in each text."""
        return self._tagger.spans(texts, language)

    def model(self, language: str) -> str | None:
        """The same for every language that there is a model for."""
        return OWN_MODEL if language in languages() else None


class NamesExtractor:
    """Spans by a recognizer, Newsbeam's own unless told otherwise."""

    def __init__(self, recognizer: Recognizer | None = None) -> None:
        self._recognizer = recognizer or OwnRecognizer()

    def extract(self, readings: Sequence[Reading]) -> list[Reading]:
        """Each reading with its spans, in order; those of one language are read together."""
        places: defaultdict[str, list[int]] = defaultdict(list)
        for place, reading in enumerate(readings):
            places[reading.language].append(place)
        found = list(readings)
        for language, where in places.items():
            texts = [read_part(readings[place].text) for place in where]
            for place, spans in zip(where, self._recognizer.spans(texts, language), strict=True):
                found[place] = readings[place].model_copy(update={"spans": spans})
        return found


def read_part(text: str) -> str:
    """The part of a text in which names are recognized: all of it, unless it is longer than LONGEST."""
    return text if len(text) <= LONGEST else next(pieces(text, LONGEST))


def pieces(text: str, size: int) -> Iterator[str]:
    """A text in pieces of at most so many characters, each cut before a paragraph, else a line, else a word."""
    start = 0
    while len(text) - start > size:
        borders = (text.rfind(border, start + size // 2, start + size) for border in _BORDERS)
        end = next((at for at in borders if at > start), start + size)
        yield text[start:end]
        start = end
    yield text[start:]
