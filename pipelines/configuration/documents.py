"""Reads one YAML document into plain values that know their places; whatever is wrong with it is a Problem."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from pipelines.configuration.problems import Keys, Place, Problem

LARGEST_FILE = 4 * 2**20
"""Bytes; some twenty thousand feeds."""

MOST_VALUES = 200_000
"""After aliases are resolved, so that a small file can't unfold into a large one."""

DEEPEST = 30

_PLAIN_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "value")}
_COLLECTION_TAGS = {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}
_MERGE_TAG = "tag:yaml.org,2002:merge"


@dataclass
class Document:
    """The values of one file, where each stands, and what is wrong with it. `value` is None for an empty file."""

    name: str
    value: Any = None
    problems: list[Problem] = field(default_factory=list)
    keys: dict[Keys, Place] = field(default_factory=dict)
    values: dict[Keys, Place] = field(default_factory=dict)

    def place(self, path: Keys, of_key: bool = False) -> Place:
        """Where a value (or its key) stands; of what is not there, the nearest thing around it."""
        if of_key and path in self.keys:
            return self.keys[path]
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Place(self.name, 1, 1))

    def report(self, path: Keys, message: str, *, of_key: bool = False) -> None:
        """Note a problem at a place."""
        self.problems.append(Problem(self.place(path, of_key), message))


def read_document(file: Path) -> Document:
    """Read a file; problems, an unreadable file among them, are in the document."""
    name = str(file)
    document = Document(name)
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        document.problems.append(Problem(Place(name), f"can't be read: {error.strerror or error}"))
        return document
    if len(content) > LARGEST_FILE:
        document.report((), f"is larger than {LARGEST_FILE // 2**20} MiB; a configuration is not that large")
        return document
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content[:4]:
        document.report((), "is UTF-16 or UTF-32; save the file as UTF-8")
        return document
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        document.problems.append(Problem(Place(name, line, column), "is not UTF-8; save the file in that encoding"))
        return document
    return parse_document(text, document)


def parse_document(text: str, document: Document) -> Document:
    """Fill the document with what the text says."""
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except ReaderError as error:
        document.problems.append(Problem(_place_in(text, error.position, document.name), _CONTROL_CHARACTER))
    except MarkedYAMLError as error:
        document.problems.append(_syntax_problem(error, document.name))
    except RecursionError:
        document.report((), f"is nested too deeply; a configuration has at most {DEEPEST} levels")
    else:
        if node is not None:
            document.value = _Builder(document).build(node, (), 0)
    return document


_CONTROL_CHARACTER = "holds a control character that YAML does not allow; remove it"

_CURES = (
    ("'\\t'", "a tab stands here; YAML wants blanks"),
    ("mapping values are not allowed", "a ': ' too many in this line; put the value between quotes"),
    ("expected a single document", "a second document begins here; remove the line '---'"),
    ("undefined alias", "an alias (*name) whose anchor (&name) stands nowhere before it; put '*' between quotes"),
    ("expected <block end>", "this line is not indented like its neighbours"),
    ("while parsing a flow node", "a bracket is opened before this and never closed"),
    ("cannot start any token", "a value that begins with this character must stand between quotes"),
)
"""What to do about the parser's complaints, by a part of their words."""

_CURES_AT_THE_START = (
    ("could not find expected ':'", "a key without its ':'"),
    ("found unexpected end of stream", "quotes that are opened here are never closed"),
    ("while parsing a flow", "a bracket that is opened here is never closed"),
)
"""The same, where what is wrong begins at the parser's second mark."""


def _syntax_problem(error: MarkedYAMLError, name: str) -> Problem:
    said = f"{error.context or ''} {error.problem or ''}"
    mark, cure = error.problem_mark, next((cure for sign, cure in _CURES if sign in said), None)
    if cure is None:
        cure = next((cure for sign, cure in _CURES_AT_THE_START if sign in said), None)
        mark = error.context_mark if cure and error.context_mark else mark
    place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name, 1, 1)
    return Problem(place, f"not YAML: {cure or said.strip()}")


def _place_in(text: str, position: int, name: str) -> Place:
    return Place(name, text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position))


class _Builder:
    """Makes values of nodes, within bounds, and remembers where they stand."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.left = MOST_VALUES

    def build(self, node: Node, path: Keys, depth: int) -> Any:
        place = self._place_of(node)
        self.document.values.setdefault(path, place)
        self.left -= 1
        if self.left == 0:
            self._complain(node, "the aliases of this file unfold into too many values; write them out")
        if depth > DEEPEST:
            self._complain(node, f"nested too deeply; a configuration has at most {DEEPEST} levels")
        if self.left <= 0 or depth > DEEPEST:
            return None
        if node.tag not in _PLAIN_TAGS | _COLLECTION_TAGS | {_MERGE_TAG}:
            self._complain(node, f"the tag '{node.tag}' means nothing here; remove it")
            return None
        match node:
            case MappingNode():
                return self._mapping(node, path, depth)
            case SequenceNode():
                return [self.build(item, (*path, number), depth + 1) for number, item in enumerate(node.value)]
            case _:
                return _scalar(node)

    def _mapping(self, node: MappingNode, path: Keys, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key, value in node.value:
            if key.tag == _MERGE_TAG:
                for origin in self._merged(value):
                    merged = self.build(origin, path, depth + 1) | merged
                continue
            name = self._key(key)
            if name is None:
                continue
            here = (*path, name)
            if name in found:
                first = self.document.keys[here]
                self._complain(key, f"'{name}' stands twice; the first is in line {first.line}")
                continue
            self.document.keys[here] = self._place_of(key)
            self.document.values.pop(here, None)
            found[name] = self.build(value, here, depth + 1)
        return merged | found

    def _merged(self, node: Node) -> Iterator[MappingNode]:
        for part in node.value if isinstance(node, SequenceNode) else [node]:
            if isinstance(part, MappingNode):
                yield part
            else:
                self._complain(part, "'<<' takes a mapping or a list of mappings")

    def _key(self, node: Node) -> str | None:
        if isinstance(node, ScalarNode) and node.tag in _PLAIN_TAGS and node.value:
            return str(node.value)
        self._complain(node, "a key must be one word")
        return None

    def _complain(self, node: Node, message: str) -> None:
        self.document.problems.append(Problem(self._place_of(node), message))

    def _place_of(self, node: Node) -> Place:
        return Place(self.document.name, node.start_mark.line + 1, node.start_mark.column + 1)


def _scalar(node: Node) -> str | int | float | bool | None:
    """The value of a scalar by YAML 1.2's core schema; dates stay text."""
    text = str(node.value)
    plain = text.replace("_", "").lower()
    match str(node.tag).rpartition(":")[2]:
        case "null":
            return None
        case "bool":
            return plain == "true"
        case "int" | "float" as kind:
            return _number(kind, text, plain)
        case _:
            return text


def _number(kind: str, text: str, plain: str) -> int | float | str:
    """A number; text where Python reads none, so that the record's own check speaks."""
    try:
        if kind == "float":
            return float(plain.replace(".inf", "inf").replace(".nan", "nan"))
        return int(plain, 0 if plain.lstrip("+-").startswith(("0x", "0o")) else 10)
    except ValueError:
        return text
