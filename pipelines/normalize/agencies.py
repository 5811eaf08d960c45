"""News agencies by every way in which they are credited."""

import re
from functools import cache

from pipelines.languages import languages

_SEPARATOR = re.compile(r"\s*[,/;&+|]\s*|\s+(?:und|and|et|y|e|sowie)\s+")
_AROUND = " .,:;()[]{}/|©–—-"


def agency(text: str) -> str | None:
    """The one name of the agency that a text is a credit of, and nothing else."""
    return _names().get(_folded(text))


def agencies_only(text: str) -> tuple[str, ...]:
    """The agencies of a credit that names nobody else (`dpa/AFP`); empty where there is anything else in it."""
    whole = agency(text)
    if whole is not None:
        return (whole,)
    parts = [agency(part) for part in _SEPARATOR.split(text.strip(_AROUND))]
    return tuple(dict.fromkeys(part for part in parts if part)) if all(parts) else ()


def _folded(text: str) -> str:
    return text.strip(_AROUND).casefold()


@cache
def _names() -> dict[str, str]:
    credited = languages()["und"].wire.agencies
    names = {_folded(way): name for name, ways in credited.items() for way in ways}
    return names | {_folded(name): name for name in credited}
