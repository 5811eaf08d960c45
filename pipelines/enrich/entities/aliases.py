"""Who is known by several names: finds the alias that a name belongs to, bent or not."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from models.aliases_file import Alias
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
    text = (files("config") / "entities" / "aliases.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(
        Alias.model_validate({"kind": kind, "country": country or None, "name": name, "also": others.split("|")})
        if others
        else Alias.model_validate({"kind": kind, "country": country or None, "name": name})
        for kind, country, name, others in rows
    )


def with_packaged(own: Iterable[Alias]) -> tuple[Alias, ...]:
    """A user's aliases and ours; one of ours that shares a name with one of theirs is theirs, with all its names."""
    found = list(own)
    owners = {name_words(name): place for place, alias in enumerate(found) for name in (alias.name, *alias.also)}
    for alias in packaged_aliases():
        names = (alias.name, *alias.also)
        owner = next((owners[words] for name in names if (words := name_words(name)) in owners), None)
        if owner is None:
            found.append(alias)
            continue
        more = tuple(name for name in names if name_words(name) not in owners)
        found[owner] = found[owner].model_copy(update={"also": (*found[owner].also, *more)})
    return tuple(found)
