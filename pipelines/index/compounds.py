"""Finds the nouns that a compound ends with, so that `Außenministerium` is found by `Ministerium`.

The same patterns serve both indexes. They look for a listed noun at the end of a word only: words that are sought
anywhere inside, as Elasticsearch's `dictionary_decompounder` seeks them, find `Reise` in `Preise`.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import product

_ENDINGS = ("s", "es", "n", "en", "ns", "e", "er", "ern", "in", "innen")
_BEFORE = 3
"""So many letters stand before the noun at least."""

_SPELLINGS = {"ä": ("a", "ae"), "ö": ("o", "oe"), "ü": ("u", "ue"), "ß": ("ss",)}
"""How these letters may stand in a word once its diacritics are gone."""


@cache
def compound_patterns(language: str) -> tuple[str, ...]:
    """Regular expressions, for Java and Python alike, that a lower-case compound without diacritics fits as a whole.

    The one group of each is the noun at the end: the longest that is listed, and the shortest. None for a language
    without a list in `config/compounds`.
    """
    file = files("config") / "compounds" / f"{language}.txt"
    if not file.is_file():
        return ()
    nouns: set[str] = set()
    others: set[str] = set()
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("!"):
            others.update(_spelled(line[1:].strip()))
        elif not line.startswith("#"):
            nouns.update(spelling for word in line.split() for spelling in _spelled(word))
    ending = f"(?:{_any_of(_ENDINGS)})?"
    noun, other = (f"{_any_of(words)}{ending}" for words in (nouns, others))
    longest = f"^(?!{other}$).{{{_BEFORE},}}?(?:({noun})|{other})$"
    shortest = f"^(?!.*{other}$).{{{_BEFORE},}}({noun})$"
    return longest, shortest


def _spelled(word: str) -> Iterator[str]:
    yield from map("".join, product(*(_SPELLINGS.get(letter, (letter,)) for letter in word)))


def _any_of(words: Iterable[str]) -> str:
    """An expression for any of these words that shares their beginnings, so that hundreds are looked for at once."""
    by_first: dict[str, list[str]] = {}
    for word in sorted(words):
        by_first.setdefault(word[:1], []).append(word[1:])
    ends = by_first.pop("", None) is not None
    branches = [re.escape(first) + _any_of(rest) for first, rest in by_first.items()]
    if not branches:
        return ""
    if len(branches) == 1 and not ends:
        return branches[0]
    return f"(?:{'|'.join(branches)}){'?' if ends else ''}"
