"""Chooses the name that a group of mentions is shown by.

1. The alias's, if one of the names has one; of a person named in full only full names are asked, since `Trump` alone
   may be the alias of somebody else.
2. Else the fullest name, of several the one in its own case, not all in capitals, the most frequent, the first. Of a
   person's names that begin as the fullest does, and have several words, the most frequent.
3. An ending that was taken off to join it, a legal form, an article and a blank before a hyphen are not shown.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from models.aliases_file import Alias
from models.article import EntityKind
from pipelines.enrich.entities.aliases import Aliases
from pipelines.enrich.entities.cleaning import Name
from pipelines.enrich.entities.inflection import is_nominative
from pipelines.enrich.entities.organizations import plain_name
from pipelines.names import name_words

_BROKEN_COMPOUND = re.compile(r" -(?=\w)")


class Shown(NamedTuple):
    """Who a group of mentions is."""

    name: str
    kind: EntityKind
    country: str | None = None


def shown(names: Sequence[Name], kind: EntityKind, unbent: Mapping[str, str], language: str, aliases: Aliases) -> Shown:
    """The name to show. `unbent` are surfaces without the endings that were taken off."""
    counts = Counter(name.surface for name in names)
    most = max(len(name.words) for name in names)
    if alias := _alias(names, kind, most, language, aliases):
        return Shown(alias.name, alias.kind, alias.country)

    longest = min(counts, key=lambda surface: _rank(surface, counts, unbent, language))
    if kind == "person":
        best = unbent.get(longest, _commonest_full(longest, counts, unbent))
        best = best.title() if " " in best and best.isupper() else best
    else:
        best = unbent.get(longest, longest)
        best = plain_name(best, language) if kind == "organization" else best
        same = [surface for surface in counts if surface not in unbent and name_words(surface) == name_words(best)]
        best = max(same, key=lambda surface: counts[surface], default=best)
    return Shown(_BROKEN_COMPOUND.sub("-", best), kind)


def _rank(
    surface: str, counts: Mapping[str, int], unbent: Mapping[str, str], language: str
) -> tuple[int, bool, bool, bool, int]:
    """The less, the fuller."""
    in_capitals = surface.isupper() and any(not other.isupper() for other in counts)
    is_bent = not is_nominative(surface, language)
    return (-len(name_words(surface)), surface in unbent, in_capitals, is_bent, -counts[surface])


def _commonest_full(longest: str, counts: Mapping[str, int], unbent: Mapping[str, str]) -> str:
    """`Donald Trump`, if the article has it more often than `Donald John Trump`."""
    if " " not in longest:
        return longest
    first = longest.partition(" ")[0]
    full = [surface for surface in counts if surface.startswith(f"{first} ") and surface not in unbent]
    return max(full, key=lambda surface: (counts[surface], surface == longest), default=longest)


def _alias(names: Sequence[Name], kind: EntityKind, most: int, language: str, aliases: Aliases) -> Alias | None:
    written = dict.fromkeys((name.surface, name.titled) for name in names)
    for surface, titled in sorted(written, key=lambda pair: -len(name_words(pair[0]))):
        if kind == "person" and most > 1 and len(name_words(surface)) == 1:
            continue
        for form in filter(None, (titled, surface, plain_name(surface, language))):
            if alias := aliases.find(name_words(form), language):
                return alias
    return None
