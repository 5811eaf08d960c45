"""Takes the pictures in docs/kibana.md, over invented articles only."""

from pathlib import Path

from elasticsearch import Elasticsearch
from elasticsearch_server import elasticsearch
from kibana.browser import browser
from kibana.dashboard_page import DashboardPage
from kibana.dashboards_server import dashboards, import_objects
from kibana.newsroom import fill

from pipelines.kibana.assets import Assets
from pipelines.kibana.feed_health import feed_health
from pipelines.kibana.news import news
from tests.clearing import delete_all

DOCS = Path(__file__).resolve().parents[2] / "docs"
PREFIX = "newsbeam-pictures"


def _take(server: str) -> None:
    fill(f"{server}/{PREFIX}")
    with dashboards(server) as address, browser() as running:
        import_objects(address, [each.line() for each in Assets(PREFIX).all()])
        for dashboard in (news("articles"), feed_health()):
            page = running.new_page(viewport={"width": 1400, "height": 1700})
            shown = len(dashboard.panels) + sum(search.place is not None for search in dashboard.searches)
            view = f"{address}/app/dashboards#/view/{PREFIX}-{dashboard.name}"
            DashboardPage(page, f"{view}?embed=true", shown)
            page.screenshot(path=DOCS / f"kibana-{dashboard.name}.png")
            if dashboard.name == "news":
                opened = DashboardPage(running.new_page(viewport={"width": 1400, "height": 3000}), view, shown)
                opened.ask('"heilige Mission"')
                desk = opened.panel("News desk")
                desk.locator('[data-test-subj="docTableExpandToggleColumn"]').first.click()
                desk.locator("mark").first.wait_for()
                desk.screenshot(path=DOCS / "kibana-search.png")


def main() -> None:
    """All pictures anew."""
    with elasticsearch() as server:
        try:
            _take(server)
        finally:
            with Elasticsearch(server) as client:
                delete_all(client, f"{PREFIX}-")


if __name__ == "__main__":
    main()
