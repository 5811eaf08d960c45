"""Documents as Fetch would bring them."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.document import Document, Entry
from models.outcome import Parsed
from models.settings import FileSettings
from models.source import FeedSource, FileSource
from pipelines.parse import parse
from tests.collected import COLLECTED

FETCHED_AT = datetime(2025, 4, 28, 7, tzinfo=UTC)
FEED_URL = "https://news.example/feeds/world.xml"


@pytest.fixture
def of_feed() -> Callable[..., Document]:
    def build(body: bytes | str, **changes: object) -> Document:
        content = changes.pop("content", None)
        source = FeedSource(id="world", url=FEED_URL, name="World", **({"content": content} if content else {}))
        document = Document(id="p1", source=source, url=FEED_URL, body=_bytes(body), fetched_at=FETCHED_AT)
        return document.model_copy(update=changes)

    return build


@pytest.fixture
def of_file() -> Callable[..., Document]:
    def build(body: bytes | str, path: str = "/data/news.xml", **changes: object) -> Document:
        source = FileSource(id=path, path=path, name="news")
        document = Document(id="p2", source=source, url=path, body=_bytes(body), fetched_at=FETCHED_AT)
        return document.model_copy(update=changes)

    return build


@pytest.fixture
def read(of_feed: Callable[..., Document]) -> Callable[..., Parsed]:
    return lambda body, **changes: parse(of_feed(body, **changes), FileSettings())


@pytest.fixture
def read_file(of_file: Callable[..., Document]) -> Callable[..., Parsed]:
    def parsed(body: bytes | str, path: str = "/data/news.xml", **changes: object) -> Parsed:
        settings = changes.pop("settings", FileSettings())
        assert isinstance(settings, FileSettings)
        return parse(of_file(body, path, **changes), settings)

    return parsed


@pytest.fixture
def rss() -> Callable[..., str]:
    """An RSS feed around these items."""

    def build(*items: str, channel: str = "<title>World</title><link>https://news.example/</link>") -> str:
        names = (
            'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
            'xmlns:media="http://search.yahoo.com/mrss/" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" '
            'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:itunes="http://www.itunes.com/DTDs/PodCast-1.0.dtd"'
        )
        inner = "".join(f"<item>{item}</item>" for item in items)
        prolog = '<?xml version="1.0" encoding="utf-8"?>'
        return f'{prolog}<rss version="2.0" {names}><channel>{channel}{inner}</channel></rss>'

    return build


@pytest.fixture
def only_entry(read: Callable[..., Parsed], rss: Callable[..., str]) -> Callable[[str], Entry]:
    """The one entry of a feed with this item."""

    def parsed(item: str) -> Entry:
        (entry,) = read(rss(item)).entries
        return entry

    return parsed


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not COLLECTED.is_dir():
        pytest.skip("no collected feeds and pages are here; NEWSBEAM_TEST_DATA names their directory")
    return COLLECTED


def _bytes(body: bytes | str) -> bytes:
    return body.encode() if isinstance(body, str) else body
