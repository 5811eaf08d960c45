"""Brings the objects into a Kibana: what is missing or ours and unchanged is written, what a user changed is left.

Kibana gives all objects of one import the same time. So everything of ours is written in one import, together with a
record of what was installed, and an object that has another time than the record was changed by somebody. Opening a
data view writes it too, without changing what it shows; therefore one that still shows what was installed is ours too.
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from models.base import Model
from pipelines import NEWSBEAM_VERSION
from pipelines.kibana.answers import Held, Key
from pipelines.kibana.assets import Assets
from pipelines.kibana.client import Kibana
from pipelines.kibana.saved import NO_SEARCH_SOURCE, SavedObject, compact, digest

_TEXT = (
    "`newsbeam kibana install` keeps here what it installed, and sees by it what you have changed since, which it"
    " leaves alone. Nothing shows this object; leave it as it is."
)


class Action(StrEnum):
    """What became of an object."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    LEFT = "left"


class Installed(Model):
    """One object and what became of it; one line of `newsbeam kibana install --json`. `left`: a user changed it."""

    type: str
    id: str
    title: str
    action: Action


def record_of(assets: Assets, digests: Mapping[str, str]) -> SavedObject:
    """The object that says what was installed: of each id, what it showed."""
    title = "Newsbeam: what was installed"
    params = {"fontSize": 12, "openLinksInNewTab": False, "markdown": _TEXT, "newsbeam": dict(sorted(digests.items()))}
    return SavedObject(
        type="visualization",
        id=assets.record_id(),
        attributes={
            "title": title,
            "description": f"By Newsbeam {NEWSBEAM_VERSION}.",
            "visState": compact({"title": title, "type": "markdown", "params": params, "aggs": []}),
            "uiStateJSON": "{}",
            "version": 1,
            "kibanaSavedObjectMeta": NO_SEARCH_SOURCE,
        },
    )


def export(assets: Assets) -> tuple[SavedObject, ...]:
    """All objects and the record, for an import by hand; a later `install` takes it up from there."""
    objects = assets.all()
    return (*objects, record_of(assets, {each.id: each.digest() for each in objects}))


def install(kibana: Kibana, assets: Assets, *, overwrite: bool = False) -> list[Installed]:
    """Write what is to be written, in one request; with `overwrite` what users changed is replaced too."""
    kibana.check()
    objects = assets.all()
    record = ("visualization", assets.record_id())
    held = kibana.held([*map(_key, objects), record])
    before = held.get(record)
    digests = _digests(before)
    actions = {each.id: _action(each, held.get(_key(each)), before, digests, overwrite=overwrite) for each in objects}
    if {Action.CREATED, Action.UPDATED} & set(actions.values()):
        written = [each for each in objects if actions[each.id] is not Action.LEFT]
        kept = {id_: of for id_, of in digests.items() if actions.get(id_) is Action.LEFT}
        kibana.write([*written, record_of(assets, kept | {each.id: each.digest() for each in written})])
    return [Installed(type=each.type, id=each.id, title=each.title, action=actions[each.id]) for each in objects]


def _action(
    ours: SavedObject, held: Held | None, record: Held | None, digests: Mapping[str, str], *, overwrite: bool
) -> Action:
    if held is None:
        return Action.CREATED
    known = digests.get(ours.id)
    shown = digest(ours.type, _named(ours) | held.attributes, held.references)
    untouched = record is not None and known is not None and held.updated_at == record.updated_at
    if not untouched and shown not in (known, ours.digest()):
        return Action.UPDATED if overwrite else Action.LEFT
    return Action.UNCHANGED if known == ours.digest() else Action.UPDATED


def _named(ours: SavedObject) -> dict[str, Any]:
    """The name of a data view, which the first Kibanas with the version 8 drop when they save one."""
    return {name: value for name, value in ours.attributes.items() if name == "name"}


def _digests(record: Held | None) -> dict[str, str]:
    """What the record says; one that somebody has made unreadable says nothing."""
    if record is None:
        return {}
    try:
        found: Any = json.loads(record.attributes["visState"])["params"]["newsbeam"]
    except (ValueError, KeyError, TypeError):
        return {}
    return {str(id_): str(of) for id_, of in found.items()} if isinstance(found, dict) else {}


def _key(saved: SavedObject) -> Key:
    return (saved.type, saved.id)
