"""HTML and plain text to clean paragraphs, and to lines without markup."""

import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from html import unescape
from typing import NamedTuple

from lxml import etree
from lxml.html import defs

from pipelines.parse.decode import clean

TEXT_LIMIT = 1_200_000
"""Longer text is cut here already; Normalize cuts at 1,000,000 and records it."""

LINE_LIMIT = 10_000

_MARKUP_LIMIT = 8 * TEXT_LIMIT
_PIECE = 64 * 1024
_DEEPEST = 2000
"""Elements in elements; the parser looks through all of them for each end tag that has no start."""

# fmt: off
_BREAKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table",
    "tbody", "tfoot", "thead", "tr", "ul",
})
# fmt: on
# fmt: off
_DROPPED = frozenset({
    "script", "style", "iframe", "noscript", "template", "object", "embed", "applet", "svg", "math", "head",
    "title", "button", "select", "textarea", "audio", "video", "canvas", "map", "noembed", "noframes",
})
# fmt: on
# fmt: off
_VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
})
# fmt: on
_TAGS = "|".join(sorted(defs.tags | {"article", "section", "figure", "figcaption", "svg", "path", "picture", "video"}))
_TAG = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]*+|/\s*+)?>|<!--", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_ESCAPED_TAG = re.compile(rf"&lt;/?(?:{_TAGS})(?:\s(?:[^<>&]|&(?!lt;|gt;)){{0,500}}+|/\s*+)?&gt;", re.IGNORECASE)
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")


class Markup(NamedTuple):
    """What a piece of HTML says: its paragraphs joined by a blank line, and the address of its first picture."""

    text: str
    image: str | None = None


def read_html(markup: str) -> Markup:
    """Paragraphs of an HTML fragment or page; scripts, styles and frames are dropped, entities unescaped.

    Takes markup of any shape and depth: elements are read as a stream, no tree is built. Markup that was
    escaped twice is unescaped once more.
    """
    markup = markup[:_MARKUP_LIMIT]
    if _TAG.search(markup) is None and _ESCAPED_TAG.search(markup) is not None:
        markup = unescape(markup)
    if "<" not in markup:
        return Markup(read_plain(_unescape(markup)))
    return _streamed(clean(markup))


def _streamed(markup: str) -> Markup:
    reader, found = _reader(), list[Markup]()
    try:
        begin = True
        for piece in _pieces(markup):
            if begin:
                # A leading element keeps the parser from reading text before the first tag as a head.
                reader.parser.feed("<div>")
            reader.parser.feed(piece)
            if begin := reader.depth > _DEEPEST:
                found.append(reader.parser.close())
        if not begin:
            found.append(reader.parser.close())
    except etree.LxmlError:
        _THREAD.reader = None
        return Markup(read_plain(_unescape(_TAG.sub("\n\n", markup))))
    if len(found) == 1:
        return found[0]
    text = "\n\n".join(part.text for part in found if part.text)[:TEXT_LIMIT]
    return Markup(text, next((part.image for part in found if part.image), None))


def _pieces(markup: str) -> Iterator[str]:
    """The markup cut before tags, so that between two pieces one can look how deep it has become."""
    start = 0
    while len(markup) - start > _PIECE:
        cut = markup.rfind("<", start + 1, start + _PIECE)
        end = cut if cut > 0 else start + _PIECE
        yield markup[start:end]
        start = end
    yield markup[start:]


def read_plain(text: str) -> str:
    """Paragraphs of plain text as found in a feed: blank lines part them, other white space means nothing."""
    return join_paragraphs(_BLANK_LINE.split(text[:_MARKUP_LIMIT]))


def read_text(text: str) -> Markup:
    """Paragraphs of text that may or may not be HTML, as records and lax feeds carry it."""
    if looks_like_html(text):
        return read_html(text)
    text = text[:_MARKUP_LIMIT]
    if "\n" not in text:
        return Markup(join_paragraphs((text,)))
    blocks = _BLANK_LINE.split(text) if _BLANK_LINE.search(text.strip()) else text.split("\n")
    return Markup(join_paragraphs(blocks))


def looks_like_html(text: str) -> bool:
    """Whether the text holds a tag or an entity of HTML, escaped or not."""
    if "<" in text and _TAG.search(text, 0, _MARKUP_LIMIT):
        return True
    return "&" in text and _ENTITY.search(text, 0, _MARKUP_LIMIT) is not None


def join_paragraphs(blocks: Iterable[str]) -> str:
    """Collapse white space inside each block, drop empty ones, join the rest by a blank line, cut at the limit."""
    paragraphs, length = [], 0
    for block in blocks:
        paragraph = _collapse(block)
        if paragraph:
            paragraphs.append(paragraph)
            length += len(paragraph) + 2
            if length > TEXT_LIMIT:
                break
    return "\n\n".join(paragraphs)[:TEXT_LIMIT]


def one_line(text: str, limit: int = LINE_LIMIT) -> str:
    """One line of plain text: no tags of HTML, no entities, white space collapsed.

    Undoes escaping up to three times, since titles come escaped twice. What merely looks like a tag (`a < b`,
    `List<T>`) stays.
    """
    if "<" not in text and "&" not in text and text.isprintable() and "  " not in text:
        return text.strip(" ")[:limit]
    text = text[: 10 * limit]
    for _ in range(3):
        before = text
        text = read_html(text).text if "<" in text and _TAG.search(text) else _unescape(text)
        if text == before:
            break
    return " ".join(clean(_TAG.sub(" ", text) if "<" in text else text).split())[:limit]


def _unescape(text: str) -> str:
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    return unescape(match.group())


class _Paragraphs:
    """Takes the parser's events and gathers text; a block's border ends a paragraph, two line breaks do too."""

    def __init__(self) -> None:
        self.parser = etree.HTMLParser(
            target=self, recover=True, remove_comments=True, remove_pis=True, no_network=True
        )
        self._begin()

    def _begin(self) -> None:
        self.image: str | None = None
        self._blocks: list[str] = []
        self._pieces: list[str] = []
        self._length = self.depth = 0
        self._dropped: list[str] = []
        self._open: Counter[str] = Counter()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self.depth += 1
        if self._dropped:
            if tag not in _VOID:
                self._drop(tag)
        elif tag in _DROPPED and tag not in _VOID:
            self._drop(tag)
        elif tag in _BREAKS:
            self._end_block()
        elif tag == "br":
            self._pieces.append("\n")
        elif tag in ("td", "th"):
            self._pieces.append(" ")
        elif tag == "img" and self.image is None:
            self.image = _picture(attributes)

    def end(self, tag: str) -> None:
        """An element ends."""
        self.depth -= 1
        if self._dropped:
            if self._open[tag]:
                self._close(tag)
        elif tag in _BREAKS:
            self._end_block()

    def data(self, text: str) -> None:
        """Text between tags."""
        if not self._dropped and self._length <= TEXT_LIMIT:
            self._pieces.append(text.replace("\n", " "))
            self._length += len(text)

    def close(self) -> Markup:
        """The markup ends: what was found; the next one begins with nothing."""
        self._end_block()
        found = Markup("\n\n".join(self._blocks)[:TEXT_LIMIT], self.image)
        self._begin()
        return found

    def _drop(self, tag: str) -> None:
        self._dropped.append(tag)
        self._open[tag] += 1

    def _close(self, tag: str) -> None:
        """The innermost of this name ends, and with it all in it that did not."""
        last = None
        while last != tag:
            last = self._dropped.pop()
            self._open[last] -= 1

    def _end_block(self) -> None:
        if not self._pieces:
            return
        block = "".join(self._pieces)
        self._pieces = []
        if "\n" not in block:
            if line := _collapse(block):
                self._blocks.append(line)
            return
        for paragraph in _BLANK_LINE.split(block):
            lines = (_collapse(line) for line in paragraph.split("\n"))
            if joined := "\n".join(line for line in lines if line):
                self._blocks.append(joined)


class _Thread(threading.local):
    """A parser for each thread: making one costs more than most fragments."""

    reader: _Paragraphs | None = None


_THREAD = _Thread()


def _reader() -> _Paragraphs:
    if _THREAD.reader is None:
        _THREAD.reader = _Paragraphs()
    return _THREAD.reader


def _collapse(text: str) -> str:
    """White space collapsed, controls gone. Most text has neither, and seeing that is cheaper."""
    if text.isprintable() and "  " not in text:
        return text.strip(" ")
    return " ".join(clean(text).split())


def _picture(attributes: dict[str, str]) -> str | None:
    """The address of a picture that is worth showing: no counting pixel, nothing inline."""
    for side in ("width", "height"):
        size = attributes.get(side, "").strip().removesuffix("px")
        if size.isdecimal() and int(size[:6]) <= 2:
            return None
    for name in ("src", "data-src", "data-original"):
        address = attributes.get(name, "").strip()
        if address and not address.startswith("data:"):
            return address
    return None
