"""A feed's XML made fit for a parser: no document type, no entities of its own, stray ampersands escaped."""

import re
from html.entities import html5
from xml.parsers import expat

from lxml import etree

from pipelines.parse.formats import doctype_end, feed_start

_PROLOG = '<?xml version="1.0" encoding="utf-8"?>\n'
_DECLARATION = re.compile(r"\s*<\?xml[^>]*>", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE", re.IGNORECASE)
_START = re.compile(r"<\w", re.ASCII)
_BLANKS = re.compile(r"\s{2,}")
_FIRST_ELEMENT = re.compile(r"<[A-Za-z]")
_PREDEFINED = frozenset({"amp", "lt", "gt", "quot", "apos"})
_AMPERSAND = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?:(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{0,31});)?", re.DOTALL
)
_LARGE = 2 * 2**20

_AMBIGUOUS = tuple(
    (f"{start}{name}", f"{start}{other}")
    for name, other in (
        ("media:description", "media:caption"),
        ("itunes:summary", "itunes:abstract"),
        ("dc:description", "dc:abstract"),
    )
    for start in ("<", "</")
)


def feed_xml(text: str) -> bytes:
    """UTF-8 XML without a document type, well-formed where small repairs reach that.

    Nothing is ever expanded or fetched: with the document type go all entities that it declares. Descriptions of
    pictures and podcasts are renamed, because feedparser takes a second description for the full text.
    """
    text = _without_document_type(text[feed_start(text) :])
    text = _with_short_prolog(text)
    for name, other in _AMBIGUOUS:
        text = text.replace(name, other)
    data = (_PROLOG + text).encode("utf-8", "replace")
    if is_well_formed(data):
        return data
    data = (_PROLOG + _AMPERSAND.sub(_reference, text)).encode("utf-8", "replace")
    if len(data) > _LARGE and not is_well_formed(data):
        return recovered(data)
    return data


def is_well_formed(data: bytes) -> bool:
    """Whether a strict parser reads it to the end."""
    parser = expat.ParserCreate(namespace_separator=" ")
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        return False
    return True


def recovered(data: bytes) -> bytes:
    """What a forgiving parser makes of ill-formed XML, as well-formed XML; empty where it finds no element."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return b""
    return b"" if root is None else bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


def _without_document_type(text: str) -> str:
    text = text[match.end() :] if (match := _DECLARATION.match(text)) else text
    element = _FIRST_ELEMENT.search(text)
    doctype = _DOCTYPE.search(text, 0, element.start() if element else len(text))
    if doctype is None:
        return text.lstrip()
    return (text[: doctype.start()] + text[doctype_end(text, doctype.start()) :]).lstrip()


def _with_short_prolog(text: str) -> str:
    """feedparser looks for declarations behind each blank before the first element, to the end of all blanks."""
    start = _START.search(text)
    end = start.start() if start else len(text)
    return _BLANKS.sub("\n", text[:end]) + text[end:]


def _reference(match: re.Match[str]) -> str:
    """A reference that XML knows stays, one that HTML knows becomes its character, any other loses its meaning."""
    whole, name = match.group(), match.group(1)
    if whole.startswith("<") or name in _PREDEFINED:
        return whole
    if name is None:
        return f"&amp;{whole[1:]}"
    if name.startswith("#"):
        return whole if _is_character(name[1:]) else ""
    character = html5.get(f"{name};")
    return character if character not in (None, "<", "&") else f"&amp;{name};"


def _is_character(number: str) -> bool:
    code = int(number[1:], 16) if number[0] in "xX" else int(number)
    return code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
