"""Whatever a file holds ends in a record, a dead letter or one clear line: no crash, no hang, no full memory."""

import gzip
import json
import os
import resource
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command import Newsbeam, write_feeds
from corpus import rss, write_records

MEMORY = 4 * 2**30
"""Address space that the command may take, in bytes."""


@pytest.fixture
def newsbeam(tmp_path: Path) -> Newsbeam:
    write_feeds(tmp_path / "config", {})
    return Newsbeam(tmp_path / "config", str(tmp_path / "index"))


def feed(items: str) -> bytes:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{items}</channel></rss>'.encode()


def item(**parts: str) -> str:
    return "<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in parts.items()) + "</item>"


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(12))
    + b"]><rss version='2.0'><channel><title>&m;</title><item><title>&m;</title></item></channel></rss>"
)
EXTERNAL = (
    b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file://%s">]>'
    b"<rss version='2.0'><channel><title>T</title><item><title>what else &x;</title></item></channel></rss>"
)

FILES: dict[str, bytes] = {
    "empty.xml": b"",
    "empty.jsonl": b"",
    "blank.txt": b" \n\n\t ",
    "junk.xml": bytes(range(256)) * 400,
    "bomb.xml": BOMB,
    "bomb.txt.gz": gzip.compress(bytes(400 * 2**20), 9),
    "deep.html": b"<html><body>" + b"<div>" * 100_000 + b"deep down" + b"</div>" * 100_000,
    "utf16.xml": rss(2, 300).decode().replace("utf-8", "utf-16").encode("utf-16"),
    "utf16.txt": "LIMA, Peru – Der Hafen öffnet wieder, sagte die Stadt am Montag.".encode("utf-16"),
    "liar.xml": '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>T</title>'
    "<item><title>Köln grüßt</title><link>https://liar.example/1</link></item></channel></rss>".encode("windows-1252"),
    "nul.jsonl": b'{"id": "nul", "title": "with\\u0000 nul", "text": "A \\u0000 in the text."}\n\x00\x00{"id": 2}\n',
    "surrogate.jsonl": b'{"id": "half", "title": "half \\ud800 a pair", "text": "lone \\udfff surrogate"}\n',
    "page.xml": b"<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>",
    "picture.jpg": b"\xff\xd8\xff\xe0" + bytes(1000),
    "paper.pdf": b"%PDF-1.7\n" + bytes(1000),
    "bare.xml": feed("<item/>" + item(description="Only a text, without title, link, guid or date.")),
    "dates.xml": feed(
        item(title="Old", guid="d1", pubDate="Thu, 01 Jan 1970 00:00:00 GMT")
        + item(title="Future", guid="d2", pubDate="Thu, 01 Jan 2099 00:00:00 GMT")
        + item(title="Prose", guid="d3", pubDate="the day before yesterday, more or less")
    ),
    "doubles.xml": feed(item(title="One", guid="same") + item(title="Two", guid="same")),
    "links.xml": feed(
        item(title="Relative", link="/story/1", guid="l1")
        + item(title="Script", link="javascript:alert(1)", guid="l2")
        + item(title="Long", link="https://long.example/" + "x" * 10_000, guid="l3")
    ),
}


def report_of(newsbeam: Newsbeam, *paths: str, seconds: float = 240) -> dict[str, Any]:
    began = time.monotonic()
    done = subprocess.run(
        newsbeam.arguments("run", *paths, "--json"),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )
    assert done.returncode in (0, 3), done.stderr[-2000:]
    assert time.monotonic() - began < seconds
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_every_named_bad_input_is_accounted_for_and_costs_no_neighbour(newsbeam: Newsbeam, tmp_path: Path) -> None:
    news = tmp_path / "news"
    news.mkdir()
    for name, content in FILES.items():
        (news / name).write_bytes(content)
    (news / "line.txt").write_bytes(b"word " * (20 * 2**20))
    (tmp_path / "private").write_text("canary in a file of the machine")
    (news / "external.xml").write_bytes(EXTERNAL % bytes(tmp_path / "private"))
    write_records(news / "healthy.jsonl", 20)
    report = report_of(newsbeam, str(news))
    totals = report["totals"]
    assert totals["due"] == totals["fetched"] + totals["failed_documents"]
    assert report["sources"][str(news / "healthy.jsonl")]["new"] == 20

    articles = {article["origin"].removeprefix(f"{news}/"): article for article in newsbeam.articles()}
    titles = {article["title"] for article in articles.values()}
    assert {"Old", "Future", "Prose", "One", "Relative", "Script", "Long", "Köln grüßt"} <= titles
    by_title = {article["title"]: article for article in articles.values()}
    assert by_title["Old"]["published_at"] is None
    assert by_title["Future"]["published_at"] is None
    assert by_title["Prose"]["published_at_raw"] == "the day before yesterday, more or less"
    assert by_title["Script"]["url"] is None
    assert by_title["Long"]["url"] is None
    assert by_title["One"]["url"] is None
    assert len(articles["line.txt"]["body"]) <= 1_000_000
    assert "body" in articles["line.txt"]["provenance"]["cut"]
    assert "Hafen öffnet" in articles["utf16.txt"]["body"]
    assert not any("\x00" in json.dumps(article) or "\\ud800" in json.dumps(article) for article in articles.values())
    listed = newsbeam("failures", "list", "--json").stdout
    failed = {failure["origin"].removeprefix(f"{news}/") for failure in map(json.loads, listed.splitlines())}
    assert "what else" in titles | {title.partition(" &")[0] for title in titles}
    assert "canary" not in json.dumps(list(by_title)) + listed
    assert {"empty.xml", "junk.xml", "page.xml", "picture.jpg", "paper.pdf", "bomb.txt.gz"} <= failed
    again = report_of(newsbeam, str(news))["totals"]
    assert (again["new"], again["updated"]) == (0, 0)


def test_a_feed_with_fifty_thousand_items_is_read_whole(newsbeam: Newsbeam, tmp_path: Path) -> None:
    items = "".join(
        item(title=f"Story {n}", link=f"https://large.example/{n}", description=f"Story number {n} of many.")
        for n in range(50_000)
    )
    (tmp_path / "large.xml").write_bytes(feed(items))
    assert report_of(newsbeam, str(tmp_path / "large.xml"))["totals"]["new"] == 50_000


def test_a_guid_that_changes_each_poll_makes_no_new_article(newsbeam: Newsbeam, tmp_path: Path) -> None:
    path = tmp_path / "churn.xml"
    for poll in range(3):
        path.write_bytes(feed(item(title="Steady", link="https://churn.example/1", guid=f"{poll}-{time.time_ns()}")))
        newsbeam.report(str(path))
    assert len(newsbeam.articles()) == 1


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """A directory that may not be written: by its mode, or for the superuser, whom modes don't stop, by its mount."""
    directory = tmp_path / "locked"
    directory.mkdir(mode=0o500)
    if os.geteuid() != 0:
        yield directory
        return
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(directory)], check=True)
    try:
        yield directory
    finally:
        subprocess.run(["umount", str(directory)], check=True)


def test_a_directory_that_may_not_be_written_is_one_line_and_2(
    newsbeam: Newsbeam, tmp_path: Path, locked: Path
) -> None:
    corpus = write_records(tmp_path / "news.jsonl", 1)
    done = Newsbeam(newsbeam.config, str(locked / "index"))("run", str(corpus))
    assert done.returncode == 2
    assert str(locked) in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_file_where_the_index_should_be_is_one_line_and_2(newsbeam: Newsbeam, tmp_path: Path) -> None:
    corpus = write_records(tmp_path / "news.jsonl", 1)
    (tmp_path / "taken").write_text("a file")
    done = Newsbeam(newsbeam.config, str(tmp_path / "taken"))("run", str(corpus))
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_full_disk_is_try_later_and_nothing_is_lost(newsbeam: Newsbeam, tmp_path: Path) -> None:
    corpus = write_records(tmp_path / "news.jsonl", 2000, sentences=30)
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(small)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small file system can't be mounted here")
    try:
        on_small = Newsbeam(newsbeam.config, str(small / "index"))
        done = on_small("run", str(corpus))
        assert done.returncode == 75, done.stderr
        assert "full" in done.stderr + done.stdout
        subprocess.run(["mount", "-o", "remount,size=200m", str(small)], check=True)
        assert on_small.report(str(corpus))["totals"]["failed"] == 0
        assert len(on_small.articles()) == 2000
    finally:
        subprocess.run(["umount", str(small)], check=False)
