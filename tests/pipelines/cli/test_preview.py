"""`newsbeam preview`: a curator's look at what would be indexed."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from in_process import Command

STORY = (
    "The council of Ostbruck voted on Monday to rebuild the old bridge over the river, which a flood had carried"
    " away in the spring. The work will take two years, the mayor said, and the ferry will go on until then."
)
FEED = f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Ostbruck Courier</title><link>https://courier.example/</link>
<item><title>Bridge to be rebuilt</title><link>https://courier.example/bridge</link><guid>bridge</guid>
<pubDate>Mon, 28 Apr 2025 07:00:00 +0200</pubDate><description>{STORY}</description></item>
<item><title>Ferry goes on</title><link>https://courier.example/ferry</link><guid>ferry</guid>
<description>{STORY} Nobody knows for how long.</description></item>
</channel></rss>"""
PAGE = f"""<!doctype html><html lang="en"><head><title>Bridge to be rebuilt - Courier</title>
<meta property="og:title" content="Bridge to be rebuilt"></head>
<body><article><h1>Bridge to be rebuilt</h1><p>{STORY}</p><p>{STORY}</p></article></body></html>"""
BODIES = {"/feed": ("application/rss+xml", FEED), "/page": ("text/html", PAGE)}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The address of a local site, and a configuration that allows it."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            media_type, body = BODIES.get(self.path, ("text/plain", ""))
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", media_type)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    (tmp_path / "config").mkdir()
    (tmp_path / "config/newsbeam.yaml").write_text("fetch: {allow_private_addresses: true}\n")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_file_is_shown_for_reading(newsbeam: Command, tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_text(FEED)
    done = newsbeam("preview", "feed.xml")
    assert done.code == 0
    assert "Bridge to be rebuilt" in done.out
    assert "English (en)" in done.out
    assert "2025-04-28 05:00:00 UTC, written Mon, 28 Apr 2025 07:00:00 +0200" in done.out
    assert STORY[:60] in done.out
    assert not (tmp_path / "data").exists()


def test_json_is_one_record_a_line(newsbeam: Command, tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_text(FEED)
    done = newsbeam("preview", "feed.xml", "--json")
    records = [json.loads(line) for line in done.out.splitlines()]
    assert [record["title"] for record in records] == ["Bridge to be rebuilt", "Ferry goes on"]
    assert records[0]["url"] == "https://courier.example/bridge"
    assert len(newsbeam("preview", "feed.xml", "--json", "--limit", "1").out.splitlines()) == 1


def test_the_address_of_a_feed_works(newsbeam: Command, site: str) -> None:
    done = newsbeam("preview", f"{site}/feed", "--json")
    assert done.code == 0, done.err
    assert [json.loads(line)["source_name"] for line in done.out.splitlines()] == [site.removeprefix("http://")] * 2


def test_the_address_of_an_article_works(newsbeam: Command, site: str) -> None:
    done = newsbeam("preview", f"{site}/page", "--json")
    assert done.code == 0, done.err
    (record,) = map(json.loads, done.out.splitlines())
    assert record["title"] == "Bridge to be rebuilt"
    assert STORY in record["body"]


def test_the_address_of_a_configured_feed_is_read_with_its_settings(
    newsbeam: Command, site: str, tmp_path: Path
) -> None:
    (tmp_path / "config/feeds.yaml").write_text(
        f"feeds:\n  - {{id: courier, url: '{site}/feed', name: Courier, section: local, exclude: [ferry goes on]}}\n"
    )
    done = newsbeam("preview", f"{site}/feed", "--json")
    (record,) = map(json.loads, done.out.splitlines())
    assert (record["title"], record["source_id"], record["section"]) == ("Bridge to be rebuilt", "courier", "local")


def test_a_configured_feed_that_is_a_page_is_a_failure(newsbeam: Command, site: str, tmp_path: Path) -> None:
    (tmp_path / "config/feeds.yaml").write_text(f"feeds:\n  - {{id: courier, url: '{site}/page', name: Courier}}\n")
    done = newsbeam("preview", f"{site}/page")
    assert (done.code, done.out) == (3, "")
    assert "HTML page" in done.err


def test_a_private_address_is_refused_unless_the_configuration_allows_it(
    newsbeam: Command, site: str, tmp_path: Path
) -> None:
    (tmp_path / "config/newsbeam.yaml").write_text("")
    done = newsbeam("preview", f"{site}/feed")
    assert done.code == 3
    assert "an address that is not public" in done.err


def test_what_fails_is_said_and_its_neighbours_are_shown(newsbeam: Command, site: str, tmp_path: Path) -> None:
    (tmp_path / "junk.xml").write_bytes(bytes(range(256)) * 4)
    done = newsbeam("preview", "junk.xml", f"{site}/nothing", f"{site}/feed", "--json")
    assert done.code == 0
    assert len(done.out.splitlines()) == 2
    assert "junk.xml" in done.err
    assert f"{site}/nothing" in done.err


def test_a_path_where_nothing_is_is_wrong_usage(newsbeam: Command) -> None:
    done = newsbeam("preview", "nowhere.txt")
    assert done.code == 2
    assert "nowhere.txt" in done.err
