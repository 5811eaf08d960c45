"""What a document is, by its content: a feed, a page, records, plain text, or a kind that Newsbeam can't read."""

import re
from typing import Literal

from pydantic_core import from_json

from models.document import Document
from models.errors import ParseError
from models.source import FeedSource
from pipelines.parse.decode import decode, wide_encoding

Format = Literal["feed", "json-feed", "page", "records", "text"]

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "a PDF document"),
    (0, b"PK\x03\x04", "a ZIP archive, or an office document, which is one"),
    (0, b"PK\x05\x06", "an empty ZIP archive"),
    (0, b"\x1f\x8b", "data compressed with gzip once more than its name or sender said"),
    (0, b"BZh", "data compressed with bzip2"),
    (0, b"\xfd7zXZ\x00", "data compressed with xz"),
    (0, b"\x28\xb5\x2f\xfd", "data compressed with zstd"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (0, b"{\\rtf", "an RTF document"),
    (0, b"%!PS", "a PostScript document"),
    (0, b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (0, b"\xff\xd8\xff", "a JPEG image"),
    (0, b"GIF87a", "a GIF image"),
    (0, b"GIF89a", "a GIF image"),
    (8, b"WEBP", "a WebP image"),
    (0, b"II*\x00", "a TIFF image"),
    (0, b"MM\x00*", "a TIFF image"),
    (4, b"ftyp", "an MPEG-4 video or a HEIC or AVIF image"),
    (0, b"ID3", "MP3 audio"),
    (0, b"OggS", "Ogg audio or video"),
    (0, b"\x1aE\xdf\xa3", "a Matroska or WebM video"),
    (0, b"\x7fELF", "a program"),
    (0, b"SQLite format 3\x00", "an SQLite database"),
    (0, b"PAR1", "a Parquet file"),
    (0, b"WARC/", "a web archive (WARC)"),
)

_FEED_ROOTS = frozenset({"rss", "rdf", "feed", "channel", "entry"})
# fmt: off
_PAGE_ROOTS = frozenset({
    "html", "head", "body", "title", "meta", "link", "base", "script", "style", "div", "p", "span", "a",
    "article", "section", "main", "header", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "br", "hr",
    "img", "b", "i", "em", "strong", "center", "font", "form", "blockquote", "pre", "iframe", "figure", "nav",
})
# fmt: on
_SKIPPED = re.compile(r"\s+|<\?.*?(?:\?>|>)|<!--.*?(?:-->|$)", re.DOTALL)
_DOCTYPE = re.compile(r"<!DOCTYPE\s+([\w:.-]*)", re.IGNORECASE)
_ROOT = re.compile(r"<((?:[\w.-]+:)?[\w.-]+)")
_LATE_START = re.compile(r"<(?:\?xml|rss|feed|rdf:RDF)\b", re.IGNORECASE)
_JSON_FEED = re.compile(r'"version"\s*:\s*"https?:\\?/\\?/(?:www\.)?jsonfeed\.org')
_FEED_NAMES = (".rss", ".atom", ".rdf", ".xml")
_DECLARATIONS = ("<?xml", "<!DOCTYPE", "<!doctype", "<!--")
_HEAD = 64 * 1024
_LONG_HEAD = 4 * 2**20
_JUNK_BEFORE_A_FEED = 4096
_ONE_VALUE = 64 * 2**20


def detect(document: Document) -> Format:
    """The document's format. Raises ParseError that says what it is where Newsbeam can't read it.

    A source that is configured as a feed must bring a feed; so must a file named like one, unless it is XHTML,
    because what servers answer in a feed's place, and archives keep, is no article.
    """
    body = document.body
    if not body.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise ParseError(f"{document.url} is empty.")
    if document.first_record is not None:
        return "records"
    refuse_other_kinds(body, document.url)
    head = decode(body[:_HEAD], document.media_type)
    found = _markup_format(head, document) or _json_format(head, document) or "text"
    if isinstance(document.source, FeedSource) and found not in ("feed", "json-feed"):
        raise ParseError(f"{_no_feed(document.url, found)}; check the address in feeds.yaml.")
    if found == "page" and document.url.removesuffix(".gz").endswith(_FEED_NAMES) and not _is_xml(head):
        raise ParseError(f"{_no_feed(document.url, found)}; a page that is an article must be named .html.")
    return found


def feed_start(text: str) -> int:
    """Where a feed's markup starts: servers print warnings and blank lines before it."""
    match = _LATE_START.search(text, 0, _JUNK_BEFORE_A_FEED)
    return match.start() if match else 0


def refuse_other_kinds(body: bytes, name: str) -> None:
    """Raise ParseError that says what these bytes are, where they are no text."""
    head = body[:512]
    for offset, magic, kind in _MAGIC:
        if head.startswith(magic, offset):
            raise ParseError(f"{name} is {kind}, which Newsbeam can't read.")
    sample = body[:8192]
    if wide_encoding(sample) is None:
        controls = sum(sample.count(code) for code in range(32) if code not in (9, 10, 12, 13, 27))
        if controls > max(8, len(sample) // 20) or (len(sample) < 160 and controls * 5 > len(sample)):
            raise ParseError(f"{name} is binary data of no kind that Newsbeam can read.")


def _markup_format(head: str, document: Document) -> Format | None:
    start = feed_start(head) if isinstance(document.source, FeedSource) else 0
    place, root = _root(head, start)
    if root is None and head.lstrip().startswith(_DECLARATIONS):
        place, root = _root(head := decode(document.body[:_LONG_HEAD], document.media_type), start)
        if root is None:
            raise ParseError(f"{document.url} starts like XML or HTML, but holds no element.")
    if root is None:
        return None
    name = root.rpartition(":")[2].lower()
    if name in _FEED_ROOTS:
        return "feed"
    if root.lower() in _PAGE_ROOTS or root == "!doctype html":
        return "page"
    if _is_xml(head) or _DOCTYPE.search(head, 0, place + 1):
        raise ParseError(f"{document.url} is XML, but no feed: its first element is <{root[:80]}>.")
    if f"</{root}>" in head or "/>" in head:
        raise ParseError(f"{document.url} is markup, but neither a feed nor a page: it starts with <{root[:80]}>.")
    return None


def _root(head: str, place: int) -> tuple[int, str | None]:
    """The first element after prolog, comments and document type, and where it stands."""
    while True:
        if match := _SKIPPED.match(head, place):
            place = match.end()
        elif match := _DOCTYPE.match(head, place):
            if match.group(1).lower() == "html":
                return place, "!doctype html"
            place = doctype_end(head, place)
        else:
            found = _ROOT.match(head, place)
            return place, found.group(1) if found else None


def doctype_end(text: str, place: int) -> int:
    """The index after a document type declaration that starts at `place`, its internal subset included."""
    in_subset, quote, index = False, "", place + 2
    for index in range(place + 2, len(text)):
        character = text[index]
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == "[":
            in_subset = True
        elif character == "]":
            in_subset = False
        elif character == ">" and not in_subset:
            return index + 1
    return index + 1


def _json_format(head: str, document: Document) -> Format | None:
    start = head.lstrip()[:1]
    if start not in ("{", "["):
        return None
    first_line = head.lstrip().partition("\n")[0].strip()
    if start == "{" and _JSON_FEED.search(head):
        return "json-feed"
    if start == "{" and _is_json(first_line.encode("utf-8", "replace")):
        return "records"
    if len(document.body) <= _ONE_VALUE and _is_json(document.body):
        return "json-feed" if _looks_like_json_feed(document.body) else "records"
    return "records" if start == "{" and re.match(r'\{\s*"[^"\n]{1,100}"\s*:', head.lstrip()) else None


def _is_json(data: bytes) -> bool:
    try:
        return isinstance(from_json(data), dict | list)
    except ValueError:
        return False


def _looks_like_json_feed(data: bytes) -> bool:
    value = from_json(data)
    return isinstance(value, dict) and "jsonfeed.org" in str(value.get("version", ""))


def _no_feed(url: str, found: Format) -> str:
    what = {"page": "an HTML page", "records": "JSON, but no JSON Feed", "text": "plain text"}.get(found, found)
    return f"{url} brought {what} where a feed was expected"


def _is_xml(head: str) -> bool:
    return head.lstrip().startswith("<?xml")
