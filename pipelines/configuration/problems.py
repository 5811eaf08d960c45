"""What is wrong with the configuration, where, and what was meant: sentences for people out of Pydantic's findings."""

import re
import types
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from models.errors import SetupError

Keys = tuple[str | int, ...]
"""The way from the top of a document to a value: keys of mappings and positions in lists."""


_SECRET = re.compile(r"passw|secret|token|credential|key$|^user|login|^pass$", re.IGNORECASE)


@dataclass(frozen=True, order=True)
class Place:
    """Where something was said: a file with line and column (both from 1), or a variable or option by its name."""

    source: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.source}:{self.line}:{self.column}" if self.line else self.source


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to put right."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class ConfigError(SetupError):
    """Everything that is wrong with the configuration, one line each, in the order of the files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[object, ...]:
        return (ConfigError, (self.problems,))


def nearest(name: str, names: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The name that was probably meant, if any is near."""
    folded = {known.casefold(): known for known in names}
    found = get_close_matches(name.casefold(), folded, n=1, cutoff=cutoff)
    return folded[found[0]] if found else None


def problems_of(error: ValidationError, model: type[BaseModel], place: Callable[[Keys, bool], Place]) -> list[Problem]:
    """Each finding as a problem. `place(path, of_key)` says where a value, or its key, stands."""
    found = []
    for details in error.errors(include_url=False):
        path = tuple(part for part in details["loc"] if part != "[key]")
        is_key = details["type"] == "extra_forbidden" or details["input"] is None or "[key]" in details["loc"]
        where = path[:-1] if details["type"] == "missing" else path
        found.append(Problem(place(where, is_key), _sentence(details, path, model)))
    return found


def unknown_key(name: str, known: Sequence[str]) -> str:
    """The sentence for a key that is none."""
    variables = [key for key in known if key.endswith("_env")]
    if _SECRET.search(name) and (near := nearest(name, variables)):
        return (
            f"unknown key '{name}'; did you mean '{near}'? It takes the name of an environment variable; the secret"
            " itself must not stand here"
        )
    if _SECRET.search(name) and "auth" in known:
        return f"unknown key '{name}'; name the environment variables that hold user name and password under 'auth'"
    near = nearest(name, known)
    return f"unknown key '{name}'; " + (f"did you mean '{near}'?" if near else f"known here: {', '.join(known)}")


def _sentence(details: ErrorDetails, path: Keys, model: type[BaseModel]) -> str:
    kind = details["type"]
    if kind == "extra_forbidden":
        return unknown_key(str(path[-1]), _keys_at(model, path[:-1]))
    if kind == "literal_error" and details["loc"][-1] == "[key]":
        return unknown_key(str(path[-1]), _choices(details["ctx"]["expected"]))
    if kind == "missing":
        return f"'{path[-1]}' is missing"
    subject = _subject(path)
    if details["input"] is None:
        return f"{subject} has no value; write one or remove the line"
    return f"{subject} {_complaint(details, path)}"


def _subject(path: Keys) -> str:
    """What the sentence is about: the last key, and the position where the value is in a list."""
    if not path:
        return "the file"
    if isinstance(path[-1], int):
        return f"item {path[-1] + 1}" if len(path) == 1 else f"item {path[-1] + 1} of '{path[-2]}'"
    return f"'{path[-1]}'"


def _complaint(details: ErrorDetails, path: Keys) -> str:
    kind, context = details["type"], details.get("ctx", {})
    shown = "" if _is_private(path) else f", not {_shown(details['input'])}"
    if kind == "value_error":
        return f"{context['error']}"
    if kind in ("literal_error", "enum"):
        return _one_of(context["expected"], details["input"])
    if kind == "string_type":
        scalar = isinstance(details["input"], bool | int | float)
        return (
            'must be text; put it between quotes: "' + str(details["input"]) + '"' if scalar else f"must be text{shown}"
        )
    if kind in ("tuple_type", "list_type"):
        return (
            f"must be a list, written [{details['input']}]"
            if isinstance(details["input"], str)
            else f"must be a list{shown}"
        )
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return f"must be a mapping of keys to values{shown}"
    if kind in _WANTED:
        return f"must be {_WANTED[kind].format(**context)}{shown}"
    return f"is not right: {details['msg'][:1].lower()}{details['msg'][1:]}"


_WANTED = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a smaller number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "path_type": "a path",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "string_too_short": "{min_length} or more characters long",
    "string_too_long": "at most {max_length} characters long",
    "string_pattern_mismatch": "written like {pattern}",
}


def _one_of(expected: str, given: object) -> str:
    choices = _choices(expected)
    near = nearest(given, choices) if isinstance(given, str) else None
    return f"must be one of {', '.join(choices)}, not {_shown(given)}" + (f"; did you mean '{near}'?" if near else "")


def _choices(expected: str) -> list[str]:
    """The values out of Pydantic's words for them."""
    return [choice.strip(" '") for choice in expected.replace(" or ", ", ").split(", ")]


def _shown(value: object) -> str:
    match value:
        case str():
            return f"'{value}'" if len(value) <= 60 else f"'{value[:57]}...'"
        case bool():
            return str(value).lower()
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case _:
            return str(value)


def _is_private(path: Keys) -> bool:
    """Whether a secret may stand there by mistake."""
    names = [part for part in path if isinstance(part, str)]
    return bool({"headers", "auth"} & set(names)) or bool(names and names[-1].endswith(("_env", "password")))


def _keys_at(model: type[BaseModel], path: Keys) -> list[str]:
    """The keys that the model knows at a place."""
    annotation: Any = model
    for part in path:
        annotation = _inside(annotation, part)
    owner = _model_in(annotation)
    return list(owner.model_fields) if owner else []


def _inside(annotation: Any, part: str | int) -> Any:
    owner = _model_in(annotation)
    if owner is not None:
        field = owner.model_fields.get(str(part))
        return field.annotation if field else None
    arguments = [argument for argument in get_args(annotation) if argument is not Ellipsis]
    return arguments[-1] if arguments else None


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The record's class, also out of `Record | None`."""
    if get_origin(annotation) in (Union, types.UnionType):
        return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None
