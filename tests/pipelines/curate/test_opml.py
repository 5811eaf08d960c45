"""Lists of feeds, whole and broken, and traps that look like them."""

import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from models.errors import SetupError
from models.source import Content, FeedSource, FullText
from pipelines.curate.adding import plan_list
from pipelines.curate.file import FeedsText, added, read_feeds_text
from pipelines.curate.opml import NAMESPACE, OpmlList, read_opml, write_opml
from tests.collected import COLLECTED

LISTS = COLLECTED / "feeds" / "opml"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NESTED = """<?xml version="1.0"?><opml version="2.0"><head><title>Mine</title></head><body>
<outline text="World">
  <outline text="Asia &amp; Pacific">
    <outline type="rss" text="Straits" xmlUrl="https://straits.example/f" category="a,/b/c,d" language="en"/>
  </outline>
  <outline text="A note, no feed"/>
  <outline text="Globe" TITLE="x" xmlurl="https://globe.example/f"/>
</outline>
<outline type="rss" text="Top" xmlUrl="feed://top.example/f"/>
</body></opml>"""
BROKEN = """<opml version="1.0"><body><outline text="Arts & "Crafts"">
  <outline text="Q&A" description="<a href="https://q.example" title="Q">more</a> > all" xmlUrl="https://q.example/?a=1&lang=en"/>
  <outline text="Loose 'n' "free"" xmlUrl='https://loose.example/?x="1"&amp;y=2' type="rss" />
  <outline text="Never ended" xmlUrl="https://never.example
  <outline text="Last" xmlUrl="https://last.example/"/>
</outline></body></opml>"""


def empty() -> FeedsText:
    return FeedsText(Path("feeds.yaml"), None, "")


def read(text: str | bytes) -> OpmlList:
    return read_opml(text.encode() if isinstance(text, str) else text, "list.opml")


def test_folders_become_sections_and_notes_nothing() -> None:
    feeds = plan_list(empty(), read(NESTED).outlines).feeds
    assert [dict(feed) for feed in feeds] == [
        {
            "id": "straits",
            "url": "https://straits.example/f",
            "name": "Straits",
            "language": "en",
            "section": "World / Asia & Pacific",
            "tags": ["a", "d"],
        },
        {"id": "globe", "url": "https://globe.example/f", "name": "Globe", "section": "World"},
        {"id": "top", "url": "http://top.example/f", "name": "Top"},
    ]


def test_what_is_no_xml_is_read_as_far_as_it_goes_and_the_place_is_named() -> None:
    found = read(BROKEN)
    assert [(outline.line, outline.name, outline.url) for outline in found.outlines] == [
        (2, "Q&A", "https://q.example/?a=1&lang=en"),
        (3, "Loose 'n' \"free\"", 'https://loose.example/?x="1"&y=2'),
        (5, "Last", "https://last.example/"),
    ]
    assert found.outlines[0].folders == ('Arts & "Crafts"',)
    assert [line for line, _ in found.problems] == [1, 4]


def test_what_is_commented_out_is_no_feed() -> None:
    commented = '<!-- <x> -->\n<opml><body><!--\n<outline xmlUrl="https://a.example/"/>-->\n'
    found = read(commented + '<outline text="Q & A" xmlUrl="https://b.example/"/></body></opml><!--')
    assert [(outline.line, outline.url) for outline in found.outlines] == [(4, "https://b.example/")]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("news/rss.xml", "no absolute address"),
        ("rss.xml", "no absolute address"),
        ("ftp://x.example/f", "must begin with https://"),
        ("https://me:secret@x.example/f", "must not hold a user name"),
        ("HTTPS://Known.example:443/f/", "is there already as 'known'"),
        ("", "no absolute address"),
    ],
)
def test_what_cannot_be_added_is_said_in_one_line(url: str, said: str) -> None:
    held = added(empty(), [{"id": "known", "url": "https://known.example/f", "name": "K"}])
    listed = plan_list(held, read(f'<opml><body>\n<outline text="Odd" xmlUrl="{url}"/></body></opml>').outlines)
    assert listed.feeds == ()
    ((line, message),) = listed.problems
    assert line == 2
    assert said in message
    assert "secret" not in message
    assert "\n" not in message


def test_a_feed_that_stands_twice_in_a_list_is_added_once() -> None:
    twice = '<opml><body>\n<outline text="Alpha" xmlUrl="https://a.example/f"/>\n<outline text="Beta" xmlUrl="https://A.example/f#x"/></body></opml>'
    listed = plan_list(empty(), read(twice).outlines)
    assert [feed["id"] for feed in listed.feeds] == ["alpha"]
    assert listed.problems == ((3, "'Beta' stands in line 2 already"),)


@pytest.mark.parametrize(
    "trap",
    [
        '<!DOCTYPE o [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><opml><body><outline text="&b;" xmlUrl="https://x.example/"/></body></opml>',
        '<!DOCTYPE o [<!ENTITY a SYSTEM "file:///etc/passwd">]><opml><body><outline text="&a;" xmlUrl="https://x.example/"/></body></opml>',
        '<?xml version="1.0"?>\n<!DOCTYPE o [<!entity % p SYSTEM "http://127.0.0.1/x"> %p;]><opml><body/></opml>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_before_anything_is_made_of_them(trap: str, encoding: str) -> None:
    with pytest.raises(SetupError, match=r"list.opml:[12]: declares entities"):
        read(trap.encode(encoding))


@pytest.mark.parametrize(
    "text", ["", "feeds: []", "<rss><channel/></rss>", "<!doctype html><html></html>", "\x00\x01", "{}"]
)
def test_what_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(SetupError, match=r"list.opml is no OPML"):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        "<opml><body>" + "<outline text='x'>" * 50_000,
        "<opml><body>" + "<outline text='x'>" * 300 + "<outline xmlUrl='https://x.example/'/>" + "</outline>" * 300,
        "<opml><body><outline text=" + '"' * 300_000,
        "<opml><body><outline text=" + '" ' * 300_000,
        "<opml><body><outline text='" + "a='b' " * 200_000,
        "<opml>" + "<outline " * 200_000,
        "<opml><body><outline text='" + " " * 1_000_000,
    ],
)
def test_depth_and_junk_take_no_more_time_than_their_length(text: str) -> None:
    started = time.monotonic()
    read(text)
    assert time.monotonic() - started < 10


@given(st.text(alphabet="<>\"'= /&;outlinexmlURLtpsbdy:\n", max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    read(f"<opml><body>{text}")


def test_all_known_lists_are_read_without_losing_a_feed() -> None:
    if not LISTS.is_dir():
        pytest.skip("no collected lists are here; NEWSBEAM_TEST_DATA names the directory of feeds/opml")
    files = sorted(LISTS.glob("*.opml"))
    assert len(files) >= 118
    for file in files:
        content = file.read_bytes()
        outlines = read_opml(content, file.name).outlines
        assert [outline.url for outline in outlines] == re.findall(r'xmlUrl="([^"]*)"', content.decode()), file.name
        assert all(outline.name or outline.url for outline in outlines)
        listed = plan_list(empty(), outlines)
        assert len(added(empty(), listed.feeds).feeds) == len(listed.feeds) == len(outlines) - len(listed.problems)
        assert len(listed.problems) <= 2, listed.problems


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)
FEEDS = st.builds(
    lambda words, content, every, enabled: (words, content, every, enabled),
    st.tuples(TEXT, st.sampled_from(["?a=1&lang=en", "", "?q=<x>", "?q='\""])),
    st.builds(
        Content,
        language=st.sampled_from([None, "de", "no", "pt-BR"]),
        section=st.none() | TEXT,
        tags=st.lists(TEXT, max_size=3).map(tuple),
        full_text=st.sampled_from(FullText),
        include=st.lists(TEXT, max_size=2).map(tuple),
        exclude=st.lists(TEXT, max_size=2).map(tuple),
        timezone=st.sampled_from([None, "Europe/Berlin"]),
        identity=st.sampled_from(["auto", "guid"]),
    ),
    st.sampled_from([None, timedelta(minutes=90), timedelta(days=1)]),
    st.booleans(),
)


@settings(max_examples=40)
@given(st.lists(FEEDS, min_size=1, max_size=5))
def test_what_was_exported_is_imported_as_the_same(
    drawn: list[tuple[tuple[str, str], Content, timedelta | None, bool]],
) -> None:
    pairs = [
        (FeedSource(id=f"f{n}", url=f"https://x{n}.example/f{query}", name=name, every=every, content=content), enabled)
        for n, ((name, query), content, every, enabled) in enumerate(drawn)
    ]
    outlines = read_opml(write_opml(pairs, NOW), "list.opml").outlines
    listed = plan_list(empty(), outlines)
    assert listed.problems == ()
    after = added(empty(), listed.feeds)
    found = {feed.id: feed.model_copy(update={"order": 0}) for feed in after.feeds}
    assert found == {feed.id: feed for feed, _ in pairs}
    assert after.enabled == {feed.id for feed, enabled in pairs if enabled}


def test_the_starter_list_survives_the_way_out_and_back() -> None:
    held = read_feeds_text(Path(__file__).parents[3] / "config/feeds.yaml")
    listed = plan_list(empty(), read_opml(write_opml([(feed, True) for feed in held.feeds], NOW), "x").outlines)
    back = added(empty(), listed.feeds).feeds
    assert {feed.id: feed.model_copy(update={"order": 0}) for feed in back} == {
        feed.id: feed.model_copy(update={"order": 0}) for feed in held.feeds
    }


def test_what_is_written_is_opml_two() -> None:
    feed = FeedSource(id="a", url="https://a.example/f", name="A", content=Content(section="S", tags=("x", "y/z")))
    root = etree.fromstring(write_opml([(feed, False)], NOW))
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert [child.tag for child in root] == ["head", "body"]
    assert root.findtext("head/dateCreated") == "Fri, 02 Jan 2026 03:04:05 GMT"
    (folder,) = root.find("body")
    (outline,) = folder
    assert folder.get("text") == "S"
    assert {"text", "type", "xmlUrl"} <= set(outline.keys())
    assert outline.get("category") == "x"
    assert all(name.startswith(f"{{{NAMESPACE}}}") for name in outline.keys() if name not in _OPML_WORDS)  # noqa: SIM118


_OPML_WORDS = {"text", "title", "type", "xmlUrl", "category", "language"}
