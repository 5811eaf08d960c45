import gzip
import json
import zlib
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.document import Document
from models.errors import ParseError
from models.outcome import Parsed
from models.settings import FileSettings
from models.source import FeedSource, FileSource
from pipelines.parse import PARSERS, parse
from pipelines.parse.formats import detect

Read = Callable[..., Parsed]
Rss = Callable[..., str]
OfFile = Callable[..., Document]

PAGE = "<!DOCTYPE html><html><head><title>Oops</title></head><body><p>Something went wrong.</p></body></html>"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('<?xml version="1.0"?><rss version="2.0"><channel/></rss>', "feed"),
        ("<!-- hello --><feed xmlns='http://www.w3.org/2005/Atom'/>", "feed"),
        ("<!DOCTYPE rss [<!ENTITY a 'b>c'>]>\n<rss/>", "feed"),
        (PAGE, "page"),
        ("<?xml version='1.0'?><!DOCTYPE html PUBLIC 'x'><html/>", "page"),
        ("<p>Fragment.</p>", "page"),
        ('{"version": "https://jsonfeed.org/version/1.1", "items": []}', "json-feed"),
        ('{\n "items": [],\n "version": "https:\\/\\/jsonfeed.org\\/version\\/1"\n}', "json-feed"),
        ('{"id": 1, "title": "x"}\n{"id": 2}', "records"),
        ('{"id": 1, "title": "x"', "records"),
        ('[{"id": 1}]', "records"),
        ("TAIPEI, Taiwan – Words.", "text"),
        ("[Reuters] Words in brackets.", "text"),
        ("{Breaking} Words in braces.", "text"),
        ("<Anna> says hello", "text"),
    ],
)
def test_a_format_is_known_by_its_content(of_file: OfFile, body: str, found: str) -> None:
    assert detect(of_file(body, "/data/anything.bin")) == found
    assert found in PARSERS


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"\x00" * 500, "empty"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"PK\x03\x04\x14\x00", "a ZIP archive"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a PNG image"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "a JPEG image"),
        (gzip.compress(b"words", mtime=0), "gzip"),
        (b"\x00\x00\x00\x18ftypmp42", "MPEG-4"),
        (bytes(range(256)) * 40, "binary data"),
        (zlib.compress(bytes(range(256)) * 400), "binary data"),
        (b"<opml version='2.0'><body/></opml>", "<opml>"),
        (b"<?xml version='1.0'?><newsItem xmlns='x'><a/></newsItem>", "<newsItem>"),
        (b"<?xml version='1.0'?>", "no element"),
        (b"<!--" * 100_000, "no element"),
    ],
)
def test_what_cannot_be_read_is_named(read_file: Read, body: bytes, named: str) -> None:
    with pytest.raises(ParseError, match=f"/data/junk.xml .*{named}"):
        read_file(body, "/data/junk.xml")


@pytest.mark.parametrize(
    ("body", "named"), [(PAGE, "an HTML page"), ("Not found.", "plain text"), ('{"error": 404}', "no JSON Feed")]
)
def test_a_feed_that_brings_something_else_is_said(read: Read, body: str, named: str) -> None:
    with pytest.raises(ParseError, match=f"brought .*{named}.* where a feed was expected"):
        read(body)


@pytest.mark.parametrize("name", ["a.xml", "a.rss", "a.atom.gz"])
def test_a_page_that_an_archive_of_feeds_holds_is_no_article(read_file: Read, name: str) -> None:
    with pytest.raises(ParseError, match="an HTML page where a feed was expected"):
        read_file(PAGE, f"/data/{name}")


def test_xhtml_in_a_file_named_xml_is_a_page(read_file: Read) -> None:
    (entry,) = read_file(f"<?xml version='1.0'?>{PAGE}", "/data/page.xml").entries
    assert (entry.kind, entry.title) == ("page", "Oops")


def test_plain_text_keeps_its_lines(read_file: Read) -> None:
    (entry,) = read_file("Line one.\r\nLine two.\rLine three.\n", "/data/a.txt").entries
    assert (entry.kind, entry.body) == ("text", "Line one.\nLine two.\nLine three.\n")
    assert (entry.origin, entry.position, entry.rank) == ("/data/a.txt", 0, 2)


# fmt: off
_PIECES = (
    "<?xml ", "<rss>", "<feed>", "<channel>", "<item>", "</item>", "<entry>", "</entry>", "<title>", "</title>",
    "<link/>", "<link href='x'>", "<guid>", "</guid>", "<description>", "<![CDATA[", "]]>", "&", "&amp;", "&#0;",
    "&#x110000;", "&#", "<!DOCTYPE", "<!ENTITY", "[", "]>", "<!--", "-->", "<image>", "</image>", "<source>",
    "<category>", "</category>", "<media:content", "<author>", "<name>", "xmlns='x'", "text", "\x00", "é", ">", "<",
    "'", '"', "<textinput>", "<content type='xhtml'>", "<div>", "</div>", "<p>", "<svg>", "<pubDate>",
    "<itunes:image href='x'/>", "<media:thumbnail>", "</media:thumbnail>", "<media:credit>", "</media:rating>",
    "<geo:lat>", "<psc:chapter>", "<width>", "</width>", "</link>", "</source>", "</author>", "</feed>", "</rss>",
)
# fmt: on


def _both(body: bytes) -> tuple[Document, Document]:
    """The bytes as a feed brought them, and as a file holds them."""
    at = datetime(2025, 4, 28, tzinfo=UTC)
    feed = FeedSource(id="f", url="https://news.example/feed", name="F")
    file = FileSource(id="/data/a.xml", path="/data/a.xml", name="a")
    return (
        Document(id="1", source=feed, url=feed.url, body=body, fetched_at=at),
        Document(id="2", source=file, url=file.path, body=body, fetched_at=at),
    )


def _parsed_or_refused(document: Document) -> None:
    try:
        parsed = parse(document, FileSettings())
    except ParseError:
        return
    assert parsed.polled.entries == len(parsed.entries) + len(parsed.failed)
    parsed.model_dump_json()


@given(st.binary(max_size=400))
@settings(max_examples=150)
def test_any_bytes_are_entries_or_one_error(body: bytes) -> None:
    for document in _both(body):
        _parsed_or_refused(document)


@given(
    st.lists(
        st.sampled_from(_PIECES),
        max_size=40,
    )
)
@settings(max_examples=300)
def test_any_scramble_of_a_feed_is_entries_or_one_error(pieces: list[str]) -> None:
    for document in _both(("<rss><channel>" + " ".join(pieces)).encode()):
        _parsed_or_refused(document)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["id", "url", "title", "text", "authors", "tags", "published", "items", "image", "language", "x"]
                ),
                inner,
            )
        ),
    )
)
@settings(max_examples=150)
def test_any_json_is_entries_or_one_error(value: object) -> None:
    for body in (json.dumps(value), json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [value]})):
        for document in _both(body.encode()):
            _parsed_or_refused(document)
