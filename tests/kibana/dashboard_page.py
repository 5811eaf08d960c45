"""A dashboard in a browser, as somebody who looks at it would tell of it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

_DONE = """wanted => {
  const panels = [...document.querySelectorAll('[data-test-subj="embeddablePanel"]')];
  return panels.length === wanted
    && panels.every(panel => panel.querySelector('[data-render-complete="true"]'))
    && !document.querySelector('.euiLoadingChart, .globalLoadingIndicator, [data-test-subj="globalLoadingIndicator"]');
}"""
_PANEL = '[data-test-subj="embeddablePanel"]'
_SETTLED = 700
"""Milliseconds; a chart says that it is complete a moment before it is drawn."""

TROUBLE = ("error", "Error", "Could not", "Cannot", "Unrecognized", "not found", "failed to", "NaN")


class DashboardPage:
    """One dashboard with so many panels."""

    def __init__(self, page: "Page", address: str, panels: int) -> None:
        self.page, self.panels = page, panels
        page.goto(address)
        self.wait()

    def wait(self) -> None:
        """Until everything is drawn."""
        self.page.wait_for_function(_DONE, arg=self.panels)
        self.page.wait_for_timeout(_SETTLED)
        self.page.wait_for_function(_DONE, arg=self.panels)

    def titles(self) -> list[str]:
        """What the panels are called."""
        found: list[str] = self.page.eval_on_selector_all(
            _PANEL, "panels => panels.map(panel => panel.querySelector('.embPanel__titleText')?.textContent ?? '')"
        )
        return found

    def panel(self, title: str) -> "Locator":
        """The panel with this title."""
        return self.page.locator(_PANEL).filter(
            has=self.page.locator(".embPanel__titleText").get_by_text(title, exact=True)
        )

    def words(self) -> dict[str, str]:
        """What stands in each panel."""
        return {title: self.panel(title).inner_text() for title in self.titles()}

    def pictures(self) -> dict[str, bytes]:
        """What each panel looks like."""
        return {title: self.panel(title).screenshot() for title in self.titles()}

    def ask(self, query: str) -> None:
        """Type a query and send it."""
        field = self.page.locator('[data-test-subj="queryInput"]')
        field.fill(query)
        field.press("Enter")
        self.wait()
