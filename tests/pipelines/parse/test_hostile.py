import http.server
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models.errors import ParseError
from models.outcome import Parsed

Read = Callable[..., Parsed]
Rss = Callable[..., str]


def _with_document_type(feed: str, declarations: str) -> str:
    return feed.replace("<rss ", f"<!DOCTYPE rss [{declarations}]><rss ", 1)


@pytest.fixture
def listening() -> Iterator[tuple[str, list[str]]]:
    """A real server and the paths that were asked of it."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"FETCHED")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_billion_laughs_are_not_laughed(read: Read, rss: Rss) -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    began = time.perf_counter()
    (entry,) = read(_with_document_type(rss("<title>x &l9; y</title>"), '<!ENTITY l0 "ha">' + levels)).entries
    assert entry.title == "x &l9; y"
    assert time.perf_counter() - began < 1


def test_a_quadratic_blow_up_stays_flat(read: Read, rss: Rss) -> None:
    feed = _with_document_type(
        rss(f"<title>x</title><description>{'&a;' * 100_000}</description>"), f'<!ENTITY a "{"A" * 100_000}">'
    )
    (entry,) = read(feed).entries
    assert len(entry.body or "") <= 300_000


def test_external_entities_open_no_file_and_no_connection(
    read: Read, rss: Rss, tmp_path: Path, listening: tuple[str, list[str]]
) -> None:
    secret, (address, asked) = tmp_path / "secret.txt", listening
    secret.write_text("SECRET")
    declarations = (
        f'<!ENTITY f SYSTEM "{secret.as_uri()}"><!ENTITY h SYSTEM "{address}/e"><!ENTITY % p SYSTEM "{address}/p"> %p;'
    )
    feed = _with_document_type(rss("<title>&f;&h;</title><description>&f; &h;</description>"), declarations)
    feed = feed.replace("<!DOCTYPE rss [", f'<!DOCTYPE rss SYSTEM "{address}/dtd" [')
    (entry,) = read(feed).entries
    assert "SECRET" not in (entry.title or "") + (entry.body or "")
    assert "FETCHED" not in (entry.title or "") + (entry.body or "")
    assert asked == []


def test_pages_fetch_nothing(read_file: Read, listening: tuple[str, list[str]]) -> None:
    address, asked = listening
    page = (
        f'<!DOCTYPE html SYSTEM "{address}/dtd" [<!ENTITY e SYSTEM "{address}/e">]><html><head>'
        f'<link rel="stylesheet" href="{address}/c"><title>T</title></head><body><p>&e; words</p>'
        f'<img src="{address}/i"></body></html>'
    )
    read_file(page, "/data/a.html")
    assert asked == []


@pytest.mark.parametrize(
    "item",
    [
        "<title>deep</title><description><![CDATA[" + "<div>" * 100_000 + "hello" + "]]></description>",
        "<title>deep</title><description>" + "<div>" * 100_000 + "hello" + "</div>" * 100_000 + "</description>",
        "<title>deep</title>" + "<x>" * 100_000,
        "<title>deep</title>" + "<x y='" * 100_000,
        "<title>deep</title><description>" + "<![CDATA[" * 100_000,
        "<title>deep</title><description>" + "&" * 200_000 + "</description>",
    ],
    ids=["escaped", "nested", "unclosed", "quotes", "cdata", "ampersands"],
)
def test_a_bomb_of_markup_costs_seconds_at_most(read: Read, rss: Rss, item: str) -> None:
    began = time.perf_counter()
    assert [entry.title for entry in read(rss(item)).entries][:1] == ["deep"]
    assert time.perf_counter() - began < 10


def test_a_page_nested_100_000_deep_keeps_its_words(read_file: Read) -> None:
    body = "<html><head><title>Deep</title></head><body>" + "<div>" * 100_000 + "the words" + "</div>" * 100_000
    (entry,) = read_file(body, "/data/a.html").entries
    assert (entry.title, entry.body) == ("Deep", "the words")


def test_100_mb_in_one_line_are_cut_before_they_are_decoded(read_file: Read) -> None:
    began = time.perf_counter()
    (entry,) = read_file(b"word " * 20_000_000, "/data/long.txt").entries
    assert len(entry.body or "") == 1_200_000
    assert time.perf_counter() - began < 5


def test_an_item_of_many_megabytes_is_cut(read: Read, rss: Rss) -> None:
    (entry,) = read(rss(f"<title>big</title><description>{'word ' * 4_000_000}</description>")).entries
    assert len(entry.body or "") == 1_200_000


def test_a_feed_of_50_000_items_is_read(read: Read, rss: Rss) -> None:
    items = (
        f"<title>t{n}</title><link>https://news.example/{n}</link><description>w</description>" for n in range(50_000)
    )
    began = time.perf_counter()
    parsed = read(rss(*items))
    assert len({entry.id for entry in parsed.entries}) == 50_000
    assert time.perf_counter() - began < 60


def test_characters_that_are_none_are_gone(read: Read, rss: Rss) -> None:
    (entry,) = read(rss("<title>a&#xD800;b&#0;c&#x110000;d\x00e\x1f</title><description>x\x00y</description>")).entries
    assert (entry.title, entry.body) == ("abcde", "xy")


def test_junk_named_xml_is_refused_and_said(read_file: Read) -> None:
    with pytest.raises(ParseError, match="binary data"):
        read_file(bytes((n * 7919) % 256 for n in range(5000)), "/data/junk.xml")


SHORT = 20.0
"""Seconds of one core; these documents take a tenth of that, and minutes where time grows with the square."""

GOOD = "<title>A</title><link>https://news.example/a</link>"


@pytest.mark.parametrize(
    "item",
    [
        f"{GOOD}<author>{'a.' * 200_000}</author>",
        f"{GOOD}<author>{('a.' * 400 + '<!-- -->') * 500}</author>",
        f"{GOOD}<description><![CDATA[<svg>{'<div>' * 200_000}{'</div>' * 200_000}]]></description>",
        f"{GOOD}<description><![CDATA[<svg>{'<div>' * 200_000}{'</p>' * 200_000}]]></description>",
        f"{GOOD}<description><![CDATA[<p{' ' * 2_000_000}]]></description>",
        f"{GOOD}<description>{'&amp;lt;p ' * 300_000}</description>",
    ],
    ids=["author", "author in pieces", "dropped", "ends without a start", "blanks in a tag", "escaped tags"],
)
def test_what_an_item_holds_is_read_in_time_that_grows_with_its_length(read: Read, rss: Rss, item: str) -> None:
    started = time.process_time()
    assert [entry.title for entry in read(rss(item)).entries] == ["A"]
    assert time.process_time() - started < SHORT


def test_blank_lines_before_a_feed_are_no_work(read: Read, rss: Rss) -> None:
    started = time.process_time()
    written = rss(GOOD)
    place = written.index("<rss")
    assert len(read(f"{written[:place]}<!-- x -->{chr(10) * 2_000_000}{written[place:]}").entries) == 1
    assert time.process_time() - started < SHORT


def test_a_page_of_many_small_tables_is_read_in_time(read_file: Read) -> None:
    started = time.process_time()
    tables = "<table><tr><td>a</td></tr></table>" * 40_000
    assert len(read_file(f"<html><body>{tables}</body></html>", "/data/page.html").entries) == 1
    assert time.process_time() - started < SHORT


def test_a_feed_of_thousands_of_namespaces_is_refused_with_their_number(read: Read) -> None:
    names = "".join(f"<a{number}:b xmlns:a{number}='x'>" for number in range(40_000))
    with pytest.raises(ParseError, match="declares 40,000 namespaces"):
        read(f"<rss version='2.0'><channel>{names}</channel></rss>")


@pytest.mark.parametrize(
    "odd",
    ["<title>B</title><textInput><name/></textInput>", '<x:posList xmlns:x="http://www.opengis.net/gml">1</x:posList>'],
)
def test_an_item_that_feedparser_stumbles_over_fails_alone(read: Read, rss: Rss, odd: str) -> None:
    items = [GOOD.replace("news.example/a", f"news.example/{number}") for number in range(5)]
    parsed = read(rss(*items[:3], odd, *items[3:]))
    assert [entry.url for entry in parsed.entries] == [f"https://news.example/{number}" for number in range(5)]
    (failed,) = parsed.failed
    assert failed.failure is not None
    assert "Item 4 of " in failed.failure.reason
    assert parsed.polled.entries == 6


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (r'{"id": "1", "title": "a", "image": "https://news.example/\ud800"}', "/data/a.jsonl"),
        (r'{"id": "1", "title": "a", "thumbnail": {"url": "https://news.example/\ud800"}}', "/data/a.jsonl"),
        (
            r'{"version": "https://jsonfeed.org/version/1.1", "language": "\udfff", "items":'
            r' [{"id": "1", "title": "a", "language": "\ud800", "image": "https://news.example/\ud800"}]}',
            "/data/a.json",
        ),
        (
            r'<html><body><script type="application/ld+json">{"@type": "NewsArticle", "headline": "a",'
            r' "image": "https://news.example/\ud800"}</script><p>A text.</p></body></html>',
            "/data/a.html",
        ),
    ],
)
def test_half_characters_in_json_are_left_out(read_file: Read, body: str, path: str) -> None:
    (entry,) = read_file(body, path).entries
    assert entry.title == "a"
    assert entry.model_dump_json()
