"""What feedparser makes of a document, in bounded time: all items that it can read, and the others by number."""

import io
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from xml.sax import SAXException

import feedparser
from feedparser.mixin import _FeedParserMixin
from lxml import etree

from models.document import Document
from models.errors import ParseError
from pipelines.parse.decode import decode
from pipelines.parse.found import Unread
from pipelines.parse.well_formed import feed_xml, recovered

_STUMBLES = (
    *(ValueError, LookupError, TypeError, AttributeError, AssertionError, OverflowError, RecursionError),
    SAXException,
)
"""What feedparser raises on markup that its authors did not foresee."""

_NAMESPACE = re.compile(rb"\sxmlns:([\w.-]+)\s*=")
_NAMESPACES = 200
"""feedparser looks through all prefixes for each element."""

_AUTHOR = 500
"""Characters of an author; feedparser looks in them for an address, in time that grows with their square."""

_RAW = 10_000


class FeedRead(NamedTuple):
    """feedparser's result, the XML that it was given in the end, and the number of each entry in the document."""

    parsed: Any
    data: bytes
    numbers: Sequence[int]
    unread: tuple[Unread, ...] = ()


def read_with_feedparser(document: Document) -> FeedRead:
    """The feed with all items that can be read. Raises ParseError where not even its head can."""
    data = feed_xml(decode(document.body, document.media_type))
    prefixes = len(set(_NAMESPACE.findall(data)))
    if prefixes > _NAMESPACES:
        raise ParseError(f"{document.url} declares {prefixes:,} namespaces, and no feed needs more than {_NAMESPACES}.")
    try:
        return _whole(data)
    except _STUMBLES:
        data = recovered(data)
    try:
        return _whole(data)
    except _STUMBLES:
        return _item_by_item(data, document.url)


def _feedparser(data: bytes) -> Any:
    return feedparser.parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)


def _whole(data: bytes) -> FeedRead:
    parsed = _feedparser(data)
    return FeedRead(parsed, data, range(1, len(parsed["entries"]) + 1))


def _item_by_item(data: bytes, url: str) -> FeedRead:
    """Leave out the items over which feedparser stumbles, found by halving."""
    if not data:
        raise ParseError(f"{url} is a feed too broken to be read: it holds no element.")
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    items = [_Item(item, item.getparent()) for item in root.iter("{*}item", "{*}entry") if item is not root]
    for item in items:
        item.parent.remove(item.element)
    if error := _stumble(root, ()):
        raise ParseError(f"{url} is a feed whose head can't be read ({_said(error)}).")
    bad = dict(_bad(root, items, range(len(items))))
    good = [number for number in range(len(items)) if number not in bad]
    unread = tuple(
        Unread(number + 1, f"Item {number + 1} of {url} can't be read ({_said(error)}).", _raw(items[number]))
        for number, error in bad.items()
    )
    try:
        read = _whole(_document(root, [items[number] for number in good]))
    except _STUMBLES as error:
        raise ParseError(f"{url} is a feed too broken to be read ({_said(error)}).") from error
    numbers = [number + 1 for number in good] if len(read.numbers) == len(good) else read.numbers
    return read._replace(numbers=numbers, unread=unread)


class _Item(NamedTuple):
    """An item, and where it belongs."""

    element: Any
    parent: Any


def _bad(root: Any, items: Sequence[_Item], numbers: Sequence[int]) -> Iterator[tuple[int, Exception]]:
    """The items that can't be read, each with the reason."""
    error = _stumble(root, [items[number] for number in numbers]) if numbers else None
    if error is None:
        return
    if len(numbers) == 1:
        yield numbers[0], error
        return
    middle = len(numbers) // 2
    yield from _bad(root, items, numbers[:middle])
    yield from _bad(root, items, numbers[middle:])


def _stumble(root: Any, items: Sequence[_Item]) -> Exception | None:
    """What feedparser raises on the feed with these items."""
    try:
        _feedparser(_document(root, items))
    except _STUMBLES as error:
        return error
    return None


def _document(root: Any, items: Sequence[_Item]) -> bytes:
    for item in items:
        item.parent.append(item.element)
    written = bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))
    for item in items:
        item.parent.remove(item.element)
    return written


def _raw(item: _Item) -> bytes:
    return bytes(etree.tostring(item.element, encoding="utf-8", with_tail=False))[:_RAW]


def _said(error: Exception) -> str:
    return f"feedparser stumbles over it: {type(error).__name__} {error}"


def _bound_authors() -> None:
    """feedparser offers no place to cut an author before it looks for an address in it."""
    sync = _FeedParserMixin._sync_author_detail

    def bounded(parser: Any, key: str = "author") -> None:
        context = parser._get_context()
        if isinstance(written := context.get(key), str):
            context[key] = written[:_AUTHOR]
        sync(parser, key)

    _FeedParserMixin._sync_author_detail = bounded


_bound_authors()
