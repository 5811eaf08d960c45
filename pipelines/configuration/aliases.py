"""Reads `aliases.yaml`, and checks what no single entry can tell: that a name belongs to one."""

from collections.abc import Mapping
from os.path import lexists
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from models.aliases_file import Alias, AliasesFile
from pipelines.configuration.documents import Document, read_document
from pipelines.configuration.problems import ConfigError, Keys, problems_of
from pipelines.names import name_words

ALIASES = "aliases.yaml"


def load_aliases(directory: Path) -> tuple[Alias, ...] | None:
    """The aliases of a directory, in their order; None where it has no such file. Raises ConfigError."""
    if not lexists(file := directory / ALIASES):
        return None
    document = read_document(file)
    found = read_aliases(document)
    if document.problems:
        raise ConfigError(document.problems)
    return found


def read_aliases(document: Document) -> tuple[Alias, ...]:
    """The well-formed aliases; what is wrong goes into the document's problems."""
    if document.value is None:
        return ()
    try:
        AliasesFile.model_validate(document.value)
    except ValidationError as error:
        document.problems.extend(problems_of(error, AliasesFile, document.place))
    entries = _entries(document.value)
    _report_doubles(document, entries)
    return tuple(entries.values())


def _entries(value: Any) -> dict[int, Alias]:
    listed = value.get("aliases") if isinstance(value, dict) else None
    found = {}
    for position, entry in enumerate(listed if isinstance(listed, list) else ()):
        try:
            found[position] = Alias.model_validate(entry)
        except ValidationError:
            continue  # reported with its place by the check of the whole file
    return found


def _report_doubles(document: Document, entries: Mapping[int, Alias]) -> None:
    owners: dict[tuple[str, ...], tuple[int, Keys]] = {}
    for position, entry in entries.items():
        path: Keys = ("aliases", position)
        places: list[tuple[Keys, str]] = [((*path, "name"), entry.name)]
        places += [((*path, "also", number), name) for number, name in enumerate(entry.also)]
        for where, name in places:
            owner, first = owners.setdefault(name_words(name), (position, where))
            if first == where:
                continue
            line = document.place(first).line
            if owner == position:
                document.report(where, f"'{name}' stands in line {line} already; case, marks and hyphens do not count")
            else:
                document.report(where, f"'{name}' is a name of '{entries[owner].name}' in line {line} already")
