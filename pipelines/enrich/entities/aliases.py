"""Who is known by several names: finds the alias that a name belongs to, bent or not."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from ruamel.yaml import YAML

from models.aliases_file import Alias, AliasesFile
from pipelines.enrich.entities.inflection import Key, bases, key
from pipelines.enrich.entities.lexicon import endings
from pipelines.names import name_words

_REMEMBERED = 1 << 15
"""Answers that are kept, since the same names come again and again."""


class Aliases:
    """Aliases by each of their names, without case, diacritics and hyphens; a name of two belongs to the first."""

    def __init__(self, aliases: Iterable[Alias]) -> None:
        self._by_words: dict[Key, Alias] = {}
        self._found: dict[tuple[Key, str], Alias | None] = {}
        self._by_stems: dict[str, dict[Key, Alias]] = {}
        for alias in aliases:
            for name in (alias.name, *alias.also):
                self._by_words.setdefault(name_words(name), alias)

    def find(self, words: Key, language: str) -> Alias | None:
        """The alias with this name (as `name_words` gives it), or with one that this is a bent form of."""
        if (words, language) in self._found:
            return self._found[words, language]
        if len(self._found) >= _REMEMBERED:
            self._found.clear()
        found = self._found[words, language] = self._look_up(words, language)
        return found

    def _look_up(self, words: Key, language: str) -> Alias | None:
        found = self._by_words.get(words)
        if found is None and words:
            found = next((self._by_words[base] for base in bases(words, language) if base in self._by_words), None)
        if found is None and endings(language).case:
            found = self._stems(language).get(key(words, language))
        return found

    def knows(self, words: Key) -> bool:
        """Whether this is one of the names as it stands."""
        return words in self._by_words

    def _stems(self, language: str) -> dict[Key, Alias]:
        if language not in self._by_stems:
            stems: dict[Key, Alias] = {}
            for words, alias in self._by_words.items():
                stems.setdefault(key(words, language), alias)
            self._by_stems[language] = stems
        return self._by_stems[language]


@cache
def packaged_aliases() -> tuple[Alias, ...]:
    """Those that Newsbeam brings along."""
    text = (files("config") / "aliases.yaml").read_text(encoding="utf-8")
    return AliasesFile.model_validate(YAML(typ="safe", pure=False).load(text)).aliases
