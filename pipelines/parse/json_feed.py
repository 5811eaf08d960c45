"""JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1)."""

import json
from typing import Any

from models.document import Document
from models.errors import ParseError
from models.settings import FileSettings
from models.source import FeedSource
from pipelines.parse.decode import decode
from pipelines.parse.found import Found, Item, Unread, provenance
from pipelines.parse.identity import canonical_url, web_link
from pipelines.parse.json_text import read_json
from pipelines.parse.markup import Markup, one_line, read_html, read_text
from pipelines.parse.names import clean_names, clean_tags
from pipelines.parse.teaser import text_status

_TIME_LIMIT = 500


def read_json_feed(document: Document, files: FileSettings) -> Found:  # noqa: ARG001  # every reader has this signature
    """All items of a JSON Feed; an item that is no object is unread. Raises ParseError for broken JSON."""
    try:
        channel = read_json(decode(document.body, document.media_type))
    except (ValueError, RecursionError) as error:
        raise ParseError(f"{document.url} is a JSON Feed whose JSON is broken: {error}.") from error
    written = channel.get("items") if isinstance(channel, dict) else None
    if not isinstance(channel, dict) or not isinstance(written, list):
        raise ParseError(f"{document.url} is a JSON Feed without a list of items.")
    own = web_link(_string(channel, "feed_url"))
    home = web_link(_string(channel, "home_page_url"))
    base = document.url if isinstance(document.source, FeedSource) else own or home or ""
    items, unread = [], []
    for number, item in enumerate(written, start=1):
        if isinstance(item, dict):
            items.append(_item(item, channel, base, number))
        else:
            reason = f"Item {number} of {document.url} is no JSON object."
            unread.append(Unread(number, reason, json.dumps(item)[:10_000].encode()))
    return Found(
        kind="json-feed",
        items=tuple(items),
        unread=tuple(unread),
        address=canonical_url(own) if own else None,
        link=canonical_url(home) if home else None,
        channel_name=one_line(_string(channel, "title") or "") or None,
    )


def _item(item: dict[str, Any], channel: dict[str, Any], base: str, number: int) -> Item:
    text, summary = _content(item), one_line(_string(item, "summary") or "") or None
    body = text.text or summary
    guid = _identifier(item.get("id"))
    link = web_link(_string(item, "url"), base) or web_link(_string(item, "external_url"), base) or web_link(guid)
    authors = _authors(item) or _authors(channel)
    published, updated = _time(item, "date_published"), _time(item, "date_modified")
    language = one_line(_string(item, "language") or _string(channel, "language") or "", 100) or None
    title = one_line(_string(item, "title") or "") or None
    return Item(
        guid=guid,
        url=canonical_url(link) if link else None,
        title=title,
        summary=summary if summary != body else None,
        body=body,
        text_status=text_status(body or "", is_content=bool(text.text)),
        authors=authors,
        tags=_tags(item),
        language=language,
        image_url=_image(item, text.image, base),
        published=published,
        updated=updated if updated != published else None,
        number=number,
        provenance=provenance(
            "feed",
            title=title,
            body=body,
            authors=authors,
            published_at=published,
            updated_at=updated,
            language=language,
        ),
    )


def _content(item: dict[str, Any]) -> Markup:
    if markup := _string(item, "content_html"):
        return read_html(markup)
    return read_text(_string(item, "content_text") or "")


def _authors(context: dict[str, Any]) -> tuple[str, ...]:
    written = context.get("authors")
    people = written if isinstance(written, list) else [context.get("author")]
    return clean_names(person.get("name") for person in people if isinstance(person, dict))


def _tags(item: dict[str, Any]) -> tuple[str, ...]:
    written = item.get("tags")
    return clean_tags(written) if isinstance(written, list) else ()


def _image(item: dict[str, Any], inline: str | None, base: str) -> str | None:
    for address in (_string(item, "image"), _string(item, "banner_image"), inline):
        if link := web_link(address, base):
            return link
    return None


def _identifier(value: object) -> str | None:
    """The specification wants a string and asks readers to take numbers too."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    return one_line(value, 2000) or None if isinstance(value, str) else None


def _time(item: dict[str, Any], name: str) -> str | None:
    return one_line(_string(item, name) or "", _TIME_LIMIT) or None


def _string(context: dict[str, Any], name: str) -> str | None:
    value = context.get(name)
    return value if isinstance(value, str) else None
