"""Reads the configuration: the only reader of its files and of the environment."""

import os
from collections.abc import Callable, Mapping
from importlib.resources import files
from os.path import lexists
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from models.aliases_file import Alias
from models.errors import SetupError
from models.settings import Configuration, Settings
from models.source import FeedSource
from pipelines.configuration.aliases import ALIASES, load_aliases
from pipelines.configuration.documents import read_document
from pipelines.configuration.environment import as_value, put, read_environment, variable_place
from pipelines.configuration.feeds import read_feeds
from pipelines.configuration.problems import ConfigError, Keys, Place, Problem, nearest, problems_of
from pipelines.configuration.synonyms import SYNONYMS, load_synonyms

__all__ = [
    "FEEDS",
    "SETTINGS",
    "ConfigError",
    "config_directory",
    "is_packaged",
    "load_configuration",
    "load_feeds",
    "load_settings",
    "nearest",
]

SETTINGS, FEEDS = "newsbeam.yaml", "feeds.yaml"

_ELSEWHERE: Mapping[Keys, str] = {("synonyms",): f"{SYNONYMS}/LANGUAGE.txt", ("enrich", "aliases"): ALIASES}
"""Settings that have files of their own."""


def load_configuration(
    directory: Path | None = None,
    *,
    index: str | None = None,
    environ: Mapping[str, str] | None = None,
    need_secrets: bool = False,
    need_installed: bool = False,
) -> Configuration:
    """Settings and feeds of a directory; without one, of `./config` or of the package.

    `index` overrides what files and environment say. With `need_secrets` the variables that enabled feeds name must
    be set, with `need_installed` what the settings ask for must be installed. Raises ConfigError with everything that
    is wrong at once.
    """
    environ = os.environ if environ is None else environ
    found = config_directory(directory)
    settings, problems, read_from = _settings(found, index, environ)
    if need_installed and not problems:
        problems += _not_installed(settings, found / SETTINGS)
    feeds: list[FeedSource] = []
    disabled: list[FeedSource] = []
    if lexists(file := found / FEEDS):
        document = read_document(file)
        feeds, disabled = read_feeds(document, environ if need_secrets else None)
        problems += document.problems
        read_from.append(document.name)
    aliases, slips = _aliases(found)
    problems += slips
    synonyms, slips = load_synonyms(found)
    problems += slips
    if problems:
        raise ConfigError(problems)
    settings = settings.model_copy(update={"synonyms": synonyms})
    if aliases is not None:
        read_from.append(str(found / ALIASES))
        settings = with_aliases(settings, aliases)
    return Configuration(settings=settings, feeds=tuple(feeds), disabled=tuple(disabled), read_from=tuple(read_from))


def load_settings(
    directory: Path | None = None,
    *,
    index: str | None = None,
    environ: Mapping[str, str] | None = None,
    need_aliases: bool = False,
) -> Settings:
    """The settings alone, for commands that poll nothing: a slip in `feeds.yaml` does not stop a search.

    `aliases.yaml` takes a moment to read; with `need_aliases` it is.
    """
    environ = os.environ if environ is None else environ
    found = config_directory(directory)
    settings, problems, _ = _settings(found, index, environ)
    aliases, slips = _aliases(found) if need_aliases else (None, [])
    problems += slips
    synonyms, slips = load_synonyms(found)
    problems += slips
    if problems:
        raise ConfigError(problems)
    settings = settings.model_copy(update={"synonyms": synonyms})
    return settings if aliases is None else with_aliases(settings, aliases)


def with_aliases(settings: Settings, aliases: tuple[Alias, ...]) -> Settings:
    """The settings with these aliases."""
    return settings.model_copy(update={"enrich": settings.enrich.model_copy(update={"aliases": aliases})})


def _aliases(directory: Path) -> tuple[tuple[Alias, ...] | None, list[Problem]]:
    try:
        return load_aliases(directory), []
    except ConfigError as error:
        return None, list(error.problems)


def load_feeds(file: Path) -> tuple[list[FeedSource], list[FeedSource]]:
    """The enabled and the disabled feeds of one file. Raises ConfigError with everything that is wrong at once."""
    document = read_document(file)
    enabled, disabled = read_feeds(document, None)
    if document.problems:
        raise ConfigError(document.problems)
    return enabled, disabled


def config_directory(directory: Path | None = None) -> Path:
    """The directory asked for, else `./config` if it holds one of our files, else the packaged one."""
    if directory is None:
        here = Path("config")
        return here if _holds_files(here) else Path(str(files("config") / SETTINGS)).parent
    if not directory.is_dir():
        said = "is a file; name the directory that holds it" if directory.is_file() else "is not a directory"
        raise ConfigError([Problem(Place(str(directory)), said)])
    if not _holds_files(directory):
        raise ConfigError([Problem(Place(str(directory)), f"holds neither {SETTINGS} nor {FEEDS}")])
    return directory


def is_packaged(directory: Path | None) -> bool:
    """Whether what holds is the configuration that comes with Newsbeam, since none was named and none is here."""
    return directory is None and not _holds_files(Path("config"))


def _holds_files(directory: Path) -> bool:
    return any(lexists(directory / name) for name in (SETTINGS, FEEDS))


def _settings(
    directory: Path, index: str | None, environ: Mapping[str, str]
) -> tuple[Settings, list[Problem], list[str]]:
    """Settings, what is wrong with them, and where they were read: the file, then variables, then the option.

    Each origin is checked by itself, so that nothing wrong hides behind what overrides it.
    """
    problems: list[Problem] = []
    read_from: list[str] = []
    values: dict[str, Any] = {}
    if lexists(file := directory / SETTINGS):
        document = read_document(file)
        problems += document.problems
        read_from.append(document.name)
        if document.value is not None:
            problems += _check(document.value, document.place)
            values = document.value
    variables, slips = read_environment(environ)
    problems += slips
    overriding: dict[str, Any] = {}
    for path, variable in variables.items():
        put(overriding, path, as_value(environ[variable]))
    problems += _check(overriding, lambda path, _: _variable_at(path, variables))
    if index is not None:
        problems += _check({"index": index}, lambda _path, _key: Place("--index"))
    if problems:
        return Settings(), problems, read_from
    for path, variable in variables.items():
        put(values, path, as_value(environ[variable]))
        read_from.append(variable)
    if index is not None:
        values["index"] = index
        read_from.append("--index")
    return Settings.model_validate(values), [], read_from


def _not_installed(settings: Settings, file: Path) -> list[Problem]:
    from pipelines.enrich import check_recognizer  # with it come the extractors

    try:
        check_recognizer(settings.enrich)
    except SetupError as error:
        place = read_document(file).place(("enrich", "extractor")) if lexists(file) else Place("enrich")
        return [Problem(place, str(error))]
    return []


def _check(values: object, place: Callable[[Keys, bool], Place]) -> list[Problem]:
    elsewhere = [
        Problem(place(path, True), f"'{path[-1]}' does not stand here; write {file} beside {SETTINGS}")
        for path, file in _ELSEWHERE.items()
        if _holds(values, path)
    ]
    try:
        Settings.model_validate(values)
    except ValidationError as error:
        return elsewhere + problems_of(error, Settings, place)
    return elsewhere


def _holds(values: object, path: Keys) -> bool:
    for key in path:
        if not isinstance(values, dict) or key not in values:
            return False
        values = values[key]
    return True


def _variable_at(path: Keys, variables: Mapping[Keys, str]) -> Place:
    """The variable that said what stands at a path, or around it, or first within it."""
    for end in range(len(path), 0, -1):
        if path[:end] in variables:
            return variable_place(variables[path[:end]])
    return variable_place(next(name for keys, name in variables.items() if keys[: len(path)] == path))
