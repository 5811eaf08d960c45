"""Makes people, organizations, places and other things out of recognized spans: the extractor of entities.

1. What the gazetteer found stays: a span of nothing but its mentions adds nothing, whatever its kind. A span around
   one is a name of its own (`Bank of England`). A name that ends too soon for an alias is made whole (`Kim Jong` Un).
2. Each name has one kind in an article: the one that most of its spans have, of several the first. But a family name
   of somebody named in full is that person's, unless it is mostly an organization's; else an alias decides.
3. What is no place and whose name is a country's, or a word for its people, is dropped.
4. Entities of one shown name and kind are one.

How people are joined stands in `people.py`, all others in `organizations.py`, which name is shown in `shown.py`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from models.aliases_file import Alias
from models.article import Entity, EntityKind, Mention
from pipelines.enrich.base import Reading, Span
from pipelines.enrich.entities.aliases import Aliases, packaged_aliases
from pipelines.enrich.entities.cleaning import Name, clean, in_context, whole_name, with_rest
from pipelines.enrich.entities.inflection import Key, bases, key
from pipelines.enrich.entities.intervals import Intervals
from pipelines.enrich.entities.lexicon import endings, peoples
from pipelines.enrich.entities.organizations import Organizations
from pipelines.enrich.entities.parting import part
from pipelines.enrich.entities.people import People
from pipelines.enrich.entities.repeats import find_repeats, split
from pipelines.enrich.entities.shown import shown
from pipelines.names import name_words

_WORD = re.compile(r"\w+")
_KINDS: tuple[EntityKind, ...] = ("person", "organization", "place", "misc")


class EntitiesExtractor:
    """Entities by rules over spans; the same text, spans and aliases always give the same entities."""

    def __init__(self, aliases: Iterable[Alias] | None = None) -> None:
        self._aliases = Aliases(packaged_aliases() if aliases is None else aliases)

    def extract(self, readings: Sequence[Reading]) -> list[Reading]:
        """Each reading with its entities, in the order in which the text first names them."""
        return [resolve(reading, self._aliases) for reading in readings]


def resolve(reading: Reading, aliases: Aliases) -> Reading:
    """With the entities that its spans stand for, beside the places that it has."""
    if not reading.spans:
        return reading
    places = [entity for entity in reading.entities if entity.kind == "place"]
    taken = Intervals((mention.start, mention.end) for place in places for mention in place.mentions)
    found = [*places, *_Article(reading, taken, aliases).entities()]
    found.sort(key=lambda entity: min((mention.start for mention in entity.mentions), default=0))
    return reading.model_copy(update={"entities": tuple(found)})


class _Article:
    """One text, and the names in it that are not the gazetteer's."""

    def __init__(self, reading: Reading, taken: Intervals, aliases: Aliases) -> None:
        self._text, self._language, self._aliases = reading.text, reading.language, aliases
        split_text = split(reading.text)
        self._known = _folded(split_text.parts[1::2]) if endings(self._language).genitive else frozenset()
        names = part(reading.text, self._cleaned(reading.spans, taken), reading.language, aliases, self._known)
        names, unbent = self._of_one_kind(names)
        known = [name._replace(surface=unbent.get(name.surface, name.surface)) for name in names]
        spans = ((span.start, span.end) for span in reading.spans)
        self._names = sorted((*names, *find_repeats(split_text, known, taken.with_more(spans), reading.language)))

    def entities(self) -> Iterator[Entity]:
        """What the names stand for."""
        merged: dict[tuple[str, EntityKind], tuple[str | None, set[tuple[int, int]]]] = {}
        for kind in _KINDS:
            names = [name for name in self._names if name.kind == kind]
            for group, unbent in self._joined(kind, names):
                found = shown(group, kind, unbent, self._language, self._aliases)
                _, where = merged.setdefault((found.name, found.kind), (found.country, set()))
                where.update((name.start, name.end) for name in group)
        for (name, kind), (country, where) in merged.items():
            mentions = tuple(Mention(start=start, end=end) for start, end in sorted(where))
            yield Entity(name=name, kind=kind, mentions=mentions, country=country)

    def _cleaned(self, spans: Iterable[Span], taken: Intervals) -> list[Name]:
        countries = peoples(self._language)
        found = []
        done = 0
        for span in sorted(spans):
            whole = whole_name(self._text, span, self._language)
            name = clean(self._text, whole, self._language)
            if name is None or name.start < done or self._is_taken(name, taken):
                continue
            name = with_rest(self._text, name, self._aliases.knows)
            done = max(whole.end, name.end)
            if name.kind == "place" or name.surface.casefold() not in countries:
                found.append(in_context(self._text, name, self._language))
        return found

    def _is_taken(self, name: Name, taken: Intervals) -> bool:
        """Rule 1; so is a span of nothing but places: `[Russlands Kursk]`."""
        words_of_name = _WORD.finditer(self._text, name.start, name.end)
        return all(taken.cover(word.start(), word.end()) for word in words_of_name)

    def _of_one_kind(self, names: Sequence[Name]) -> tuple[list[Name], Mapping[str, str]]:
        """Rule 2; also what people's names are without their endings."""
        chosen = self._kinds(names)
        people = [name for name in names if chosen[self._key(name)] == "person" and not name.is_title]
        known = People(people, self._language, self._aliases, self._known)
        distinct = {name.words: name for name in names}
        kinds = {name.words: self._kind(name, chosen[self._key(name)], known) for name in distinct.values()}
        found = []
        for name in names:
            same = name if kinds[name.words] == name.kind else self._as(name, kinds[name.words])
            if same is not None and not (same.is_title and not known.is_family_name(same)):
                found.append(same)
        return found, known.unbent

    def _kind(self, name: Name, commonest: EntityKind, known: People) -> EntityKind:
        if commonest != "organization" and known.is_family_name(name):
            return "person"
        alias = self._aliases.find(name.words, self._language)
        return alias.kind if alias else commonest

    def _kinds(self, names: Sequence[Name]) -> dict[Key, EntityKind]:
        """The kind that most spans of a name have; a genitive is counted with its name."""
        keys = dict.fromkeys(map(self._key, names))
        own = {
            compared: next((base for base in bases(compared, self._language) if base in keys), compared)
            for compared in keys
        }
        votes: dict[Key, Counter[EntityKind]] = {}
        for name in names:
            votes.setdefault(own[self._key(name)], Counter())[name.kind] += 1
        return {compared: votes[base].most_common(1)[0][0] for compared, base in own.items()}

    def _as(self, name: Name, kind: EntityKind) -> Name | None:
        again = clean(self._text, Span(name.start, name.end, kind), self._language)
        return None if again is None else again._replace(kind=kind)

    def _joined(self, kind: EntityKind, names: Sequence[Name]) -> Iterator[tuple[list[Name], Mapping[str, str]]]:
        """The names of each entity, and what they are without their endings."""
        if not names:
            return
        joining: People | Organizations
        if kind == "person":
            joining = People(names, self._language, self._aliases, self._known)
        else:
            joining = Organizations(self._text, names, self._language, self._aliases, self._known)
        for group in joining.join(names):
            yield group, joining.unbent

    def _key(self, name: Name) -> Key:
        return key(name.words, self._language)


def _folded(words_of_text: Iterable[str]) -> frozenset[str]:
    """The words that may be names, as the words of names are compared."""
    distinct = {word for word in words_of_text if not word.islower()}
    foreign = {word for word in distinct if not word.isascii()}
    return frozenset((*map(str.casefold, distinct - foreign), *chain.from_iterable(map(name_words, foreign))))
