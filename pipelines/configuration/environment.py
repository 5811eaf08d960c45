"""Reads `NEWSBEAM_<KEY>` and `NEWSBEAM_<SECTION>__<KEY>` from the environment: `newsbeam.yaml`, overridden."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from models.settings import Settings
from pipelines.configuration.problems import Keys, Place, Problem, nearest

PREFIX = "NEWSBEAM_"


def _is_section(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


_SINGLE_KEYS = tuple(name for name, field in Settings.model_fields.items() if not _is_section(field.annotation))


def read_environment(environ: Mapping[str, str]) -> tuple[dict[Keys, str], list[Problem]]:
    """The variables that are settings, by the way to their value, and what is wrong with the others.

    An empty variable counts as absent. A variable without `__` that is no key of ours may be anything, a secret
    first of all; only one that looks like a slip (`NEWSBEAM_INDX`) is a problem.
    """
    found: dict[Keys, str] = {}
    problems: list[Problem] = []
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) or not environ[variable]:
            continue
        path = tuple(variable.removeprefix(PREFIX).lower().split("__"))
        if len(path) > 1 or path[0] in _SINGLE_KEYS:
            found[path] = variable
        elif path[0] in Settings.model_fields:
            problems.append(Problem(variable_place(variable), f"is a section; set one key: {variable}__<KEY>"))
        elif (near := nearest(path[0], _SINGLE_KEYS, cutoff=0.8)) is not None:
            problems.append(Problem(variable_place(variable), f"is not known; did you mean '{PREFIX}{near.upper()}'?"))
    return found, problems


def variable_place(variable: str) -> Place:
    """Where the value of a variable stands."""
    return Place(f"environment variable {variable}")


def as_value(text: str) -> Any:
    """Text, or what JSON says where it looks like a list or a mapping; the record's own check speaks of the rest."""
    if text[:1] in ("[", "{"):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    return text


def put(values: dict[str, Any], path: Keys, value: Any) -> None:
    """Set a value deep inside; what stands in its way and is no mapping gives way."""
    for part in path[:-1]:
        below = values.get(str(part))
        if not isinstance(below, dict):
            values[str(part)] = below = {}
        values = below
    values[str(path[-1])] = value
