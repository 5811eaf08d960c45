"""From the description to saved objects: every data view, visualization, search and dashboard with its references."""

from typing import Any

from pipelines.index.elasticsearch.client import DEFAULT_PREFIX
from pipelines.kibana.data_views import ARTICLES, DATA_VIEWS, DataView
from pipelines.kibana.feed_health import feed_health
from pipelines.kibana.news import news
from pipelines.kibana.panels import Dashboard, Panel, Place, Search
from pipelines.kibana.saved import (
    NO_SEARCH_SOURCE,
    SEARCH_SOURCE,
    WRITTEN_FOR,
    Kind,
    Reference,
    SavedObject,
    compact,
    search_source,
)

DEFAULT_SPACE = "default"


class Assets:
    """Everything for one prefix of indices. Ids name the space too: within a Kibana they must be there only once."""

    def __init__(self, prefix: str, space: str = DEFAULT_SPACE) -> None:
        self._prefix = prefix
        self._base = prefix if space == DEFAULT_SPACE else f"{prefix}~{space}"
        self._suffix = "" if prefix == DEFAULT_PREFIX else f" ({prefix})"

    def all(self) -> tuple[SavedObject, ...]:
        """What needs nothing first."""
        objects = [self._data_view(view) for view in DATA_VIEWS]
        articles = next(view for view in DATA_VIEWS if view.name == ARTICLES).pattern(self._prefix)
        for dashboard in (news(articles), feed_health()):
            objects += [self._visualization(panel, dashboard) for panel in dashboard.panels]
            objects += [self._search(search) for search in dashboard.searches]
            objects.append(self._dashboard(dashboard))
        return tuple(objects)

    def record_id(self) -> str:
        """The id of the object that says what was installed."""
        return self._id("installed")

    def _id(self, name: str) -> str:
        return f"{self._base}-{name}"

    def _data_view(self, view: DataView) -> SavedObject:
        attributes = view.attributes(self._prefix) | {"name": view.title + self._suffix}
        return SavedObject(type="index-pattern", id=self._id(view.name), attributes=attributes)

    def _view(self, name: str) -> Reference:
        return Reference(name=SEARCH_SOURCE, type="index-pattern", id=self._id(name))

    def _visualization(self, panel: Panel, dashboard: Dashboard) -> SavedObject:
        title = f"{dashboard.title}: {panel.title}{self._suffix}"
        state = {
            "title": title,
            "type": panel.shape.type,
            "params": panel.shape.params,
            "aggs": list(panel.shape.aggs),
        }
        source = search_source(panel.query) if panel.view else NO_SEARCH_SOURCE
        return SavedObject(
            type="visualization",
            id=self._id(panel.name),
            attributes={
                "title": title,
                "description": "",
                "visState": compact(state),
                "uiStateJSON": "{}",
                "version": 1,
                "kibanaSavedObjectMeta": source,
            },
            references=(self._view(panel.view),) if panel.view else (),
        )

    def _search(self, search: Search) -> SavedObject:
        return SavedObject(
            type="search",
            id=self._id(search.name),
            attributes={
                "title": search.title + self._suffix,
                "description": search.about,
                "columns": list(search.columns),
                "sort": [list(each) for each in search.sort],
                "version": 1,
                "kibanaSavedObjectMeta": search_source(highlight=True),
            },
            references=(self._view(search.view),),
        )

    def _dashboard(self, dashboard: Dashboard) -> SavedObject:
        shown: list[tuple[Kind, str, str, Place]] = [
            ("visualization", panel.name, panel.title, panel.place) for panel in dashboard.panels
        ]
        shown += [("search", each.name, each.title, each.place) for each in dashboard.searches if each.place]
        attributes: dict[str, Any] = {
            "title": dashboard.title + self._suffix,
            "description": dashboard.about,
            "panelsJSON": compact([_panel(kind, name, title, place) for kind, name, title, place in shown]),
            "optionsJSON": compact({"useMargins": True, "syncColors": True, "hidePanelTitles": False}),
            "timeRestore": True,
            "timeFrom": f"now-{dashboard.days}d",
            "timeTo": "now",
            "refreshInterval": {"pause": True, "value": 60_000},
            "version": 1,
            "kibanaSavedObjectMeta": NO_SEARCH_SOURCE,
        }
        references = [
            Reference(name=f"{name}:panel_{name}", type=kind, id=self._id(name)) for kind, name, _, _ in shown
        ]
        if dashboard.controlled is not None:
            view = self._id(dashboard.controlled)
            attributes["controlGroupInput"] = {"controlStyle": "oneLine", "panelsJSON": compact(_controls(dashboard))}
            references += [
                Reference(name=f"controlGroup_{control.field}:optionsListDataView", type="index-pattern", id=view)
                for control in dashboard.controls
            ]
        return SavedObject(
            type="dashboard", id=self._id(dashboard.name), attributes=attributes, references=tuple(references)
        )


def _panel(kind: Kind, name: str, title: str, place: Place) -> dict[str, Any]:
    return {
        "version": WRITTEN_FOR,
        "type": kind,
        "gridData": {"x": place.x, "y": place.y, "w": place.width, "h": place.height, "i": name},
        "panelIndex": name,
        "embeddableConfig": {"enhancements": {}},
        "panelRefName": f"panel_{name}",
        "title": title,
    }


def _controls(dashboard: Dashboard) -> dict[str, Any]:
    return {
        control.field: {
            "order": order,
            "width": "small",
            "grow": True,
            "type": "optionsListControl",
            "explicitInput": {
                "id": control.field,
                "fieldName": control.field,
                "title": control.title,
                "enhancements": {},
            },
        }
        for order, control in enumerate(dashboard.controls)
    }
