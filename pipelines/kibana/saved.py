"""Saved objects as Kibana keeps them: a type, an id, attributes that are often JSON in JSON, references to others."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Literal

from models.base import Model

Kind = Literal["index-pattern", "search", "visualization", "dashboard"]

WRITTEN_FOR = "8.0.0"
"""The shapes are those of the first Kibana that is served; later ones bring them up to date as they import them."""

SEARCH_SOURCE = "kibanaSavedObjectMeta.searchSourceJSON.index"
"""What the reference to a data view is called in visualizations and saved searches."""


_NOTHING: tuple[Any, ...] = (None, "", [], {}, 0, False)
"""What an attribute that is not there may be written as."""


class Reference(Model):
    """Another object that one needs, by the name that stands for it in the attributes."""

    name: str
    type: Kind
    id: str


class SavedObject(Model):
    """One object, as written by us."""

    type: Kind
    id: str
    attributes: dict[str, Any]
    references: tuple[Reference, ...] = ()

    @property
    def title(self) -> str:
        """What Kibana lists it by."""
        return str(self.attributes.get("name") or self.attributes["title"])

    def line(self) -> str:
        """The object as one line of an export.

        `migrationVersion` is what Kibana up to 8.7 reads; later ones turn it into their `typeMigrationVersion`.
        """
        whole = {
            "id": self.id,
            "type": self.type,
            "attributes": self.attributes,
            "references": [reference.model_dump() for reference in self.references],
            "coreMigrationVersion": WRITTEN_FOR,
            "migrationVersion": {self.type: WRITTEN_FOR},
        }
        return json.dumps(whole, ensure_ascii=False)

    def digest(self) -> str:
        """The same for two objects that show the same."""
        return digest(self.type, self.attributes, [reference.model_dump() for reference in self.references])


def compact(value: Any) -> str:
    """JSON within JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def search_source(query: str = "", *, highlight: bool = False) -> dict[str, str]:
    """What a visualization or saved search asks its data view for; `query` is in Kibana's query language."""
    source: dict[str, Any] = {
        "query": {"query": query, "language": "kuery"},
        "filter": [],
        "indexRefName": SEARCH_SOURCE,
    }
    if highlight:
        source |= {"highlightAll": True, "version": True}
    return {"searchSourceJSON": compact(source)}


NO_SEARCH_SOURCE = {"searchSourceJSON": compact({"query": {"query": "", "language": "kuery"}, "filter": []})}
"""Of an object that asks no data view itself."""


def digest(kind: str, attributes: Mapping[str, Any], references: list[dict[str, Any]]) -> str:
    """A hash of what an object shows, whoever wrote it down; what Kibana counts and caches in it has no part in it."""
    shown = {name: _plain(value) for name, value in attributes.items()}
    if kind == "index-pattern":
        shown.pop("fields", None)
        shown["fieldAttrs"] = _without(shown.get("fieldAttrs"), "count")
        formats = shown.get("fieldFormatMap") or {}
        shown["fieldFormatMap"] = {name: _without(of, "parsedUrl") for name, of in formats.items()}
    shown = {name: value for name, value in shown.items() if value not in _NOTHING}
    linked = sorted((each["name"], each["type"], each["id"]) for each in references)
    return sha256(json.dumps([kind, shown, linked], sort_keys=True).encode()).hexdigest()[:16]


def _without(tree: Any, key: str) -> Any:
    """The objects in an object without one key, and without those that hold nothing then."""
    if not isinstance(tree, dict):
        return tree
    kept = {
        name: {inner: value for inner, value in of.items() if inner != key} if isinstance(of, dict) else of
        for name, of in tree.items()
    }
    return {name: of for name, of in kept.items() if of not in _NOTHING}


def _plain(value: Any) -> Any:
    """The value with the JSON in its texts unpacked, so that the order of keys plays no part."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
