"""Finds further mentions of names that an article holds in full, where the tagger saw none.

1. Looked for are full names and family names of people, full names of several words and acronyms of organizations (one
   that can't be a word, with three consonants in a row, also as `Kcna`), and their genitives.
2. A family name that is a word or a given name in the language (`words.tsv`, common) is not looked for.
3. A repeat is a whole word outside of all mentions, not joined to another by a hyphen, point, slash or at sign.
4. Of a family name, the word before must be no name: in languages that write nouns small it is written small, ends a
   sentence or is a title; in the others it is at least no given name. The word behind is written small in the former.
   Nor does an article or a lone letter stand before it (`the Kennedy family`, `J Kennedy`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from models.article import EntityKind
from pipelines.enrich.entities.cleaning import Name, is_title
from pipelines.enrich.entities.inflection import key
from pipelines.enrich.entities.intervals import Intervals
from pipelines.enrich.entities.lexicon import Words, endings, words
from pipelines.gazetteer import lexicon
from pipelines.names import name_words

_WORD = re.compile(r"(\w+)")
_SHORTEST = 3
_NO_WORD = re.compile("[B-DF-HJ-NP-TV-XZ]{3}")
_JOINING = frozenset("-@/_.&#")
_ENDS = frozenset(".!?:;\n\"“”„«»(–—-,'‚‘’[]")


class Wanted(NamedTuple):
    """A name to look for; a family name is believed less than one in full."""

    surface: str
    kind: EntityKind
    is_family: bool


class Text(NamedTuple):
    """A text in words and what stands between them: the odd parts are words, each starting where `starts` says."""

    text: str
    parts: list[str]
    starts: list[int]


def split(text: str) -> Text:
    """The words of a text with their places."""
    parts = _WORD.split(text)
    return Text(text, parts, list(accumulate(map(len, parts), initial=0)))


def find_repeats(split_text: Text, names: Sequence[Name], taken: Intervals, language: str) -> list[Name]:
    """The further mentions, in order; none overlaps what is taken."""
    words_of_text = split_text.parts[1::2]
    wanted = _by_first_word(_wanted(names, words(language)), language, frozenset(words_of_text))
    if not wanted:
        return []
    found: list[Name] = []
    done = 0
    for index in [2 * position + 1 for position, word in enumerate(words_of_text) if word in wanted]:
        if split_text.starts[index] >= done and (name := _at(split_text, index, wanted, taken, language)):
            found.append(name)
            done = name.end
    return found


def _at(
    split_text: Text,
    index: int,
    wanted: Mapping[str, Mapping[int, Mapping[str, Wanted]]],
    taken: Intervals,
    language: str,
) -> Name | None:
    text, start = split_text.text, split_text.starts[index]
    for length, forms in wanted[split_text.parts[index]].items():
        end = start + length
        found = forms.get(text[start:end])
        if found is None or taken.overlap(start, end) or not _stands_alone(text, start, end):
            continue
        if not found.is_family or _is_no_part(split_text, index, end, language):
            return Name(start, end, found.kind, found.surface, name_words(found.surface))
    return None


def _wanted(names: Sequence[Name], listed: Words) -> Iterator[Wanted]:
    for surface, kind in dict.fromkeys((name.surface, name.kind) for name in names):
        several = " " in surface
        if kind == "person" and several:
            yield Wanted(surface, kind, False)
            first, *_, last = surface.split(" ")
            family = first if first.casefold() in listed.family_first else last
            is_word = family.casefold() in listed.common or family.casefold() in listed.particle
            if len(family) >= _SHORTEST and family[0].isupper() and not is_word:
                yield Wanted(family, kind, True)
        elif kind == "organization" and several:
            yield Wanted(surface, kind, False)
        elif kind == "organization" and surface.isupper() and surface.isalpha() and len(surface) >= _SHORTEST:
            yield Wanted(surface, kind, False)
            if _NO_WORD.search(surface):
                yield Wanted(surface.capitalize(), kind, False)


def _by_first_word(
    wanted: Iterable[Wanted], language: str, present: frozenset[str]
) -> Mapping[str, Mapping[int, Mapping[str, Wanted]]]:
    """What to look for at each word that the text has, by its length; the longest come first."""
    found: dict[str, dict[Wanted, None]] = {}
    families: dict[tuple[str, ...], Wanted] = {}
    for one in wanted:
        forms = [one.surface, *(one.surface + ending for ending in endings(language).genitive)]
        for form in forms:
            if (first := _WORD.match(form)) and first.group() in present:
                found.setdefault(first.group(), {})[one._replace(surface=form)] = None
        if one.is_family:
            families.setdefault(key(name_words(one.surface), language), one)
    if families and endings(language).case:
        for word in (word for word in present if word[0].isupper() and len(word) >= _SHORTEST):
            if bent := families.get(key(name_words(word), language)):
                found.setdefault(word, {})[bent._replace(surface=word)] = None
    return {first: _by_length(forms) for first, forms in found.items()}


def _by_length(forms: Iterable[Wanted]) -> Mapping[int, Mapping[str, Wanted]]:
    found: dict[int, dict[str, Wanted]] = {}
    for one in sorted(forms, key=lambda one: -len(one.surface)):
        found.setdefault(len(one.surface), {}).setdefault(one.surface, one)
    return found


def _stands_alone(text: str, start: int, end: int) -> bool:
    if start and (text[start - 1].isalnum() or text[start - 1] in _JOINING):
        return False
    behind = text[end : end + 1]
    if behind.isalnum() or behind in ("-", "@", "_", "/"):
        return False
    return not (behind == "." and text[end + 1 : end + 2].isalnum())


def _is_no_part(split_text: Text, index: int, end: int, language: str) -> bool:
    """Rule 4."""
    text, parts, starts = split_text
    before = parts[index - 2] if index > 1 else ""
    if not words(language).nouns_have_capitals and text[end : end + 1] == " " and text[end + 1 : end + 2].isupper():
        return False
    if parts[index - 1] == " " and (
        (len(before) == 1 and before.isupper()) or before.casefold() in words(language).article
    ):
        return False
    if not before[:1].isupper() or parts[index - 1] != " " or is_title(before.casefold(), words(language)):
        return not (parts[index - 1] == ". " and len(before) == 1)
    if words(language).nouns_have_capitals:
        return before not in lexicon(language).person_words
    position = starts[index - 2]
    return position == 0 or text[position - 1] in _ENDS or text[max(position - 2, 0)] in _ENDS
