"""The dashboards in a real browser, in front of a real Elasticsearch that holds some thousand articles."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from elasticsearch import Elasticsearch
from kibana.dashboard_page import TROUBLE, DashboardPage

from pipelines.kibana.feed_health import feed_health
from pipelines.kibana.news import news
from pipelines.kibana.panels import Dashboard

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser

ALL = (news("articles"), feed_health())


def _titles(dashboard: Dashboard) -> list[str]:
    return [panel.title for panel in dashboard.panels] + [each.title for each in dashboard.searches if each.place]


def _open(page: "Page", dashboards: str, prefix: str, dashboard: Dashboard) -> DashboardPage:
    address = f"{dashboards}/app/dashboards#/view/{prefix}-{dashboard.name}"
    return DashboardPage(page, address, len(_titles(dashboard)))


@pytest.fixture(scope="module", params=ALL, ids=lambda dashboard: dashboard.name)
def seen(
    request: pytest.FixtureRequest, window: "BrowserContext", dashboards: str, installed: str
) -> Iterator[DashboardPage]:
    """A dashboard that is only looked at."""
    page = window.new_page()
    yield _open(page, dashboards, installed, request.param)
    page.close()


def test_every_panel_shows_something(seen: DashboardPage) -> None:
    dashboard = next(each for each in ALL if len(_titles(each)) == seen.panels)
    assert sorted(seen.titles()) == sorted(_titles(dashboard))
    shown = seen.words()
    documents = {each.title for each in dashboard.searches}  # what is written in them is not ours
    assert [title for title, said in shown.items() if "No results" in said] == []
    assert [
        title for title, said in shown.items() if title not in documents and any(word in said for word in TROUBLE)
    ] == []
    assert seen.page.locator(".visError, .vgaVis__messages, .euiToast--danger").count() == 0


@pytest.mark.parametrize("seen", ALL[1:], indirect=True, ids=["feed-health"])
def test_the_health_of_feeds_is_told(seen: DashboardPage) -> None:
    shown = seen.words()
    conditions = shown["Feeds by condition"]
    assert [name for name in ("gazette", "northern", "alpen") if name not in conditions] == []
    assert "The entry has neither a title nor a text." in shown["Failures by reason"]


def test_a_click_on_a_person_filters_every_panel(
    page: "Page", dashboards: str, installed: str, elasticsearch_url: str
) -> None:
    opened = _open(page, dashboards, installed, ALL[0])
    before = opened.pictures()
    cell = opened.panel("People").get_by_role("gridcell").filter(has_text="Ada Brandt")
    cell.hover()
    cell.get_by_label("Filter for value: Ada Brandt").click()
    opened.wait()
    after = opened.pictures()
    assert [title for title in before if before[title] == after[title]] == []
    with Elasticsearch(elasticsearch_url) as client:
        week = {"range": {"timestamp": {"gte": "now-7d"}}}
        query = {"bool": {"filter": [{"term": {"people": "Ada Brandt"}}, week]}}
        expected = client.count(index=f"{installed}-articles", query=query)["count"]
    assert f"of {expected}" in opened.panel("News desk").inner_text()
    assert str(expected) in opened.panel("People").inner_text()


def test_a_click_on_a_bubble_of_the_map_filters_for_what_is_around_it(
    page: "Page", dashboards: str, installed: str
) -> None:
    opened = _open(page, dashboards, installed, ALL[0])
    every = opened.panel("News desk").get_by_text(" of ").first.inner_text()
    place = page.evaluate(
        """() => {
          const view = window.VEGA_DEBUG.view, cells = view.data('cells'), [x, y] = view.origin();
          const largest = cells.reduce((one, other) => (other.doc_count > one.doc_count ? other : one));
          return {x: largest.x + x, y: largest.y + y};
        }"""
    )
    opened.panel("Places").locator("canvas").click(position=place)
    page.locator('[data-test-subj~="filter"]').first.wait_for()
    opened.wait()
    assert opened.panel("News desk").get_by_text(" of ").first.inner_text() != every


def test_a_search_looks_into_the_texts_and_highlights_what_it_found(
    page: "Page", dashboards: str, installed: str
) -> None:
    opened = _open(page, dashboards, installed, ALL[0])
    opened.ask('"heilige Mission"')
    desk = opened.panel("News desk")
    assert desk.locator("thead").inner_text().split() == ["Time", "source_name", "title", "people", "countries"]
    assert "of 1\n" in desk.inner_text()
    desk.locator('[data-test-subj="docTableExpandToggleColumn"]').first.click()
    marked = desk.locator("mark")
    marked.first.wait_for()
    assert "heilige Mission" in " ".join(marked.all_inner_texts())


def test_where_nothing_is_named_the_panel_says_so(page: "Page", dashboards: str, installed: str) -> None:
    opened = _open(page, dashboards, installed, ALL[0])
    opened.ask("not people: * and not organizations: * and not countries: * and not speakers: *")
    shown = opened.words()
    assert "no person named" in shown["People"]
    assert "no organization named" in shown["Organizations"]
    assert "nobody quoted" in shown["Speakers"]
    assert "no country named" in shown["Countries"]


def test_a_second_install_leaves_what_somebody_changed_in_the_saved_objects_themselves(
    kibana: str, dashboards: str, newsroom: str, installed: str
) -> None:
    def install() -> dict[str, str]:
        command = [sys.executable, "-m", "pipelines.cli", "kibana", "install", "--url", kibana, "--json"]
        done = subprocess.run([*command, "--index", newsroom], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return {each["id"]: each["action"] for each in map(json.loads, done.stdout.splitlines())}

    assert set(install().values()) == {"unchanged"}
    changed = urllib.request.Request(
        f"{dashboards}/api/saved_objects/search/{installed}-quote-desk",
        data=json.dumps({"attributes": {"title": "Our quotes"}}).encode(),
        headers={"osd-xsrf": "true", "content-type": "application/json"},
        method="PUT",
    )
    urllib.request.urlopen(changed, timeout=30).close()
    found = install()
    assert [id_ for id_, action in found.items() if action != "unchanged"] == [f"{installed}-quote-desk"]
    assert found[f"{installed}-quote-desk"] == "left"
