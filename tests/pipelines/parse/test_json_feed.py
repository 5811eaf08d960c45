import json
from collections.abc import Callable

import pytest

from models.article import TextStatus
from models.errors import ParseError
from models.outcome import Parsed

Read = Callable[..., Parsed]


def _feed(*items: object, **channel: object) -> str:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "W", **channel, "items": items})


def test_an_item_says_everything_it_has(read: Read) -> None:
    item = {
        "id": "1",
        "url": "/a",
        "title": "A <b>bold</b> title",
        "content_html": "<p>One.</p><p>Two.</p>",
        "summary": "Short.",
        "image": "https://img.example/a.jpg",
        "date_published": "2025-04-28T03:00:00-04:00",
        "date_modified": "2025-04-28T04:00:00-04:00",
        "authors": [{"name": "Ann Lee"}],
        "tags": ["war", "peace"],
    }
    (entry,) = read(_feed(item, language="en-GB")).entries
    assert entry.kind == "json-feed"
    assert (entry.title, entry.body, entry.summary) == ("A bold title", "One.\n\nTwo.", "Short.")
    assert entry.url == "https://news.example/a"
    assert (entry.authors, entry.tags, entry.language) == (("Ann Lee",), ("war", "peace"), "en-GB")
    assert entry.published == "2025-04-28T03:00:00-04:00"
    assert entry.image_url == "https://img.example/a.jpg"
    assert (entry.text_status, entry.rank, entry.channel_name) == (TextStatus.FULL, 3, "W")


def test_version_1_authors_numbers_as_ids_and_text_are_read(read: Read) -> None:
    item = {"id": 7, "content_text": "One.\n\nTwo.", "author": {"name": "Ann Lee"}}
    (entry,) = read(_feed(item).replace("version/1.1", "version/1")).entries
    assert (entry.guid, entry.body, entry.authors) == ("7", "One.\n\nTwo.", ("Ann Lee",))


def test_an_id_that_is_an_address_serves_as_the_link(read: Read) -> None:
    (entry,) = read(_feed({"id": "https://news.example/a#x", "content_text": "x"})).entries
    assert entry.url == "https://news.example/a"


def test_a_bad_item_fails_alone(read: Read) -> None:
    parsed = read(_feed({"id": "1"}, "junk", None, {"id": "2"}))
    assert len(parsed.entries) == 2
    assert len(parsed.failed) == 2
    assert parsed.polled.entries == 4


@pytest.mark.parametrize(
    "body",
    [
        '{"version": "https://jsonfeed.org/version/1", "items": [',
        '{"version": "https://jsonfeed.org/version/1", "items": 7}',
        '{"version": "https://jsonfeed.org/version/1"}',
    ],
)
def test_a_broken_json_feed_is_said(read: Read, body: str) -> None:
    with pytest.raises(ParseError, match="JSON Feed"):
        read(body)


def test_a_json_feed_in_a_file_goes_by_its_own_address(read: Read, read_file: Read) -> None:
    feed = _feed({"id": "1", "content_text": "x"}, feed_url="https://news.example/feeds/world.xml")
    assert read(feed).entries[0].id == read_file(feed, "/data/feed.json").entries[0].id
