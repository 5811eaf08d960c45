"""Joins the mentions of organizations within one article, and of places and other things.

1. Articles and legal forms (`Volkswagen AG`) do not count.
2. A genitive is the name without its ending if that stands in the article or the aliases, or behind an article that
   makes it one (`des Bundesgerichtshofs`).
3. `Korean Central News Agency (KCNA)`, in either order: two names of which one follows in parentheses are one, if the
   letters of the shorter stand in the longer in their order and it begins as one of its words does.
4. An acronym of at least three letters is the only name in the article whose capitals, or whose words' first letters,
   spell it.
5. A first word alone is the longer name if only such words follow there as `Group` (`Volkswagen`); the last part of a
   compound (`Außenministerium`) is the only compound that ends with it (`US-Außenministerium`).
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from pipelines.enrich.entities.aliases import Aliases
from pipelines.enrich.entities.cleaning import Name
from pipelines.enrich.entities.inflection import Key, bases, key
from pipelines.enrich.entities.lexicon import endings, words
from pipelines.names import name_words

_LONGEST_ACRONYM = 8
_SHORTEST_PART = 6


@lru_cache(maxsize=1 << 14)
def plain_name(surface: str, language: str) -> str:
    """A name without the article before and the legal form behind it, as long as a name is left."""
    listed, linking = words(language), endings(language).linking
    parts = surface.split(" ")
    while len(parts) > 1 and parts[-1].strip(".,").casefold() in listed.legal:
        if linking and parts[-2].endswith(linking):
            break
        parts.pop()
    while len(parts) > 1 and parts[0].casefold() in listed.article:
        del parts[0]
    if len(parts) > 1 and parts[-1] == "&":
        parts.pop()
    return " ".join(parts).rstrip(",")


class Organizations:
    """The organizations of one article, with what makes two names one. `known` are the article's words, folded."""

    def __init__(
        self, text: str, names: Sequence[Name], language: str, aliases: Aliases, known: frozenset[str]
    ) -> None:
        self._language, self._aliases, self._known = language, aliases, known
        self._words = words(language)
        self._plain = {name.surface: self._compared(name.surface) for name in names}
        self.unbent: dict[str, str] = {}
        """Surfaces without the endings of genitives."""
        self._same: dict[Key, Key] = {}
        self._present = set(self._plain.values())
        genitives = {name.surface for name in names if name.in_genitive}
        for surface, found in self._plain.items():
            base = found if surface[-2:].isupper() else self._without_genitive(found)
            if base == found and surface in genitives:
                base = self._behind_article(surface, found)
            if base != found:
                self.unbent[surface] = plain_name(surface, self._language)[: len(base[-1]) - len(found[-1])]
                self._unite(found, base)
        self._join_parentheses(text, names)
        self._join_short_names()

    def join(self, names: Sequence[Name]) -> list[list[Name]]:
        """The mentions of each, ordered by the first; `names` come in the order of the text."""
        groups: dict[Key, list[Name]] = {}
        for name in names:
            groups.setdefault(self._root(self._plain[name.surface]), []).append(name)
        return list(groups.values())

    def _compared(self, surface: str) -> Key:
        return key(name_words(plain_name(surface, self._language)) or name_words(surface), self._language)

    def _root(self, found: Key) -> Key:
        while (parent := self._same.get(found, found)) != found:
            self._same[found] = self._same.get(parent, parent)
            found = parent
        return found

    def _unite(self, one: Key, other: Key) -> None:
        first, second = self._root(one), self._root(other)
        if first != second:
            self._same[first] = second

    def _without_genitive(self, found: Key) -> Key:
        for base in bases(found, self._language):
            if base in self._present or base[-1] in self._known or self._aliases.knows(base):
                return base
        return found

    def _behind_article(self, surface: str, found: Key) -> Key:
        """`des Bundesgerichtshofs`; not of `des Airbus`, and not of an acronym."""
        last = found[-1]
        for ending in endings(self._language).article_ending:
            stem = last.removesuffix(ending)
            if stem == last or len(stem) < _SHORTEST_PART - 1 or self._aliases.knows(found):
                continue
            if not surface[-2:].isupper() and stem[-1] not in "aeious":
                return (*found[:-1], stem)
        return found

    def _join_parentheses(self, text: str, names: Sequence[Name]) -> None:
        for first, second in pairwise(names):
            between = text[first.end : second.start]
            if between.strip() in ("(", "[") and len(between) <= 3 and _is_short_for(first, second):
                self._unite(self._plain[second.surface], self._plain[first.surface])

    def _join_short_names(self) -> None:
        shorts: dict[Key, set[Key]] = {}
        for name, found in self._plain.items():
            for short in self._short_names(name, found):
                if short in self._present and short != found:
                    shorts.setdefault(short, set()).add(self._root(found))
        for short, longer in shorts.items():
            longer.discard(self._root(short))
            if len(longer) == 1:
                self._unite(short, longer.pop())

    def _short_names(self, surface: str, found: Key) -> Iterator[Key]:
        parts = plain_name(surface, self._language).replace("-", " ").split(" ")
        for initials in (
            "".join(part[0] for part in parts if part[:1].isupper()),
            "".join(part[0] for part in parts if part),
            "".join(letter for letter in surface if letter.isupper()),
        ):
            if 3 <= len(initials) <= _LONGEST_ACRONYM and len(parts) > 1:
                yield (initials.casefold(),)
        if len(found) > 1 and all(word in self._words.short_of for word in found[1:]):
            yield found[:1]
        if len(found) == 2 and "-" in surface and len(found[1]) >= _SHORTEST_PART:
            yield found[1:]


def _is_short_for(first: Name, second: Name) -> bool:
    longer, shorter = (first, second) if len(first.surface) >= len(second.surface) else (second, first)
    letters = "".join(filter(str.isalnum, shorter.surface)).casefold()
    is_acronym = len(shorter.words) == 1 and sum(map(str.isupper, shorter.surface)) > 1
    if not (is_acronym and 2 <= len(letters) <= _LONGEST_ACRONYM):
        return shorter.words == longer.words
    if letters[0] not in {word[0] for word in longer.words}:
        return False
    rest = iter("".join(longer.words))
    return all(letter in rest for letter in letters)
