"""Joins the mentions of people within one article: which names are one person's.

1. A name of several words is somebody's full name, unless it is a part of a longer one in the article: its end
   (`Leyen` and `von der Leyen` of `Ursula von der Leyen`), its beginning of at least two words (`Pedro Sánchez`), or
   first name or initial with family name (`Donald Trump` of `Donald J. Trump`).
2. A family name that comes first (`Kim` of `Kim Jong Un`) counts as one wherever the list of such names has it; with
   two words (`Kim Clijsters`) so does the last.
3. A short name that the aliases give to somebody whom the article names in full is that person. Else it is the only
   person it can be, even before the full name comes; of several, the one most recently named in full; before all of
   them, nobody: it stays by itself.
4. A given name alone joins the only person of that name, once that one has been named, if no family name fits.
5. A genitive is the name without its ending if that stands in the article or the aliases.
"""

import re
from collections.abc import Iterator, Sequence

from pipelines.enrich.entities.aliases import Aliases
from pipelines.enrich.entities.cleaning import Name
from pipelines.enrich.entities.inflection import Key, bases, key
from pipelines.enrich.entities.lexicon import words

_NUMERAL = re.compile(r"[ivx]+|\d+")
_MOST_SUFFIX = 3
_SHORT_SYLLABLE = 5


class People:
    """The people of one article and the short names that may mean them. `known` are the article's words, folded."""

    def __init__(self, names: Sequence[Name], language: str, aliases: Aliases, known: frozenset[str]) -> None:
        self._language, self._aliases, self._known = language, aliases, known
        self._seen = {self._key(name.words) for name in names}
        self._first_words = {found[:1] for found in self._seen if len(found) > 1}
        self._canonical = {found: self._without_genitive(found) for found in self._seen}
        self.unbent = {name.surface: bare for name in names if (bare := self._bare(name)) != name.surface}
        """Surfaces without the endings of genitives, and without what a compound adds."""
        self._without_compound(names)
        self.full: dict[Key, None] = {}
        self._families: dict[Key, dict[Key, None]] = {}
        self._given: dict[Key, list[Key]] = {}
        self._aliased: dict[str, Key] = {}
        for found in sorted(set(self._canonical.values()), key=_longest_first):
            if len(found) > 1 and found not in self._families:
                self._enter(found)

    def _enter(self, person: Key) -> None:
        self.full[person] = None
        for short in set(family_names(person, self._language)):
            self._families.setdefault(short, {})[person] = None
        self._given.setdefault(person[:1], []).append(person)
        if alias := self._aliases.find(person, self._language):
            self._aliased.setdefault(alias.name, person)

    def is_family_name(self, name: Name) -> bool:
        """Whether somebody is named in full whose family name this is."""
        return any(form in self._families for form in self._forms(name))

    def join(self, names: Sequence[Name]) -> list[list[Name]]:
        """The mentions of each person, ordered by the first; `names` come in the order of the text."""
        groups: dict[Key, list[Name]] = {}
        recent: dict[Key, Key] = {}
        for name in names:
            person = self._person(name, recent)
            if person in self.full:
                recent[person] = person
                if len(name.words) > 1:
                    for short in family_names(person, self._language):
                        recent[short] = person
            groups.setdefault(person, []).append(name)
        return list(groups.values())

    def _person(self, name: Name, recent: dict[Key, Key]) -> Key:
        own = self._canonical.get(self._key(name.words), self._key(name.words))
        if own in self.full:
            return own
        for form in self._forms(name):
            if candidates := self._families.get(form):
                alias = self._aliases.find(name.words, self._language)
                if alias is not None and self._aliased.get(alias.name) in candidates:
                    return self._aliased[alias.name]
                return next(iter(candidates)) if len(candidates) == 1 else recent.get(form, own)
        named = self._given.get(own, [])
        return named[0] if len(named) == 1 and named[0] in recent else own

    def _bare(self, name: Name) -> str:
        own = self._key(name.words)
        ending = len(own[-1]) - len(self._canonical[own][-1])
        return name.surface[:-ending] if ending else name.surface

    def _key(self, compared: Key) -> Key:
        return key(compared, self._language)

    def _forms(self, name: Name) -> Iterator[Key]:
        own = self._key(name.words)
        yield own
        yield from bases(own, self._language)

    def _without_compound(self, names: Sequence[Name]) -> None:
        """`Ashley Madison-Erpressung` means `Ashley Madison` where that is named too."""
        if not words(self._language).nouns_have_capitals:
            return
        for name in names:
            before, _, behind = name.surface.rpartition("-")
            found = self._key(name.words)
            if len(found) > 2 and behind[:1].isupper() and " " not in behind and found[:-1] in self._seen:
                self._canonical[found] = found[:-1]
                self.unbent[name.surface] = before

    def _without_genitive(self, found: Key) -> Key:
        for base in bases(found, self._language):
            stands_alone = base[-1] in self._known and base not in self._first_words
            if base in self._seen or stands_alone or self._aliases.knows(base):
                return base
        return found


def family_names(person: Key, language: str) -> Iterator[Key]:
    """The short names that mean a person by rules 1 and 2."""
    core = person[:-1] if len(person) > 1 and _NUMERAL.fullmatch(person[-1]) else person
    if core != person:
        yield core
    first_is_family = core[0] in words(language).family_first
    asian = first_is_family and len(core) > 2 and all(len(word) <= _SHORT_SYLLABLE for word in core[1:])
    if first_is_family and len(core) > 1:
        yield core[:1]
    if not asian:
        for length in range(1, min(len(core), _MOST_SUFFIX + 1)):
            if len(core[-length]) > 1:
                yield core[-length:]
    for length in range(2, len(core)):
        yield core[:length]
    if len(core) > 2:
        yield (core[0], core[-1])
    if len(core) > 1 and len(core[0]) > 2:
        yield (core[0][0], core[-1])


def _longest_first(found: Key) -> tuple[int, bool, Key]:
    return (-len(found), len(found[0]) <= 2, found)
