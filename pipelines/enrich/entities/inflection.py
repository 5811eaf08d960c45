"""Takes the endings off names, as far as a language's endings tell; a light rule, no grammar."""

from collections.abc import Iterator
from functools import lru_cache

from pipelines.enrich.entities.lexicon import endings

_SHORTEST = 3
"""What stays of a word has at least so many letters."""

Key = tuple[str, ...]
"""The words of a name as they are compared."""


def key(words: Key, language: str) -> Key:
    """The words without the endings of cases, where the language has such."""
    return tuple(_stem(word, language) for word in words) if endings(language).case else words


@lru_cache(maxsize=1 << 14)
def _stem(word: str, language: str) -> str:
    for ending in endings(language).case:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST and not word.isascii():
            return word[: -len(ending)]
    return word


def bases(words: Key, language: str) -> Iterator[Key]:
    """What a name may be the genitive of: `wladimir putins` of `wladimir putin`."""
    last = words[-1]
    for ending in endings(language).genitive:
        if last.endswith(ending) and len(last) - len(ending) >= 2 + (len(ending) > 1):
            yield (*words[:-1], last[: -len(ending)])


def is_nominative(surface: str, language: str) -> bool:
    """Whether each word ends as a name's own form does."""
    known = endings(language).nominative
    return bool(known) and all(word.endswith(known) for word in surface.split(" ")[-1:])
