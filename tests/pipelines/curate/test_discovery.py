"""The feed behind an address, whatever the address is."""

import pytest
from corpus import rss
from misbehaving_server import Server

from models.errors import SetupError, TryLater
from models.settings import Settings
from pipelines.curate.discovery import USUAL_PLACES, discover

JSON_FEED = (
    b'{"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": [{"id": "1", "content_text": "x"}]}'
)


def page(*links: str, body: str = "", base: str = "") -> bytes:
    return f"<!doctype html><html><head>{base}{''.join(links)}</head><body>{body}</body></html>".encode()


def link(href: str, kind: str = "application/rss+xml", rel: str = "alternate") -> str:
    return f'<link rel="{rel}" type="{kind}" href="{href}">'


def feed(title: str, home: str) -> bytes:
    return rss(3, title=title).replace(b"https://archive.example/</link>", f"{home}</link>".encode(), 1)


def test_a_feed_is_its_own_feed(server: Server, settings: Settings) -> None:
    found = discover(f"{server.url}/feed", settings)
    assert (found.chosen.url, found.others) == (f"{server.url}/feed", ())
    assert found.chosen.text.title == "Archive"
    assert list(server.seen) == ["/robots.txt", "/feed"]


def test_a_page_names_its_feed_relative_to_its_base(server: Server, settings: Settings) -> None:
    server.feeds["/news/page"] = page(link("all.xml?a=1&amp;b=2"), base='<base href="/feeds/">')
    server.feeds["/feeds/all.xml"] = rss(2)
    assert discover(f"{server.url}/news/page", settings).chosen.url == f"{server.url}/feeds/all.xml?a=1&b=2"


@pytest.mark.parametrize(("kind", "body"), [("application/feed+json", JSON_FEED), ("application/atom+xml", rss(1))])
def test_every_kind_of_feed_may_be_named(server: Server, settings: Settings, kind: str, body: bytes) -> None:
    server.feeds |= {"/p": page(link("/f", kind, "home ALTERNATE")), "/f": body}
    assert discover(f"{server.url}/p", settings).chosen.url == f"{server.url}/f"


def test_of_several_the_one_of_the_whole_site_is_taken(server: Server, settings: Settings) -> None:
    names = ("comments", "politics", "site", "sports")
    server.feeds["/p"] = page(*(link(f"/{name}.xml") for name in names))
    server.feeds["/comments.xml"] = feed("Comments on everything", "https://s.example/")
    server.feeds["/politics.xml"] = feed("Politics", "https://s.example/politics")
    server.feeds["/site.xml"] = feed("The Site", "https://s.example")
    server.feeds["/sports.xml"] = feed("Sports", "https://s.example/sports/all")
    found = discover(f"{server.url}/p", settings)
    assert found.chosen.text.title == "The Site"
    assert [other.text.title for other in found.others] == ["Comments on everything", "Politics", "Sports"]


def test_where_none_is_of_the_whole_site_the_highest_one_and_then_the_first_is_taken(
    server: Server, settings: Settings
) -> None:
    server.feeds["/p"] = page(*(link(f"/{name}.xml") for name in "abc"))
    server.feeds |= {
        f"/{name}.xml": feed(name, f"https://s.example/{path}")
        for name, path in zip("abc", ("x/y", "x", "z"), strict=True)
    }
    assert discover(f"{server.url}/p", settings).chosen.text.title == "b"


def test_what_is_named_and_broken_is_passed_over(server: Server, settings: Settings) -> None:
    server.feeds["/p"] = page(link("/status/404"), link("/html"), link("javascript:x"), link("/feed"), link("/feed#x"))
    found = discover(f"{server.url}/p", settings)
    assert (found.chosen.url, found.others) == (f"{server.url}/feed", ())


def test_a_page_that_names_none_is_searched_for_links_to_one(server: Server, settings: Settings) -> None:
    server.feeds["/p"] = page(body='<a href="https://other.example/rss.xml">o</a> <a href="/our/rss">Subscribe</a>')
    server.feeds["/our/rss"] = rss(1)
    assert discover(f"{server.url}/p", settings).chosen.url == f"{server.url}/our/rss"


def test_the_usual_places_are_tried_in_turn_until_one_is_a_feed(server: Server, settings: Settings) -> None:
    server.feeds["/blog"] = page()
    assert discover(f"{server.url}/blog", settings).chosen.url == f"{server.url}/feed"
    asked = [path for path in server.seen if path != "/robots.txt"]
    assert asked == ["/blog", *(f"/blog/{place}" for place in USUAL_PLACES), "/feed"]
    assert server.most_under_way == 1


def test_nothing_is_guessed_where_robots_may_not_go(server: Server, settings: Settings) -> None:
    server.robots = b"User-agent: *\nDisallow: /rss.xml\nDisallow: /feed\n"
    server.feeds |= {"/p": page(), "/rss.xml": rss(1)}
    with pytest.raises(SetupError, match="nor at the usual places"):
        discover(f"{server.url}/p", settings)
    assert "/rss.xml" not in server.seen


def test_a_page_that_robots_may_not_read_is_not_searched(server: Server, settings: Settings) -> None:
    with pytest.raises(SetupError, match=r"may not be fetched by robots.*Name the address of the feed itself"):
        discover(f"{server.url}/private/page", settings)
    server.feeds["/private/feed"] = rss(1)
    assert discover(f"{server.url}/private/feed", settings).chosen.url == f"{server.url}/private/feed"


def test_guessing_ends_when_the_server_is_in_trouble(server: Server, settings: Settings) -> None:
    with pytest.raises(TryLater, match="503"):
        discover(f"{server.url}/status/503", settings)
    server.feeds["/wait-seconds"] = page()
    with pytest.raises(TryLater, match="/wait-seconds/feed"):
        discover(f"{server.url}/wait-seconds", settings)
    assert "/feed" not in server.seen


def test_named_feeds_that_are_away_are_no_reason_to_look_elsewhere(server: Server, settings: Settings) -> None:
    server.feeds["/p"] = page(link("/status/404"), link("/status/503"))
    with pytest.raises(TryLater, match="503"):
        discover(f"{server.url}/p", settings)
    assert "/feed" not in server.seen


def test_a_feed_is_found_while_robots_txt_is_away_and_a_page_is_not_read(server: Server, settings: Settings) -> None:
    server.robots_status = 503
    assert discover(f"{server.url}/feed", settings).chosen.url == f"{server.url}/feed"
    server.feeds["/p"] = page(link("/feed"))
    with pytest.raises(TryLater, match="robots"):
        discover(f"{server.url}/p", settings)


@pytest.mark.parametrize("path", ["/status/404", "/status/410", "/loop"])
def test_an_address_where_nothing_is_is_wrong_usage(server: Server, settings: Settings, path: str) -> None:
    with pytest.raises(SetupError, match=path):
        discover(server.url + path, settings)


def test_a_move_for_good_is_followed_and_another_is_not(server: Server, settings: Settings) -> None:
    assert discover(f"{server.url}/elsewhere?/feed", settings).chosen.url == f"{server.url}/feed"
    assert discover(f"{server.url}/elsewhere?/hops/1", settings).chosen.url == f"{server.url}/hops/1"


def test_a_private_address_is_refused(server: Server) -> None:
    with pytest.raises(SetupError, match="not public"):
        discover(f"{server.url}/feed", Settings())


@pytest.mark.parametrize(
    "junk", [b"", b"<html", b"\x00\xff" * 100, b"%PDF-1.4", page("<link>", '<link rel href="//["')]
)
def test_junk_has_no_feed(server: Server, settings: Settings, junk: bytes) -> None:
    server.feeds["/p"] = junk
    server.robots = b"User-agent: *\nDisallow: /feed\n"
    with pytest.raises(SetupError, match="no feed"):
        discover(f"{server.url}/p", settings)
