from collections.abc import Callable
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.document import Document
from models.feed_state import FeedState
from models.outcome import Parsed
from models.settings import FileSettings
from models.source import Content
from pipelines.parse import canonical_url, parse
from pipelines.parse.entries import REMEMBERED

Read = Callable[..., Parsed]
Rss = Callable[..., str]


def _id(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()[:32]


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("HTTPS://News.Example:443/A/b?x=1#part", "https://news.example/A/b?x=1"),
        ("http://news.example:80", "http://news.example/"),
        ("http://news.example:8080/a", "http://news.example:8080/a"),
        ("https://münchen.example/straße", "https://xn--mnchen-3ya.example/stra%C3%9Fe"),
        ("https://news.example/a?b=2&utm_source=x&a=1&fbclid=y&UTM_Medium=z", "https://news.example/a?b=2&a=1"),
        ("https://news.example/a?ref=rss&gclid=1&at_medium=RSS&ns_campaign=2&cmp=3", "https://news.example/a"),
        ("https://news.example/a?mod=rss_markets", "https://news.example/a"),
        ("https://news.example/a?mod=2", "https://news.example/a?mod=2"),
        ("https://news.example/a?q=a&amp;utm_source=x", "https://news.example/a?q=a"),
        ("https://user:secret@news.example/a", "https://news.example/a"),
        (" https://news.example/a b\n", "https://news.example/a%20b"),
        ("https://news.example./a", "https://news.example/a"),
        ("http://[::1]:8000/a", "http://[::1]:8000/a"),
        ("https://news.example/a?x=", "https://news.example/a?x="),
    ],
)
def test_an_address_has_one_form(written: str, canonical: str) -> None:
    assert canonical_url(written) == canonical


@pytest.mark.parametrize(
    "written",
    [
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://news.example/a",
        "mailto:a@news.example",
        "/a/b",
        "https://",
        "https:///a",
        "http://news.example:99999/",
        "http://[::1/",
        "http://a b.example/",
        "https://news.example/" + "a" * 8000,
        "https://news.example/" + "ä" * 3000,
    ],
)
def test_what_is_no_web_address_has_none(written: str) -> None:
    assert canonical_url(written) is None


@given(st.one_of(st.text(), st.text().map("https://news.example/".__add__), st.from_regex(r"https?://\S+/\S*\?\S*")))
def test_the_form_of_a_form_is_itself(written: str) -> None:
    canonical = canonical_url(written)
    if canonical is not None:
        assert canonical_url(canonical) == canonical
        canonical.encode("ascii")


def test_a_feed_and_its_back_fill_name_an_article_alike(read: Read, read_file: Read, rss: Rss) -> None:
    item = "<title>A</title><link>https://news.example/a?utm_source=rss</link><guid>1</guid>"
    (live,), (filed,) = read(rss(item)).entries, read_file(rss(item)).entries
    assert live.id == filed.id == _id("https://news.example/a")


def test_a_guid_alone_names_an_article_alike_too_when_the_file_knows_its_feed(
    read: Read, read_file: Read, rss: Rss
) -> None:
    channel = '<title>W</title><atom:link rel="self" href="https://news.example/feeds/world.xml"/>'
    item = '<title>A</title><guid isPermaLink="false">g-1</guid>'
    (live,), (filed,) = read(rss(item, channel=channel)).entries, read_file(rss(item, channel=channel)).entries
    assert live.id == filed.id == _id("https://news.example/feeds/world.xml", "g-1")


def test_without_self_link_the_channel_link_and_then_the_path_stand_for_the_feed(read_file: Read, rss: Rss) -> None:
    item = '<title>A</title><guid isPermaLink="false">g-1</guid>'
    (linked,) = read_file(rss(item)).entries
    (bare,) = read_file(rss(item, channel="<title>W</title>"), "/data/w.xml.gz").entries
    assert linked.id == _id("https://news.example/", "g-1")
    assert bare.id == _id("/data/w.xml", "g-1")


def test_the_original_link_goes_before_feedburners(read: Read, rss: Rss) -> None:
    (entry,) = read(
        rss(
            "<title>A</title><link>https://feeds.example/~r/x/1</link>"
            "<feedburner:origLink>https://news.example/a</feedburner:origLink>"
        )
    ).entries
    assert entry.url == "https://news.example/a"


def test_a_guid_that_changes_every_poll_does_not_matter(read: Read, rss: Rss) -> None:
    ids = {
        read(rss(f"<title>A</title><link>https://news.example/a</link><guid>{guid}</guid>")).entries[0].id
        for guid in ("1", "2")
    }
    assert len(ids) == 1


def test_an_address_that_two_guids_share_identifies_nothing_and_is_remembered(read: Read, rss: Rss) -> None:
    state = FeedState(source_id="world", url="https://news.example/feeds/world.xml")
    items = [
        f'<title>{n}</title><link>https://news.example/live</link><guid isPermaLink="false">{n}</guid>' for n in "ab"
    ]
    both = read(rss(*items), state=state)
    assert both.entries[0].id != both.entries[1].id
    assert both.polled.state is not None
    assert both.polled.state.shared_urls == ("https://news.example/live",)
    alone = read(rss(items[0]), state=both.polled.state)
    assert alone.entries[0].id == both.entries[0].id
    assert alone.polled.state == both.polled.state


def test_a_feed_of_ever_new_addresses_is_not_remembered_for_ever(read: Read, rss: Rss) -> None:
    state = FeedState(source_id="world", url="https://news.example/feeds/world.xml")
    for poll in range(3):
        pairs = [
            f'<title>A</title><link>https://news.example/{poll}/{n}</link><guid isPermaLink="false">{poll}{n}{g}</guid>'
            for n in range(150)
            for g in "ab"
        ]
        state = read(rss(*pairs), state=state).polled.state or state
        assert len(state.shared_urls) <= REMEMBERED
    assert sum("/2/" in url for url in state.shared_urls) == 150


@pytest.mark.parametrize(
    "link", ["https://news.example/", "https://other.example", "https://news.example/?utm_source=x"]
)
def test_the_channels_link_and_a_bare_host_identify_nothing(read: Read, rss: Rss, link: str) -> None:
    items = [f'<title>{n}</title><link>{link}</link><guid isPermaLink="false">{n}</guid>' for n in "ab"]
    first = read(rss(items[0])).entries[0]
    assert first.id == _id("https://news.example/feeds/world.xml", "a")
    assert len({entry.id for entry in read(rss(*items)).entries}) == 2


def test_identity_by_guid_can_be_asked_for(read: Read, rss: Rss) -> None:
    content = Content(identity="guid")
    (entry,) = read(rss("<link>https://news.example/a</link><guid>g</guid>"), content=content).entries
    assert entry.id == _id("https://news.example/feeds/world.xml", "g")
    assert entry.url == "https://news.example/a"


def test_the_same_item_twice_is_the_same_article(read: Read, rss: Rss) -> None:
    item = "<title>A</title><link>https://news.example/a</link><guid>1</guid>"
    first, second = read(rss(item, item)).entries
    assert first.id == second.id


def test_items_without_link_and_guid_keep_their_ids_when_the_feed_moves_on(read: Read, rss: Rss) -> None:
    old, new = "<title>Old</title><description>x</description>", "<title>New</title><description>y</description>"
    assert read(rss(old)).entries[0].id == read(rss(new, old)).entries[1].id
    assert len({entry.id for entry in read(rss(new, old)).entries}) == 2


def test_in_a_file_such_items_go_by_their_place(read_file: Read, rss: Rss) -> None:
    item = "<title>Same</title>"
    first, second = read_file(rss(item, item), "/data/w.xml.gz").entries
    assert (first.id, second.id) == (_id("/data/w.xml#1"), _id("/data/w.xml#2"))
    assert (first.origin, second.origin) == ("/data/w.xml.gz#1", "/data/w.xml.gz#2")


def test_a_packed_text_is_the_same_article_as_the_plain_one(read_file: Read) -> None:
    plain, packed = read_file("Words.", "/data/a.txt"), read_file("Words.", "/data/a.txt.gz")
    assert plain.entries[0].id == packed.entries[0].id == _id("/data/a.txt")


def test_rank_puts_full_text_before_teasers_and_feeds_before_files(
    of_feed: Callable[..., Document], read: Read, read_file: Read, rss: Rss
) -> None:
    teaser = "<title>A</title><link>https://news.example/a</link><description>Short.</description>"
    full = teaser + "<content:encoded>&lt;p&gt;All of it.&lt;/p&gt;</content:encoded>"
    ranks = [read_file(rss(teaser)), read(rss(teaser)), read_file(rss(full)), read(rss(full))]
    assert [parsed.entries[0].rank for parsed in ranks] == [0, 1, 2, 3]
    asked = parse(of_feed(rss(teaser), content=Content.model_validate({"full_text": "page"})), FileSettings())
    assert asked.entries[0].rank == 3
