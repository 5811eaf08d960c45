"""What a feed is called when nobody says it: its address in full, its name, its id."""

import re
import unicodedata
from collections.abc import Collection
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from models.feeds_file import FeedUrl

_LONGEST_NAME = 100
_LONGEST_ID = 60
_FEWEST_LETTERS = 2
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_FEED_SCHEME = re.compile(r"feed:(?://)?(?=https?:)|feed:(?://)?", re.IGNORECASE)
_HOST = re.compile(r"[\w-]+(\.[\w-]+)*\.[a-z]{2,}(:[0-9]+)?([/?].*)?|localhost(:[0-9]+)?(/.*)?", re.IGNORECASE)
_NOT_IN_IDS = re.compile(r"[^a-z0-9]+")
_EMPTY_PARTS = frozenset({"www", "feeds", "feed", "rss", "rss2", "xml", "news", "blog", "com", "co", "org", "net"})
_ADDRESS = TypeAdapter(FeedUrl)


def web_address(given: str, *, complete: bool = True) -> str:
    """The address that was meant: `feed:` becomes http, and with `complete` a bare host https.

    Blanks around it do not count. Raises ValueError that says what is wrong.
    """
    url = given.strip()
    if match := _FEED_SCHEME.match(url):
        rest = url[match.end() :]
        url = rest if rest.lower().startswith(("http:", "https:")) else f"http://{rest}"
    elif not _SCHEME.match(url) or re.match(r"[^/:]+:[0-9]+(/|$)", url):
        if not complete or not _HOST.fullmatch(url):
            raise ValueError("is no absolute address; write it as https://example.org/feed.xml")
        url = f"https://{url}"
    try:
        return _ADDRESS.validate_python(url)
    except ValidationError as error:
        found = error.errors()[0]
        said = found.get("ctx", {}).get("error", "is longer than 2,000 characters")
        raise ValueError(str(said)) from error


def feed_name(said: str | None, url: str) -> str:
    """What the feed calls itself, on one line and not too long; else its host."""
    name = " ".join("".join(sign if sign.isprintable() else " " for sign in said or "").split())
    if len(name) > _LONGEST_NAME:
        name = name[:_LONGEST_NAME].rpartition(" ")[0] or name[:_LONGEST_NAME]
    return name or (urlsplit(url).hostname or url).removeprefix("www.")[:_LONGEST_NAME]


def feed_id(name: str, url: str, taken: Collection[str]) -> str:
    """A short id out of the name, or out of the host where the name has no Latin letters to make one of; never taken.

    `taken` is in lower case.
    """
    folded = unicodedata.normalize("NFKD", name.replace("ß", "ss")).casefold()
    plain = "".join(sign for sign in folded if not unicodedata.combining(sign))
    words = _words(plain)
    if len("".join(words)) < _FEWEST_LETTERS:
        words = [part for part in _words(urlsplit(url).hostname or "") if part not in _EMPTY_PARTS] or ["feed"]
    base = words[0][:_LONGEST_ID]
    for word in words[1:]:
        if len(base) + 1 + len(word) > _LONGEST_ID:
            break
        base = f"{base}-{word}"
    return base if base not in taken else f"{base}-{_free_number(base, taken)}"


def _free_number(base: str, taken: Collection[str]) -> int:
    """The first free number where those that are taken have no gaps, found without walking through them."""
    low, high = 1, 2
    while f"{base}-{high}" in taken:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if f"{base}-{middle}" in taken else (low, middle)
    return high


def _words(text: str) -> list[str]:
    return [word for word in _NOT_IN_IDS.split(text) if word]
