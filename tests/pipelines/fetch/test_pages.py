"""Pages are fetched as their hosts allow."""

from collections.abc import Iterator

import pytest
from misbehaving_server import PAGE, Server, serve

from models.errors import FetchError
from models.settings import FetchSettings
from pipelines.fetch import Page, fetch_pages

LOCAL = FetchSettings(allow_private_addresses=True, timeout=2, connect_timeout=1)


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as server:
        yield server


def fetch(url: str) -> Page | FetchError:
    return fetch_pages([url], LOCAL)[url]


def transient(answer: Page | FetchError) -> bool:
    assert isinstance(answer, FetchError)
    return answer.transient


def test_a_page_is_its_bytes_and_what_the_server_calls_it(server: Server) -> None:
    page = fetch(server.url + "/page")
    assert isinstance(page, Page)
    assert (page.body, page.media_type) == (PAGE, "text/html; charset=utf-8")


def test_what_robots_txt_forbids_is_not_fetched(server: Server) -> None:
    assert not transient(fetch(server.url + "/private/story"))
    assert "/private/story" not in server.seen


def test_robots_txt_is_read_once_for_many_pages(server: Server) -> None:
    fetch_pages([f"{server.url}/page?{n}" for n in range(5)], LOCAL)
    fetch(server.url + "/page")
    assert len(server.seen["/robots.txt"]) == 1


def test_a_host_without_robots_txt_allows_everything(server: Server) -> None:
    server.robots_status = 404
    assert isinstance(fetch(server.url + "/page"), Page)


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_host_whose_robots_txt_is_out_of_order_is_asked_later(server: Server, status: int) -> None:
    server.robots_status = status
    assert transient(fetch(server.url + "/page"))
    server.robots_status = 200
    assert isinstance(fetch(server.url + "/page"), Page)


@pytest.mark.parametrize(("status", "later"), [(403, False), (404, False), (410, False), (429, True), (503, True)])
def test_a_refused_page_says_whether_to_try_later(server: Server, status: int, later: bool) -> None:
    assert transient(fetch(f"{server.url}/status/{status}")) is later


def test_a_page_at_a_private_address_is_not_reached(server: Server) -> None:
    url = server.url + "/page"
    assert not transient(fetch_pages([url], FetchSettings(timeout=2))[url])
    assert not server.seen


def test_many_pages_come_together_and_each_is_answered(server: Server) -> None:
    urls = [f"{server.url}/page?{n}" for n in range(30)] + [f"{server.url}/status/404"]
    pages = fetch_pages(urls, LOCAL)
    assert list(pages) == urls
    assert sum(isinstance(page, Page) for page in pages.values()) == 30
