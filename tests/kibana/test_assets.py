"""The saved objects: whole, of the right shape, over fields that are there, and the same as in config/kibana."""

import json
from collections.abc import Iterator
from itertools import combinations
from uuid import uuid4

import pytest
from clearing import delete_all
from elasticsearch import Elasticsearch

from models.settings import Settings
from pipelines.kibana.assets import Assets
from pipelines.kibana.data_views import DATA_VIEWS
from pipelines.kibana.feed_health import feed_health
from pipelines.kibana.install import export
from pipelines.kibana.news import news
from pipelines.kibana.panels import Dashboard, Place
from pipelines.kibana.saved import SavedObject
from pipelines.stores import open_store
from tests.test_repository import ROOT

DASHBOARDS = (news("news-articles"), feed_health())


@pytest.fixture(scope="module")
def objects() -> tuple[SavedObject, ...]:
    return Assets("news").all()


@pytest.fixture(scope="module")
def fields(elasticsearch_url: str) -> Iterator[dict[str, dict[str, bool]]]:
    """Of each data view, by its id, the fields that Elasticsearch names, and whether they can be aggregated."""
    prefix = f"k{uuid4().hex[:10]}"
    index, store = open_store(Settings(index=f"{elasticsearch_url}/{prefix}"))
    with Elasticsearch(elasticsearch_url) as client:
        try:
            store.setup()
            index.setup()
            found = {}
            for view in DATA_VIEWS:
                named = client.field_caps(index=view.pattern(prefix), fields="*")["fields"]
                found[f"news-{view.name}"] = {
                    name: all(kind["aggregatable"] for kind in kinds.values()) for name, kinds in named.items()
                }
            yield found
        finally:
            index.close()
            store.close()
            delete_all(client, f"{prefix}-")


def _data_view(saved: SavedObject) -> str | None:
    return next((each.id for each in saved.references if each.type == "index-pattern"), None)


def test_the_file_in_the_repository_is_what_an_export_writes() -> None:
    written = "".join(f"{each.line()}\n" for each in export(Assets("newsbeam")))
    file = ROOT / "config/kibana/newsbeam.ndjson"
    assert file.read_text(encoding="utf-8") == written, (
        f"run: newsbeam kibana export {file.relative_to(ROOT)} --index http://localhost:9200/newsbeam"
    )


def test_every_reference_leads_to_an_object_that_comes_before(objects: tuple[SavedObject, ...]) -> None:
    there: set[tuple[str, str]] = set()
    for saved in objects:
        assert {(each.type, each.id) for each in saved.references} <= there
        there.add((saved.type, saved.id))
    assert len(there) == len(objects)


def test_objects_say_which_version_of_kibana_they_were_written_for(objects: tuple[SavedObject, ...]) -> None:
    for saved in objects:
        line = json.loads(saved.line())
        assert (line["coreMigrationVersion"], line["migrationVersion"]) == ("8.0.0", {saved.type: "8.0.0"})


def test_every_field_that_is_aggregated_can_be(
    objects: tuple[SavedObject, ...], fields: dict[str, dict[str, bool]]
) -> None:
    used = 0
    for saved in objects:
        view = _data_view(saved)
        if saved.type != "visualization" or view is None:
            continue
        for agg in json.loads(saved.attributes["visState"])["aggs"]:
            if name := agg["params"].get("field"):
                assert fields[view].get(name), (saved.id, name)
                used += 1
    assert used > 20


def test_every_column_label_and_control_is_of_a_field_that_is_there(
    objects: tuple[SavedObject, ...], fields: dict[str, dict[str, bool]]
) -> None:
    for saved in objects:
        if saved.type == "search":
            assert set(saved.attributes["columns"]) <= fields[_data_view(saved) or ""].keys()
    for view in DATA_VIEWS:
        there = fields[f"news-{view.name}"]
        assert {*view.labels, *view.formats, *filter(None, [view.time])} <= there.keys()
    for control in DASHBOARDS[0].controls:
        assert fields["news-articles"][control.field]


def test_the_body_is_no_column_of_the_news_desk(objects: tuple[SavedObject, ...]) -> None:
    desk = next(saved for saved in objects if saved.id == "news-news-desk")
    assert desk.attributes["columns"] == ["source_name", "title", "people", "countries"]
    assert json.loads(desk.attributes["kibanaSavedObjectMeta"]["searchSourceJSON"])["highlightAll"] is True


def test_the_news_can_be_filtered_by_everything_that_it_shows(objects: tuple[SavedObject, ...]) -> None:
    dashboard = next(saved for saved in objects if saved.id == "news-news")
    controls = json.loads(dashboard.attributes["controlGroupInput"]["panelsJSON"])
    names = {each.name for each in dashboard.references}
    for field in ("source_name", "language", "people", "organizations", "countries", "places", "speakers"):
        assert controls[field]["explicitInput"]["fieldName"] == field
        assert f"controlGroup_{field}:optionsListDataView" in names


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda dashboard: dashboard.name)
def test_panels_stand_side_by_side_on_the_grid(dashboard: Dashboard) -> None:
    places = [panel.place for panel in dashboard.panels] + [each.place for each in dashboard.searches if each.place]
    assert all(place.x + place.width <= 48 for place in places)
    assert not [pair for pair in combinations(places, 2) if _overlap(*pair)]


def _overlap(one: Place, other: Place) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def test_the_objects_of_another_prefix_are_others_and_look_at_other_indices() -> None:
    one, other = Assets("news").all(), Assets("archive").all()
    assert not {saved.id for saved in one} & {saved.id for saved in other}
    assert not {saved.title for saved in one} & {saved.title for saved in other}
    assert "news-articles" not in "".join(saved.line() for saved in other)
