"""What a page says about itself: JSON-LD before meta tags before `<time>` before what stands on the page."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from lxml.html import HtmlElement

from pipelines.parse.identity import web_link
from pipelines.parse.json_ld import article_object, texts
from pipelines.parse.markup import one_line
from pipelines.parse.names import clean_names, clean_tags

Claim = tuple[str, list[str]]
"""Where something was found, and what."""

_TITLES = ("og:title", "twitter:title", "dc.title", "headline", "parsely-title", "sailthru.title")
_SUMMARIES = ("og:description", "description", "twitter:description", "dc.description", "sailthru.description")
_AUTHORS = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl")
# fmt: off
_PUBLISHED = (
    "article:published_time", "og:published_time", "datepublished", "article:published", "published_time",
    "publishdate", "publish_date", "publish-date", "pubdate", "parsely-pub-date", "sailthru.date",
    "dcterms.created", "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.date",
    "cxenseparse:recs:publishtime", "originalpublicationdate", "date.release", "date",
)
# fmt: on
# fmt: off
_UPDATED = (
    "article:modified_time", "og:updated_time", "datemodified", "article:modified", "modified_time", "lastmod",
    "last-modified", "dcterms.modified", "dc.date.modified", "revised", "updated_time",
)
# fmt: on
_IMAGES = (
    "og:image:secure_url",
    "og:image",
    "og:image:url",
    "twitter:image",
    "twitter:image:src",
    "image",
    "thumbnail",
)
_SECTIONS = ("article:section", "section", "parsely-section", "cxenseparse:recs:category")
_TAGS = ("article:tag", "news_keywords", "keywords", "parsely-tags", "sailthru.tags")
_LANGUAGES = ("content-language", "dc.language", "language", "og:locale")


class Metadata(NamedTuple):
    """A page's own claims, cleaned, and for each field that has one, where it stood.

    `text` is the article as JSON-LD has it; `headings` are all headlines of the page, case-folded.
    """

    title: str | None
    summary: str | None
    authors: tuple[str, ...]
    published: str | None
    updated: str | None
    language: str | None
    image_url: str | None
    section: str | None
    tags: tuple[str, ...]
    canonical: str | None
    text: str | None
    headings: frozenset[str]
    provenance: dict[str, str]


def read_metadata(tree: HtmlElement, url: str) -> Metadata:
    """The claims of one page. `url` is where it was found; relative addresses are resolved against it."""
    linked, meta = article_object(tree), _meta(tree)

    def claims(name: str, names: tuple[str, ...] | list[str]) -> list[Claim]:
        found = [("json-ld", texts(linked.get(name)))]
        return found + [("meta", meta[label]) for label in names if label in meta]

    title, titled = _first([*claims("headline", _TITLES), ("page", list(_headings(tree)))])
    published, dated = _first([*claims("datePublished", _PUBLISHED), ("time", list(_times(tree, "published")))], 500)
    updated, revised = _first([*claims("dateModified", _UPDATED), ("time", list(_times(tree, "modified")))], 500)
    spoken = [("page", [tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or ""])]
    language, told = _first([*claims("inLanguage", ())[:1], *spoken, *claims("", _LANGUAGES)[1:]], 100)
    authors, credited = _authors(claims("author", _AUTHORS))
    tags = next((names for _, names in ((_, _split_tags(v)) for _, v in claims("keywords", _TAGS)) if names), ())
    sources = (
        ("title", titled),
        ("published_at", dated),
        ("updated_at", revised),
        ("language", told),
        ("authors", credited),
    )
    return Metadata(
        title=title,
        summary=_first(claims("description", _SUMMARIES))[0],
        authors=authors,
        published=published,
        updated=updated,
        language=language,
        image_url=_first_link(claims("image", _IMAGES), url),
        section=_first(claims("articleSection", _SECTIONS), 1000)[0],
        tags=tags,
        canonical=_canonical(tree, meta, url),
        text=next(iter(texts(linked.get("articleBody"))), None),
        headings=frozenset(one_line(text).casefold() for text in (title or "", *_headings(tree))),
        provenance={name: source for name, source in sources if source},
    )


def _meta(tree: HtmlElement) -> dict[str, list[str]]:
    """The contents of meta tags by their names in lower case."""
    found: dict[str, list[str]] = defaultdict(list)
    for tag in tree.iter("meta"):
        content = (tag.get("content") or "").strip()
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            if content and (name := tag.get(attribute)):
                found[name.strip().lower()].append(content)
    return dict(found)


def _headings(tree: HtmlElement) -> Iterator[str]:
    headings = list(tree.iter("h1"))
    if len(headings) == 1:
        yield headings[0].text_content()
    yield from (tag.text_content() for tag in tree.iter("title"))
    yield from (tag.text_content() for tag in headings)


def _times(tree: HtmlElement, kind: str) -> Iterator[str]:
    """`<time>` and microdata; the first `<time>` with a machine's form counts as the publishing time."""
    for tag in tree.iter("time", "span", "div", "abbr"):
        label = " ".join(filter(None, (tag.get("itemprop"), tag.get("class") if tag.tag == "time" else None))).lower()
        written = tag.get("datetime") or tag.get("content") or tag.get("title")
        if written and (f"date{kind}" in label or (kind == "modified" and tag.tag == "time" and "updated" in label)):
            yield written
    if kind == "published":
        yield from (tag.get("datetime") for tag in tree.iter("time") if tag.get("datetime"))


def _first(claims: list[Claim], limit: int = 10_000) -> tuple[str | None, str | None]:
    for source, values in claims:
        for value in values:
            if line := one_line(value, limit):
                return line, source
    return None, None


def _first_link(claims: list[Claim], url: str) -> str | None:
    return next((link for _, values in claims for value in values if (link := web_link(value, url))), None)


def _authors(claims: list[Claim]) -> tuple[tuple[str, ...], str | None]:
    for source, values in claims:
        names = clean_names(value for value in values if not value.strip().startswith(("http:", "https:", "@", "/")))
        if names:
            return names, source
    return (), None


def _split_tags(values: list[str]) -> tuple[str, ...]:
    return clean_tags(tag for value in values for tag in value.split(","))


def _canonical(tree: HtmlElement, meta: dict[str, list[str]], url: str) -> str | None:
    links = [tag.get("href") for tag in tree.iter("link") if "canonical" in (tag.get("rel") or "").lower().split()]
    return next((link for value in (*links, *meta.get("og:url", ())) if (link := web_link(value, url))), None)
