"""Parts a person's span that holds more than one name.

1. `Donald Trump Kim` is what a tagger makes of `traf Donald Trump Kim`: the beginning must be a full name that the
   aliases have or another span of the article is, and the rest the name or family name of somebody else in it.
2. `Martin Scorseses Goodfellas`: what stands behind a genitive is no part of the name, if the text has the name without
   the ending too.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from pipelines.enrich.base import Span
from pipelines.enrich.entities.aliases import Aliases
from pipelines.enrich.entities.cleaning import Name, clean
from pipelines.enrich.entities.inflection import Key, bases
from pipelines.enrich.entities.people import family_names

_WORDS_OF_TWO = 3
_BLANK = re.compile(r"\s+")


def part(text: str, names: Sequence[Name], language: str, aliases: Aliases, known: frozenset[str]) -> list[Name]:
    """The names, those of two people as two, in order. `known` are the words of the text, folded."""
    if not any(_may_be_two(name) for name in names):
        return list(names)
    full = {name.words for name in names if name.kind == "person"}
    short = Counter(family for words in full for family in {words, *family_names(words, language)})
    found: list[Name] = []
    for name in names:
        if _may_be_two(name):
            name = _to_genitive(text, name, language, known)
        found += _parted(text, name, language, aliases, full, short) if _may_be_two(name) else [name]
    return found


def _to_genitive(text: str, name: Name, language: str, known: frozenset[str]) -> Name:
    for blank in list(_BLANK.finditer(text, name.start, name.end))[1:]:
        first = clean(text, Span(name.start, blank.start(), "person"), language)
        if first is not None and any(base[-1] in known for base in bases(first.words[-1:], language)):
            return first._replace(titled=name.titled and first.titled)
    return name


def _may_be_two(name: Name) -> bool:
    return name.kind == "person" and len(name.words) >= _WORDS_OF_TWO


def _parted(
    text: str, name: Name, language: str, aliases: Aliases, full: set[Key], short: Mapping[Key, int]
) -> Sequence[Name]:
    if aliases.knows(name.words):
        return (name,)
    own = {name.words, *family_names(name.words, language)}
    for blank in list(_BLANK.finditer(text, name.start, name.end))[1:]:
        first = clean(text, Span(name.start, blank.start(), "person"), language)
        second = clean(text, Span(blank.end(), name.end, "person"), language)
        if first is None or second is None or len(first.words) == 1:
            continue
        of_others = short[second.words] - (second.words in own)
        if of_others and (aliases.knows(first.words) or first.words in full):
            return (first, second)
    return (name,)
