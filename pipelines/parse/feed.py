"""RSS, Atom and RDF: feedparser reads the document, this file takes from it what an entry needs."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from models.document import Document
from models.errors import ParseError
from models.settings import FileSettings
from models.source import FeedSource
from pipelines.parse.decode import clean
from pipelines.parse.feedparser_reader import read_with_feedparser
from pipelines.parse.found import Found, Item, provenance
from pipelines.parse.hints import read_hints
from pipelines.parse.identity import canonical_url, web_link
from pipelines.parse.markup import Markup, looks_like_html, one_line, read_html, read_plain
from pipelines.parse.names import clean_names, clean_tags
from pipelines.parse.teaser import text_status

_IMAGE_NAME = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:$|\?)", re.IGNORECASE)
RAW_LIMIT = 500


def read_feed(document: Document, files: FileSettings) -> Found:  # noqa: ARG001  # every reader has this signature
    """All items of a feed. Raises ParseError where there is no feed in it."""
    read = read_with_feedparser(document)
    parsed = read.parsed
    channel: dict[str, Any] = dict(parsed["feed"])
    if not parsed.get("version") and not parsed["entries"] and not read.unread:
        raise ParseError(f"{document.url} looks like a feed, but no feed could be read from it.")
    own = web_link(_related(channel, "self"), document.url)
    base = document.url if isinstance(document.source, FeedSource) else own or _string(channel, "link") or ""
    link = web_link(_string(channel, "link"), base)
    is_atom = str(parsed.get("version") or "").startswith("atom")
    items = (
        _item(dict(entry), channel, base, is_atom, number)
        for number, entry in zip(read.numbers, parsed["entries"], strict=True)
    )
    return Found(
        kind="feed",
        items=tuple(items),
        unread=read.unread,
        address=canonical_url(own) if own else None,
        link=canonical_url(link) if link else None,
        channel_name=one_line(_string(channel, "title") or "") or None,
        hints=read_hints(channel, read.data),
    )


def _item(entry: dict[str, Any], channel: dict[str, Any], base: str, is_atom: bool, number: int) -> Item:
    content, description = _content(entry), _description(entry)
    text = content if content.text else description
    published, updated = _times(entry, is_atom)
    item_link = web_link(_link(entry), base)
    authors = _authors(entry) or (_authors(channel) if is_atom else ())
    language = one_line(_language(entry) or _string(channel, "language") or "", 100) or None
    title = one_line(_string(entry, "title") or "") or None
    return Item(
        guid=_raw(_string(entry, "id"), 2000),
        url=canonical_url(item_link) if item_link else None,
        title=title,
        summary=description.text if description.text and description.text != text.text else None,
        body=text.text or None,
        text_status=text_status(text.text, is_content=bool(content.text)),
        authors=authors,
        tags=_tags(entry),
        language=language,
        image_url=_image(entry, (content.image, description.image), base),
        published=published,
        updated=updated,
        number=number,
        provenance=provenance(
            "feed",
            title=title,
            body=text.text,
            authors=authors,
            published_at=published,
            updated_at=updated,
            language=language,
        ),
    )


def _content(entry: dict[str, Any]) -> Markup:
    """The longest of the content elements that hold text."""
    found = [_markup(detail) for detail in entry.get("content", ()) if isinstance(detail, dict)]
    return max(found, key=lambda markup: len(markup.text), default=Markup(""))


def _description(entry: dict[str, Any]) -> Markup:
    detail = entry.get("summary_detail")
    found = _markup(detail) if isinstance(detail, dict) else Markup("")
    for name in ("summary", "dc_abstract", "itunes_abstract", "media_caption"):
        if not found.text:
            found = _markup({"value": _string(entry, name) or "", "type": "text/html"})
    return found


def _markup(detail: dict[str, Any]) -> Markup:
    value, kind = detail.get("value"), str(detail.get("type") or "text/html")
    if not isinstance(value, str) or not (kind.startswith("text/") or kind.endswith(("xhtml+xml", "html"))):
        return Markup("")
    if kind == "text/plain" and not looks_like_html(value):
        return Markup(read_plain(value))
    found = read_html(value)
    return Markup(found.text, web_link(found.image, str(detail.get("base") or "")) or found.image)


def _times(entry: dict[str, Any], is_atom: bool) -> tuple[str | None, str | None]:
    """Published and updated as written. feedparser files RSS's dc:date, which means published, under updated."""
    published = _raw(_string(entry, "published") or _string(entry, "created"))
    updated = _raw(_string(entry, "updated"))
    if published is None and not is_atom:
        return updated, None
    return published, updated if updated != published else None


def _link(entry: dict[str, Any]) -> str | None:
    for name in ("feedburner_origlink", "link"):
        if link := _string(entry, name):
            return link
    return _related(entry, "alternate")


def _related(context: dict[str, Any], relation: str) -> str | None:
    for link in _dicts(context, "links"):
        if link.get("rel") == relation and isinstance(link.get("href"), str):
            return str(link["href"])
    return None


def _authors(context: dict[str, Any]) -> tuple[str, ...]:
    people, written = _dicts(context, "authors"), _string(context, "author") or ""
    names = [person.get("name") for person in people]
    if not any(names) or (len(names) == 1 and "@" in written):
        # feedparser cuts an address whose domain ends in more than four letters, so the raw text is better.
        names = [written]
    return clean_names(names)


def _tags(entry: dict[str, Any]) -> tuple[str, ...]:
    return clean_tags(tag.get("label") or tag.get("term") for tag in _dicts(entry, "tags"))


def _language(entry: dict[str, Any]) -> str | None:
    if own := _string(entry, "language"):
        return own
    for detail in (*_dicts(entry, "content"), entry.get("summary_detail"), entry.get("title_detail")):
        if isinstance(detail, dict) and isinstance(detail.get("language"), str) and detail["language"]:
            return str(detail["language"])
    return None


def _image(entry: dict[str, Any], inline: Iterable[str | None], base: str) -> str | None:
    """The main picture: media:content (the widest), media:thumbnail, an enclosure, iTunes', the text's first."""
    for address in (*_media_images(entry), *inline):
        if address and (link := web_link(address, base)):
            return link
    return None


def _media_images(entry: dict[str, Any]) -> Iterator[str]:
    media = [item for item in _dicts(entry, "media_content") if _is_image(item, "url")]
    yield from (str(item["url"]) for item in sorted(media, key=_width, reverse=True))
    yield from (str(item["url"]) for item in _dicts(entry, "media_thumbnail") if item.get("url"))
    for link in _dicts(entry, "links"):
        if link.get("rel") == "enclosure" and _is_image(link, "href"):
            yield str(link["href"])
    image = entry.get("image")
    if isinstance(image, dict) and isinstance(image.get("href"), str):
        yield image["href"]


def _is_image(media: dict[str, Any], name: str) -> bool:
    address, kind = media.get(name), str(media.get("type") or "")
    if not isinstance(address, str) or not address:
        return False
    if media.get("medium") or kind:
        return media.get("medium") == "image" or kind.startswith("image/")
    return _IMAGE_NAME.search(address) is not None


def _width(media: dict[str, Any]) -> int:
    width = str(media.get("width") or "")
    return int(width) if width.isdecimal() and len(width) < 7 else 0


def _dicts(context: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = context.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _string(context: dict[str, Any], name: str) -> str | None:
    """A field that feedparser gives as text; elements with attributes of their own come as something else."""
    value = context.get(name)
    return value if isinstance(value, str) else None


def _raw(written: str | None, limit: int = RAW_LIMIT) -> str | None:
    return " ".join(clean(written).split())[:limit] or None if written else None
