"""A page: trafilatura finds its text, `page_metadata` what it says about itself."""

import logging
from itertools import islice
from typing import Any

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from pydantic import Field
from trafilatura import bare_extraction
from trafilatura.metadata import extract_metadata

from models.base import Model
from models.document import Document
from models.errors import ParseError
from models.settings import FileSettings
from models.source import FileSource
from pipelines.parse.decode import decode
from pipelines.parse.formats import refuse_other_kinds
from pipelines.parse.found import Found, Item
from pipelines.parse.identity import canonical_url
from pipelines.parse.markup import join_paragraphs, one_line, read_html, read_text
from pipelines.parse.names import clean_names
from pipelines.parse.page_metadata import Metadata, read_metadata

_BYTES_READ = 4 * 2**20
_VAST = 15_000
_STUMBLES = (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError, etree.LxmlError)
"""What trafilatura raises on pages that its authors did not foresee."""

for _name in ("trafilatura", "htmldate", "courlan", "charset_normalizer"):
    # They report every page without text as an error; what became of a page stands in its record.
    logging.getLogger(_name).setLevel(logging.CRITICAL)


class PageContent(Model):
    """What a page holds. `provenance` names, for each field that has a value, where it stood on the page.

    Its values are `json-ld`, `meta`, `time` (an element of that name, or microdata) and `page` (its visible part).
    """

    title: str | None = None
    body: str | None = None
    summary: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    updated: str | None = None
    language: str | None = None
    image_url: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    canonical: str | None = None
    provenance: dict[str, str] = Field(default_factory=dict)


def read_page(body: bytes, url: str, media_type: str | None) -> PageContent:
    """The article on a page; fields that the page lacks are empty. Raises ParseError for what is no HTML.

    At most 4 MiB are read.
    """
    refuse_other_kinds(body, url or "The page")
    tree = _tree(decode(body[:_BYTES_READ], media_type), url)
    metadata = read_metadata(tree, url)
    text, found_in = _text(tree, metadata, url)
    title, authors, published = metadata.title, metadata.authors, metadata.published
    provenance = dict(metadata.provenance)
    if published is None or not authors:
        seen = _seen(tree, url)
        if not authors and (authors := clean_names(str(getattr(seen, "author", None) or "").split(";"))):
            provenance["authors"] = "page"
        if published is None and (published := getattr(seen, "date", None)):
            provenance["published_at"] = "page"
    if text:
        provenance["body"] = found_in
    updated = metadata.updated if metadata.updated != published else None
    if updated is None:
        provenance.pop("updated_at", None)
    return PageContent(
        title=title,
        body=text or None,
        summary=metadata.summary,
        authors=authors,
        published=published,
        updated=updated,
        language=metadata.language,
        image_url=metadata.image_url,
        section=metadata.section,
        tags=metadata.tags,
        canonical=canonical_url(metadata.canonical) if metadata.canonical else None,
        provenance=provenance,
    )


def read_page_file(document: Document, files: FileSettings) -> Found:  # noqa: ARG001  # every reader has this signature
    """A saved page as one entry, known by its canonical link."""
    base = "" if isinstance(document.source, FileSource) else document.url
    page = read_page(document.body, base, document.media_type)
    body, provenance = page.body, page.provenance
    if body is None and (body := read_html(decode(document.body[:_BYTES_READ], document.media_type)).text or None):
        provenance = {**provenance, "body": "page"}
    item = Item(
        url=page.canonical,
        title=page.title,
        summary=page.summary if page.summary != body else None,
        body=body,
        authors=page.authors,
        tags=page.tags,
        section=page.section,
        language=page.language,
        image_url=page.image_url,
        published=page.published,
        updated=page.updated,
        provenance=provenance,
    )
    return Found(kind="page", items=(item,))


def _tree(text: str, url: str) -> HtmlElement:
    parser = HTMLParser(encoding="utf-8", huge_tree=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        tree = document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise ParseError(f"{url or 'The page'} can't be read as HTML: {error}.") from error
    return tree


def _text(tree: HtmlElement, metadata: Metadata, url: str) -> tuple[str, str]:
    """The article's paragraphs, from the page or, where that gives too little, from JSON-LD, and which it was."""
    try:
        found: Any = bare_extraction(
            tree, url=url or None, include_comments=False, with_metadata=False, fast=_is_vast(tree)
        )
    except _STUMBLES:
        found = None
    visible = _paragraphs(getattr(found, "text", None) or "", metadata.headings)
    claimed = read_text(metadata.text).text if metadata.text else ""
    is_claimed = len(claimed) > 2 * len(visible) or claimed.split() == visible.split()
    return (claimed, "json-ld") if is_claimed else (visible, "page")


def _is_vast(tree: HtmlElement) -> bool:
    """Whether a page has more elements than any article; trafilatura's second opinions grow with their square."""
    return next(islice(tree.iter(), _VAST, None), None) is not None


def _paragraphs(text: str, headings: frozenset[str]) -> str:
    """One paragraph a line, as trafilatura writes them; a headline at the start is none."""
    lines = text.split("\n")
    if one_line(lines[0]).casefold() in headings:
        lines = lines[1:]
    return join_paragraphs(lines)


def _seen(tree: HtmlElement, url: str) -> Any:
    """What trafilatura takes from the visible page where the page makes no claims."""
    try:
        return extract_metadata(tree, default_url=url or None, extensive=False)
    except _STUMBLES:
        return None
