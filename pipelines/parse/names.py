"""Names of people and tags, as feeds, pages and records write them."""

import re
from collections.abc import Iterable

from pipelines.parse.markup import one_line

_NAMES_LIMIT = 50
_TAGS_LIMIT = 200
_ADDRESS_AND_NAME = re.compile(r"^\S+@\S+\s*\((.+)\)\s*$")
_NAME_AND_ADDRESS = re.compile(r"^(.*?)[\s<(\[]*\S+@\S+?[>)\]]*\s*$")


def clean_names(written: Iterable[object]) -> tuple[str, ...]:
    """Names without markup and mail addresses around them, each once, at most 50; what is no text is left out."""
    return _distinct((_name(name) for name in written if isinstance(name, str)), _NAMES_LIMIT)


def clean_tags(written: Iterable[object]) -> tuple[str, ...]:
    """Tags without markup, each once, at most 200; what is no text is left out."""
    return _distinct((one_line(tag, 1000) for tag in written if isinstance(tag, str)), _TAGS_LIMIT)


def _distinct(values: Iterable[str], limit: int) -> tuple[str, ...]:
    kept: dict[str, None] = {}
    for value in values:
        if value:
            kept[value] = None
            if len(kept) == limit:
                break
    return tuple(kept)


def _name(written: str) -> str:
    name = one_line(written, 500)
    if "@" in name and (match := _ADDRESS_AND_NAME.match(name) or _NAME_AND_ADDRESS.match(name)):
        name = match.group(1)
    return name.strip(" ,;()<>")
