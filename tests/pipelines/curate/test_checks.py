"""What one look at a feed tells a curator."""

from datetime import timedelta
from email.utils import formatdate

import pytest
from corpus import rss
from misbehaving_server import Server

from models.curation import FeedCheck
from models.settings import Settings
from models.source import Content, FeedSource, FullText
from pipelines.curate.checks import check_feeds

LONG = "The ferry across the wide bay will run again from Monday, the harbour master said. " * 30


def item(number: int, *, text: str = LONG, date: str | None = None, link: bool = True) -> str:
    written = f"<pubDate>{formatdate(usegmt=True) if date is None else date}</pubDate>" if date != "" else ""
    address = f"<link>https://s.example/{number}</link>" if link else ""
    about = f"<title>Story {number}</title>{address}<guid isPermaLink='false'>g{number}</guid>{written}"
    return f"<item>{about}<description>{text}</description></item>"


def feed(*items: str) -> bytes:
    return f'<rss version="2.0"><channel><title>T</title><link>https://s.example/</link>{"".join(items)}</channel></rss>'.encode()


def source(server: Server, path: str, id_: str = "it", **content: object) -> FeedSource:
    return FeedSource(id=id_, url=server.url + path, name="It", content=Content.model_validate(content))


def check(server: Server, settings: Settings, body: bytes, **content: object) -> FeedCheck:
    server.feeds["/it"] = body
    (found,) = check_feeds([source(server, "/it", **content)], settings, 10)
    return found


def kinds(found: FeedCheck) -> list[str]:
    return [finding.kind for finding in found.findings]


def test_a_good_feed_is_shown_with_what_would_be_indexed(server: Server, settings: Settings) -> None:
    found = check(server, settings, feed(*map(item, range(12))))
    assert (found.error, found.findings) == (None, ())
    assert (found.title, found.language, found.entries, len(found.records)) == ("T", "en", 12, 10)
    record = found.records[0]
    assert (record.title, record.url, record.language, record.text_from) == (
        "Story 0",
        "https://s.example/0",
        "en",
        "feed",
    )
    assert record.words > 100
    assert record.published_at == found.newest
    assert len(server.seen["/it"]) == 1


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (feed(), ["no-entries"]),
        (feed(item(1, date=""), item(2)), ["no-dates"]),
        (feed(item(1, date="soon"), item(2, date="later")), ["odd-dates"]),
        (feed(item(1, date="Sat, 01 Jan 2022 12:00:00 GMT")), ["stale"]),
        (feed(item(1, text="Short.")), ["teasers"]),
        (feed(item(1, link=False)), ["no-links"]),
    ],
)
def test_what_looks_wrong_is_said(server: Server, settings: Settings, body: bytes, expected: list[str]) -> None:
    found = check(server, settings, body)
    assert (kinds(found), found.error) == (expected, None)


def test_times_without_a_zone_ask_for_one_until_it_is_given(server: Server, settings: Settings) -> None:
    body = feed(item(1, date=formatdate().rpartition(" ")[0]))
    assert kinds(check(server, settings, body)) == ["no-zone"]
    assert kinds(check(server, settings, body, timezone="Europe/Berlin")) == []


def test_with_pages_the_text_comes_from_them_and_what_blocks_is_said(server: Server, settings: Settings) -> None:
    short = item(1, text="Short.").replace("https://s.example/1", f"{server.url}/page")
    found = check(server, settings, feed(short), full_text=FullText.PAGE)
    assert kinds(found) == []
    assert (found.records[0].text_from, found.records[0].text_status) == ("page", "full")
    found = check(server, settings, feed(short.replace("/page", "/private/x")), full_text=FullText.PAGE)
    assert kinds(found) == ["blocked-pages"]


def test_what_the_feeds_words_leave_out_is_counted(server: Server, settings: Settings) -> None:
    body = feed(item(1), item(2, text=LONG.replace("ferry", "tram")), item(3))
    found = check(server, settings, body, exclude=("ferry",))
    assert [finding.message for finding in found.findings] == [
        "2 of 3 entries looked at are left out by its include and exclude words"
    ]
    assert [record.title for record in found.records] == ["Story 2"]


def test_pages_are_fetched_for_the_records_that_are_shown_only(server: Server, settings: Settings) -> None:
    items = [item(n, text="Short.").replace("https://s.example/", f"{server.url}/page/") for n in range(5)]
    server.feeds["/it"] = feed(*items)
    check_feeds([source(server, "/it", full_text=FullText.PAGE)], settings, 2)
    assert sum(path.startswith("/page") for path in server.seen) == 2


def test_redirects_are_told_apart_and_odd_types_named(server: Server, settings: Settings) -> None:
    feeds = [
        source(server, path, id_) for id_, path in (("a", "/elsewhere?/feed"), ("b", "/hops/2"), ("c", "/page.html"))
    ]
    server.feeds["/page.html"] = rss(1, 40)
    moved, hopping, _ = check_feeds(feeds, settings, 0)
    assert ("moved", f"it has moved for good; write url: {server.url}/feed") in [
        (f.kind, f.message) for f in moved.findings
    ]
    assert "redirected" in kinds(hopping)
    assert moved.final_url == f"{server.url}/feed"


def test_a_feed_that_asks_to_be_read_less_often_than_configured_is_named(server: Server, settings: Settings) -> None:
    server.feeds["/it"] = rss(3).replace(b"<channel>", b"<channel><ttl>60</ttl>")
    often, seldom = (source(server, "/it").model_copy(update={"every": timedelta(hours=n)}) for n in (0.5, 2))
    (found,) = check_feeds([often], settings, 0)
    assert "it asks to be read every 1h at most, and is read no more often" in [f.message for f in found.findings]
    (found,) = check_feeds([seldom], settings, 0)
    assert "rare" not in kinds(found)
    cached = source(server, "/said?Cache-Control=max-age%3D31536000").model_copy(update={"every": timedelta(hours=1)})
    (found,) = check_feeds([cached], settings, 0)
    assert "it asks to be read every 1d at most, and is read no more often" in [f.message for f in found.findings]


def test_a_feed_that_the_server_calls_a_page_is_read_and_the_type_named(server: Server, settings: Settings) -> None:
    (found,) = check_feeds([source(server, "/typed/text/html")], settings, 0)
    assert "media-type" in kinds(found)
    assert "'text/html'" in found.findings[0].message
    assert found.entries == 3


def test_two_feeds_that_are_one_are_found_by_address_and_by_entries(server: Server, settings: Settings) -> None:
    server.feeds |= {"/a": rss(5), "/b": rss(4), "/c": rss(5, 20)}
    feeds = [source(server, path, id_) for id_, path in (("a", "/a"), ("b", "/b"), ("c", "/c"), ("d", "/elsewhere?/a"))]
    found = check_feeds(feeds, settings, 0)
    doubles = {each.id: f.message for each in found for f in each.findings if f.kind == "double"}
    assert doubles == {
        "b": "it has the same entries as feed 'a'",
        "d": "it leads to the same address as feed 'a'; remove one of them",
    }
    configured = [source(server, "/c", "elsewhere")]
    (alone,) = check_feeds([source(server, "/elsewhere?/c", "x")], settings, 0, configured)
    assert "it leads to the same address as feed 'elsewhere'; remove one of them" in [f.message for f in alone.findings]


@pytest.mark.parametrize(
    ("path", "unreachable"),
    [("/html", False), ("/status/404", False), ("/status/503", True), ("/broken-off", True), ("/bomb", False)],
)
def test_a_feed_that_cannot_be_read_says_why(server: Server, settings: Settings, path: str, unreachable: bool) -> None:
    (found,) = check_feeds([source(server, path)], settings, 5)
    assert found.error is not None
    assert path in found.error
    assert found.unreachable is unreachable


def test_many_are_asked_at_once_and_come_back_in_their_order(server: Server, settings: Settings) -> None:
    feeds = [source(server, f"/slow/{number}", f"f{number}") for number in range(6)]
    wide = settings.model_copy(update={"fetch": settings.fetch.model_copy(update={"per_host": 6})})
    assert [found.id for found in check_feeds(feeds, wide, 0)] == [feed.id for feed in feeds]
    assert server.most_under_way > 2
