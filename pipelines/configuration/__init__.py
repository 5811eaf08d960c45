"""Reads the configuration: the only reader of its files and of the environment."""

import os
from collections.abc import Callable, Mapping
from importlib.resources import files
from os.path import lexists
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from models.settings import Configuration, Settings
from models.source import FeedSource
from pipelines.configuration.documents import read_document
from pipelines.configuration.environment import as_value, put, read_environment, variable_place
from pipelines.configuration.feeds import read_feeds
from pipelines.configuration.problems import ConfigError, Keys, Place, Problem, nearest, problems_of

__all__ = ["ConfigError", "load_configuration", "load_settings", "nearest"]

SETTINGS, FEEDS = "newsbeam.yaml", "feeds.yaml"


def load_configuration(
    directory: Path | None = None,
    *,
    index: str | None = None,
    environ: Mapping[str, str] | None = None,
    need_secrets: bool = False,
) -> Configuration:
    """Settings and feeds of a directory; without one, of `./config` or of the package.

    `index` overrides what files and environment say. With `need_secrets` the variables that enabled feeds name must
    be set. Raises ConfigError with everything that is wrong at once.
    """
    environ = os.environ if environ is None else environ
    found = _directory(directory)
    settings, problems, read_from = _settings(found, index, environ)
    feeds: list[FeedSource] = []
    disabled: list[FeedSource] = []
    if lexists(file := found / FEEDS):
        document = read_document(file)
        feeds, disabled = read_feeds(document, environ if need_secrets else None)
        problems += document.problems
        read_from.append(document.name)
    if problems:
        raise ConfigError(problems)
    return Configuration(settings=settings, feeds=tuple(feeds), disabled=tuple(disabled), read_from=tuple(read_from))


def load_settings(
    directory: Path | None = None, *, index: str | None = None, environ: Mapping[str, str] | None = None
) -> Settings:
    """The settings alone, for commands that poll nothing: a slip in `feeds.yaml` does not stop a search."""
    environ = os.environ if environ is None else environ
    settings, problems, _ = _settings(_directory(directory), index, environ)
    if problems:
        raise ConfigError(problems)
    return settings


def _directory(directory: Path | None) -> Path:
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


def _check(values: object, place: Callable[[Keys, bool], Place]) -> list[Problem]:
    try:
        Settings.model_validate(values)
    except ValidationError as error:
        return problems_of(error, Settings, place)
    return []


def _variable_at(path: Keys, variables: Mapping[Keys, str]) -> Place:
    """The variable that said what stands at a path, or around it, or first within it."""
    for end in range(len(path), 0, -1):
        if path[:end] in variables:
            return variable_place(variables[path[:end]])
    return variable_place(next(name for keys, name in variables.items() if keys[: len(path)] == path))
