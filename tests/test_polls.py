"""Feeds over HTTP, polled by the real command: cursors move only after the articles are in the index."""

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import Newsbeam, write_feeds
from corpus import rss
from misbehaving_server import HTML, Server, serve


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as server:
        yield server


@pytest.fixture
def newsbeam(tmp_path: Path, server: Server) -> Newsbeam:
    server.feeds["/herald"] = rss(5)
    write_feeds(tmp_path / "config", {"herald": server.url + "/herald"})
    return Newsbeam(tmp_path / "config", str(tmp_path / "index"))


def test_a_feed_is_polled_when_it_is_due_and_unchanged_bytes_cost_nothing(newsbeam: Newsbeam, server: Server) -> None:
    assert newsbeam.report()["totals"]["new"] == 5
    nothing = newsbeam.report()
    assert (nothing["exit_reason"], nothing["totals"]["due"]) == ("nothing was due", 0)
    again = newsbeam.report("--all")
    assert (again["totals"]["not_modified"], again["totals"]["seen"]) == (1, 0)
    assert [headers.get("if-none-match") is not None for headers in server.seen["/herald"]] == [False, True]


def test_new_and_changed_items_of_a_feed_arrive_and_the_rest_is_unchanged(newsbeam: Newsbeam, server: Server) -> None:
    newsbeam.report()
    server.feeds["/herald"] = rss(7).replace(b"Reporter", b"Reporter").replace(b"<title>", b"<title>Now: ", 2)
    totals = newsbeam.report("--all")["totals"]
    assert (totals["new"], totals["updated"], totals["unchanged"]) == (2, 1, 4)


def test_one_feed_can_be_asked_for_by_its_id(newsbeam: Newsbeam) -> None:
    assert newsbeam.report("--source", "herald")["totals"]["new"] == 5
    done = newsbeam("run", "--source", "heralt")
    assert done.returncode == 2
    assert "did you mean 'herald'" in done.stderr


def test_a_poll_that_was_killed_is_asked_for_again_whole(newsbeam: Newsbeam, server: Server) -> None:
    server.feeds["/herald"] = rss(400)
    process = newsbeam.start("run")
    while not server.seen["/herald"] and process.poll() is None:
        time.sleep(0.01)
    time.sleep(0.2)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    totals = newsbeam.report()["totals"]
    assert totals["seen"] == 400
    assert "if-none-match" not in server.seen["/herald"][-1]
    assert len(newsbeam.articles()) == 400


def test_the_same_story_in_two_feeds_is_one_article(tmp_path: Path, server: Server) -> None:
    server.feeds.update({"/herald": rss(5), "/post": rss(5, title="The Post")})
    write_feeds(tmp_path / "config", {"herald": server.url + "/herald", "post": server.url + "/post"})
    newsbeam = Newsbeam(tmp_path / "config", str(tmp_path / "index"))
    report = newsbeam.report()
    assert (report["totals"]["new"], report["totals"]["duplicate"]) == (5, 5)
    assert report["sources"]["post"]["duplicate"] == 5
    assert {article["source_id"] for article in newsbeam.articles()} == {"herald"}


def test_a_back_fill_from_a_file_and_the_live_feed_never_double(newsbeam: Newsbeam, tmp_path: Path) -> None:
    (tmp_path / "archive.xml").write_bytes(rss(8))
    assert newsbeam.report()["totals"]["new"] == 5
    totals = newsbeam.report(str(tmp_path / "archive.xml"))["totals"]
    assert (totals["new"], totals["duplicate"]) == (3, 5)


def test_broken_feeds_are_said_and_cost_no_neighbour(tmp_path: Path, server: Server) -> None:
    server.feeds["/herald"] = rss(3)
    bad = ("status/500", "html", "drip", "bomb", "hang-up")
    feeds = {"herald": server.url + "/herald", **{name.replace("/", "-"): f"{server.url}/{name}" for name in bad}}
    write_feeds(tmp_path / "config", feeds, timeout=2)
    newsbeam = Newsbeam(tmp_path / "config", str(tmp_path / "index"))
    report = newsbeam.report()
    assert (report["totals"]["new"], report["totals"]["failed_documents"]) == (3, len(bad))
    failures = [json.loads(line) for line in newsbeam("failures", "list", "--json").stdout.splitlines()]
    assert {failure["source_id"] for failure in failures} == {*feeds} - {"herald"}
    (parse,) = [failure for failure in failures if failure["stage"] == "parse"]
    assert parse["source_id"] == "html"
    assert parse["raw_length"] == len(HTML)
    server.feeds["/html"] = rss(1)
    newsbeam.report("--source", "html")
    left = {json.loads(line)["source_id"] for line in newsbeam("failures", "list", "--json").stdout.splitlines()}
    assert "html" not in left


def test_when_nothing_can_be_reached_the_run_says_try_later(tmp_path: Path) -> None:
    write_feeds(tmp_path / "config", {"gone": "http://127.0.0.1:9/feed"})
    report = Newsbeam(tmp_path / "config", str(tmp_path / "index")).report(code=75)
    assert report["exit_reason"] == "nothing that was due could be reached"


def test_pages_fill_teasers_and_a_blocked_page_leaves_the_feeds_own_text(tmp_path: Path, server: Server) -> None:
    items = "".join(
        f"<item><title>{name}</title><link>{server.url}{path}</link><description>In short.</description></item>"
        for name, path in (("Open", "/page"), ("Closed", "/private/x"), ("Later", "/status/503"))
    )
    server.feeds["/teasers"] = f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>".encode()
    write_feeds(tmp_path / "config", {"teasers": server.url + "/teasers"}, full_text="page")
    newsbeam = Newsbeam(tmp_path / "config", str(tmp_path / "index"))
    newsbeam.report()
    status = {article["title"]: article["text_status"] for article in newsbeam.articles()}
    assert status == {"Open": "full", "Closed": "blocked", "Later": "pending"}
    bodies = {article["title"]: article["body"] for article in newsbeam.articles()}
    assert "Paragraph 3 of the story" in bodies["Open"]
    assert bodies["Later"] == "In short."

    waiting = newsbeam.report("--all")["totals"]
    assert (waiting["unchanged"], waiting["updated"]) == (3, 0)
    assert len(server.seen["/status/503"]) == 2
    server.feeds["/status/503"] = server_page()
    assert newsbeam.report("--all")["totals"]["updated"] == 1
    assert newsbeam.report("--all")["totals"]["not_modified"] == 1


def server_page() -> bytes:
    paragraphs = "".join(f"<p>Sentence {n} of the page that came late to its readers.</p>" for n in range(12))
    return f"<html><body><article>{paragraphs}</article></body></html>".encode()
