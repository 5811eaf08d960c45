"""Reads and writes OPML: lists of feeds as feed readers exchange them. What is broken is read as far as it goes."""

import html
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import NamedTuple

from lxml import etree

from models.errors import SetupError
from models.feeds_file import every_text
from models.source import FeedSource
from pipelines.parse.decode import decode

LARGEST = 16 * 2**20
"""Bytes; some fifty thousand feeds."""

NAMESPACE = "https://github.com/newsbeam/newsbeam/opml"
"""Of the attributes that hold what OPML has no word for; other readers pass them over."""

_DEEPEST = 200
_PREFIX = "newsbeam"
_ENTITIES = re.compile(r"<!ENTITY", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_FIRST_ELEMENT = re.compile(r"<([A-Za-z][\w:.-]{0,80})")
_TAG = re.compile(r"<(/?)(outline|opml|body)(?=[\s/>])")
_ATTRIBUTE = re.compile(r"\s*([A-Za-z_][\w:.-]{0,60})\s*=\s*([\"'])")
_VALUE_END = re.compile(r"\s*(?:/?>\s*(?:<(?:/?outline|/body|/opml|!--)|$)|[A-Za-z_][\w:.-]{0,60}\s*=\s*[\"'])")
_TAG_END = re.compile(r"\s*(/?)>")
_LISTS = ("tags", "include", "exclude")
_WORDS = ("id", "section", "language", "full_text", "timezone", "identity")


class Outline(NamedTuple):
    """One feed of a list: its line, what it is called, its address as written, the folders around it, outermost first.

    `own` is what Newsbeam wrote into the list besides, as in `feeds.yaml`.
    """

    line: int
    name: str
    url: str
    folders: tuple[str, ...] = ()
    own: dict[str, object] = {}  # noqa: RUF012  # never changed


class OpmlList(NamedTuple):
    """The feeds of a list, and what to say of those places where it is broken: line and sentence."""

    outlines: tuple[Outline, ...]
    problems: tuple[tuple[int, str], ...] = ()


def read_opml(content: bytes, name: str) -> OpmlList:
    """The feeds of a list, in order. Raises SetupError where it is no OPML, too large, or a trap."""
    if len(content) > LARGEST:
        raise SetupError(f"{name} is larger than {LARGEST // 2**20} MiB; no list of feeds is that large")
    text = _without_comments(decode(content, "text/xml"))
    if match := _ENTITIES.search(text):
        raise SetupError(
            f"{name}:{_line(text, match.start())}: declares entities, as bombs do; remove the declarations"
        )
    root = _FIRST_ELEMENT.search(text)
    if root is None or root[1].lower() != "opml":
        kind = f"its first element is <{root[1]}>" if root else "there is no markup in it"
        raise SetupError(
            f"{name} is no OPML: {kind}; newsbeam feeds add URL adds a single feed, newsbeam preview reads a file"
        )
    try:
        return OpmlList(tuple(_strict(text)))
    except etree.XMLSyntaxError as error:
        return _loose(text, error)


def write_opml(feeds: Sequence[tuple[FeedSource, bool]], now: datetime) -> bytes:
    """An OPML 2.0 document of these feeds, each with whether it is enabled; sections are folders."""
    root = etree.Element("opml", {"version": "2.0"}, nsmap={_PREFIX: NAMESPACE})
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = "Feeds of Newsbeam"
    etree.SubElement(head, "dateCreated").text = format_datetime(now, usegmt=True)
    etree.SubElement(head, "docs").text = "http://opml.org/spec2.opml"
    body = etree.SubElement(root, "body")
    folders: dict[str, etree._Element] = {}
    for feed, enabled in feeds:
        parent = body
        if (section := feed.content.section) is not None:
            if section not in folders:
                folders[section] = etree.SubElement(body, "outline", {"text": section, "title": section})
            parent = folders[section]
        etree.SubElement(parent, "outline", _attributes(feed, enabled))
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return written


def _without_comments(text: str) -> str:
    """What is commented out is no feed; the lines stay where they are."""
    kept, place = [], 0
    while (start := text.find("<!--", place)) >= 0 and (end := text.find("-->", start)) >= 0:
        kept += [text[place:start], "\n" * text.count("\n", start, end)]
        place = end + len("-->")
    return "".join((*kept, text[place:]))


def _attributes(feed: FeedSource, enabled: bool) -> dict[str, str]:
    content = feed.content
    plain = {"text": feed.name, "title": feed.name, "type": "rss", "xmlUrl": feed.url}
    if content.language is not None:
        plain["language"] = content.language
    if tags := [tag for tag in content.tags if not set(tag) & {",", "/"}]:
        plain["category"] = ",".join(tags)
    own: dict[str, str | None] = {
        "id": feed.id,
        "section": content.section,
        "language": content.language,
        "every": every_text(feed.every) if feed.every is not None else None,
        "enabled": None if enabled else "false",
    }
    own |= {name: str(value) for name, value in content.model_dump(include={"full_text", "identity"}).items()}
    own["timezone"] = content.timezone
    own |= {name: "\n".join(getattr(content, name)) or None for name in _LISTS}
    return plain | {f"{{{NAMESPACE}}}{name}": value for name, value in own.items() if value is not None}


def _strict(text: str) -> Iterator[Outline]:
    """The outlines of well-formed XML. Raises XMLSyntaxError."""
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, encoding="utf-8", recover=False
    )
    root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    folders: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end"), tag="{*}outline"):
        if event == "start":
            attributes = {str(name): str(value) for name, value in element.attrib.items()}
            if (found := _outline(element.sourceline or 0, attributes, folders)) is not None:
                yield found
            folders.append(_title(attributes))
        else:
            folders.pop()


def _loose(text: str, error: etree.XMLSyntaxError) -> OpmlList:
    """The outlines of what is not well formed: bare ampersands, and quotes or markup in values, are taken as text."""
    problems: list[tuple[int, str]] = [(error.lineno or 1, "is not well-formed XML here; read as far as it goes")]
    outlines: list[Outline] = []
    folders: list[str] = []
    tags = list(_TAG.finditer(text))
    line, counted = 1, 0
    for number, tag in enumerate(tags):
        line, counted = line + text.count("\n", counted, tag.start()), tag.start()
        if tag[2] != "outline":
            continue
        if tag[1]:
            del folders[-1:]
            continue
        limit = tags[number + 1].start() + len("</outline") if number + 1 < len(tags) else len(text)
        attributes, closed = _loose_attributes(text, tag.end(), limit)
        if closed is None:
            problems.append((line, "this outline does not end; it was left out"))
            continue
        if (found := _outline(line, attributes, folders)) is not None:
            outlines.append(found)
        if not closed and len(folders) < _DEEPEST:
            folders.append(_title(attributes))
    return OpmlList(tuple(outlines), tuple(problems))


def _loose_attributes(text: str, place: int, limit: int) -> tuple[dict[str, str], bool | None]:
    """The attributes of a tag, the first of each name, and whether it closes itself; None where it has no end."""
    found: dict[str, str] = {}
    while match := _ATTRIBUTE.match(text, place, limit):
        end = text.find(match[2], match.end(), limit)
        while end >= 0 and not _VALUE_END.match(text, end + 1, limit):
            end = text.find(match[2], end + 1, limit)
        if end < 0:
            return found, None
        found.setdefault(match[1], _unescaped(text[match.end() : end]))
        place = end + 1
    ending = _TAG_END.match(text, place, limit)
    return found, bool(ending[1]) if ending else None


def _outline(line: int, attributes: dict[str, str], folders: Sequence[str]) -> Outline | None:
    """A feed, or None for what is a folder or something else."""
    by_name = {name.lower(): value for name, value in attributes.items()}
    url = by_name.get("xmlurl")
    if url is None and by_name.get("type", "").lower() in ("rss", "atom"):
        url = by_name.get("url", "")
    if url is None:
        return None
    return Outline(line, _title(attributes), url.strip(), tuple(name for name in folders if name), _own(attributes))


def _title(attributes: dict[str, str]) -> str:
    title = attributes.get("text") or attributes.get("title") or ""
    return " ".join(html.unescape(title).split())


def _own(attributes: dict[str, str]) -> dict[str, object]:
    """What Newsbeam's own attributes say; of others, the language and the tags."""
    own = {name: value for name in (*_WORDS, "every", "enabled", *_LISTS) if (value := _get(attributes, name))}
    found: dict[str, object] = {name: own[name] for name in (*_WORDS, "every") if name in own}
    found |= {name: own[name].split("\n") for name in _LISTS if name in own}
    if own.get("enabled") == "false":
        found["enabled"] = False
    if not own:
        if language := attributes.get("language", "").strip():
            found["language"] = language
        if tags := [tag.strip() for tag in attributes.get("category", "").split(",") if tag.strip() and "/" not in tag]:
            found["tags"] = tags
    return found


def _get(attributes: dict[str, str], name: str) -> str | None:
    return attributes.get(f"{{{NAMESPACE}}}{name}") or attributes.get(f"{_PREFIX}:{name}")


def _unescaped(value: str) -> str:
    """References that end as they should; a bare `&lang=en` in an address is none."""
    return _REFERENCE.sub(lambda match: html.unescape(match[0]), value)


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1
