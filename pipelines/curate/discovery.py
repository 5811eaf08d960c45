"""Finds the feed behind an address: itself, what its page declares, what its page links to, the usual places."""

import re
import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

from models.errors import FetchError, ParseError, SetupError, TryLater
from models.settings import Settings
from models.source import FeedSource
from pipelines.curate.reading import FeedText, read_feed_text
from pipelines.fetch import Disallowed, Seen, look_at
from pipelines.parse.decode import decode
from pipelines.parse.identity import canonical_url, is_bare_host

PAUSE = 0.3
"""Seconds between requests to places where a feed may only be guessed."""

USUAL_PLACES = ("feed", "rss.xml", "atom.xml", "feed.xml", "rss", "index.xml", "feed.json")

_PAGE_READ = 4 * 2**20
_MOST_DECLARED = 10
_MOST_LINKED = 5
_FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/xml",
        "text/xml",
        "application/json",
    }
)
_LIKE_A_FEED = re.compile(
    r"(?:^|[/._-])(?:rss|atom|feeds?|rdf)(?:2|\d\.\d)?(?:\.xml|\.json|\.rdf|\.rss)?/?$", re.IGNORECASE
)
_COMMENTS = re.compile(r"comment|kommentar|comentario|commento|reacties|комментар|评论|コメント", re.IGNORECASE)


class FoundFeed(NamedTuple):
    """A feed that can be read, and the address to poll it at."""

    url: str
    seen: Seen
    text: FeedText


class Discovery(NamedTuple):
    """The feed to take, and the others that were there too."""

    chosen: FoundFeed
    others: tuple[FoundFeed, ...] = ()


def discover(url: str, settings: Settings) -> Discovery:
    """The feed behind an address.

    Of several, that of the whole site: no feed of comments; then one whose own home is the site's first page, then
    one whose home is as high up as possible; then the one that the page names first. Raises SetupError where there
    is no feed, TryLater where the site can't be reached now.
    """
    seen, disallowed = _first_look(url, settings)
    try:
        return Discovery(_understood(seen, settings))
    except ParseError as error:
        if disallowed is not None and disallowed.transient:
            raise _unreachable(disallowed) from error
        if disallowed is not None:
            raise SetupError(f"{disallowed} Name the address of the feed itself.") from error
    links = list(_declared(seen)) or list(_linked(seen))
    found = _readable(links, settings) or list(_guessed(seen, settings))
    if not found:
        tried = f"none of the {len(links)} that it names can be read" if links else "nor at the usual places near it"
        raise SetupError(f"there is no feed at {seen.url}, {tried}; name the address of the feed itself")
    best = min(range(len(found)), key=lambda place: (_rank(found[place]), place))
    return Discovery(found[best], tuple(feed for place, feed in enumerate(found) if place != best))


def _first_look(url: str, settings: Settings) -> tuple[Seen, Disallowed | None]:
    """What stands at the address. Where robots may not read pages it is asked as a run asks a feed."""
    try:
        return look_at(url, settings.fetch, robots=True), None
    except Disallowed as error:
        disallowed = error
    except FetchError as error:
        raise _unreachable(error) from error
    try:
        return look_at(url, settings.fetch, robots=False), disallowed
    except FetchError as error:
        raise _unreachable(error) from error


def _unreachable(error: FetchError) -> SetupError | TryLater:
    return TryLater(f"{error} Try again later.") if error.transient else SetupError(str(error))


def _understood(seen: Seen, settings: Settings) -> FoundFeed:
    source = FeedSource(id="new", url=seen.lasting_url, name="new")
    return FoundFeed(seen.lasting_url, seen, read_feed_text(seen, source, settings.files))


def _readable(links: Iterable[str], settings: Settings) -> list[FoundFeed]:
    """Those of the links that are feeds, each once. Raises TryLater where none is, and one can't be reached now."""
    found: dict[str, FoundFeed] = {}
    away: FetchError | None = None
    for link in links:
        try:
            feed = _understood(look_at(link, settings.fetch, robots=False), settings)
        except ParseError:
            continue
        except FetchError as error:
            away = error if error.transient else away
            continue
        found.setdefault(feed.seen.url, feed)
    if away is not None and not found:
        raise _unreachable(away)
    return list(found.values())


def _guessed(seen: Seen, settings: Settings) -> Iterator[FoundFeed]:
    """The first feed at the usual places: below the page, then below the site's first page."""
    for link in dict.fromkeys(
        urljoin(base, place)
        for base in (f"{seen.url.partition('?')[0].rstrip('/')}/", _root(seen.url))
        for place in USUAL_PLACES
    ):
        time.sleep(PAUSE)
        try:
            yield _understood(look_at(link, settings.fetch, robots=True), settings)
        except ParseError:
            continue
        except FetchError as error:
            if error.transient:
                raise _unreachable(error) from error
            continue
        return


def _declared(seen: Seen) -> Iterator[str]:
    """What the page's `link rel=alternate` name as feeds, in its order."""
    found = []
    for base, element in _elements(seen, "link"):
        relations = element.get("rel", "").lower().split()
        media_type = element.get("type", "").partition(";")[0].strip().lower()
        if ("alternate" in relations or "feed" in relations) and (media_type in _FEED_TYPES or "feed" in relations):
            found.append(urljoin(base, element.get("href", "").strip()))
    return iter(_web(found)[:_MOST_DECLARED])


def _linked(seen: Seen) -> Iterator[str]:
    """What the page links to on its own site that is called like a feed."""
    found = []
    for base, element in _elements(seen, "a"):
        link = urljoin(base, element.get("href", "").strip())
        parts = urlsplit(link)
        if _site(link) == _site(seen.url) and _LIKE_A_FEED.search(parts.path):
            found.append(link)
    return iter(_web(found)[:_MOST_LINKED])


def _elements(seen: Seen, tag: str) -> list[tuple[str, html.HtmlElement]]:
    """The page's elements of a kind that have an address, each with what the address is relative to."""
    text = decode(seen.body[:_PAGE_READ], seen.media_type)
    try:
        page = html.document_fromstring(text)
    except (etree.ParserError, ValueError):
        return []
    base = next((urljoin(seen.url, found) for found in page.xpath("//base/@href")), seen.url)
    return [(base, element) for element in page.iter(tag) if element.get("href")]


def _web(links: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(link for link in links if canonical_url(link) is not None))


def _rank(found: FoundFeed) -> tuple[bool, bool, int]:
    home = found.text.home
    is_site = home is not None and is_bare_host(home)
    depth = len([part for part in urlsplit(home or found.url).path.split("/") if part])
    comments = bool(_COMMENTS.search(found.text.title or "") or _COMMENTS.search(urlsplit(found.url).path))
    return comments, not is_site, depth


def _site(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _root(url: str) -> str:
    return urljoin(url, "/")
