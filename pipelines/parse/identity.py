"""What an address is in its one form, and which article an entry is."""

import re
from hashlib import sha256
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import quote, urljoin

import idna

from pipelines.parse.decode import clean

URL_LIMIT = 8000

_TRACKING_PREFIXES = ("utm_", "at_", "ns_", "mtm_", "hsa_", "wt_mc", "wt.mc")
# fmt: off
_TRACKING = frozenset({
    "fbclid", "gclid", "dclid", "gbraid", "wbraid", "gclsrc", "msclkid", "yclid", "twclid", "ttclid", "igshid",
    "igsh", "mc_cid", "mc_eid", "mkt_tok", "vero_id", "oly_anon_id", "oly_enc_id", "_hsenc", "_hsmi", "_ga",
    "_gl", "_openstat", "xtor", "cmp", "cmpid", "cmpcid", "pk_campaign", "pk_kwd", "ocid", "ncid", "icid",
    "ito", "ref", "ref_src", "ref_url", "referrer", "smid", "smtyp", "sr_share", "spref", "wprss", "rss",
    "partner_rss", "feedtype", "feedname",
})
# fmt: on
_FEED_MARKS = frozenset({"rss", "atom", "feed", "rss_feed"})
_FEED_MARKED = frozenset({"source", "src", "from", "via", "mod", "emc", "partner", "rssid", "feed", "output"})
"""Parameters that say where a reader came from and never which article it is.

Names are compared without case. Those of the last list count only when their value names a feed (`from=rss`,
`mod=rss_markets_main`).
"""

_KEPT_IN_PATH = "/%:@!$&'()*+,;=~-._"
_KEPT_IN_QUERY = _KEPT_IN_PATH + "?[]|{}"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HIGHEST_PORT = 65_535
_ADDRESS = re.compile(
    r"(https?)://(?:[^/?#]*@)?(\[[0-9a-f:.]+\]|[^/?#:@\[\]\\]+)(?::([0-9]{0,5}))?(/[^?#]*)?(?:\?([^#]*))?(?:#.*)?",
    re.IGNORECASE | re.DOTALL,
)
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?")
_IN_ITS_FORM = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?/[A-Za-z0-9/._~+-]*")
_CONTROL_OR_SPACE = re.compile(r"[\x00-\x20\x7f]")
_SCHEME = re.compile(r"https?://", re.IGNORECASE)


def web_link(link: str | None, base: str = "") -> str | None:
    """An absolute http(s) address of at most 8,000 characters, resolved against `base`; None for anything else.

    What is empty or begins with `#` leads nowhere but to `base`, and is none.
    """
    if not link or len(link) > URL_LIMIT:
        return None
    link = (link if link.isprintable() else clean(link)).strip()
    if not link or link[0] == "#":
        return None
    if not _SCHEME.match(link):
        try:
            link = urljoin(base, link)
        except ValueError:
            return None
    if not _SCHEME.match(link) or len(link) > URL_LIMIT or _split(link) is None:
        return None
    return link


def canonical_url(url: str) -> str | None:
    """The one form of an address, or None where it is not http(s), over 8,000 characters long, or nonsense.

    Host in lower case and IDNA (UTS 46), without default port, user name, fragment and tracking parameters; the
    rest of the query keeps its order, the path its case. What is not ASCII is percent-encoded as UTF-8 (RFC 3987,
    section 3.1). Applied twice it changes nothing.
    """
    if len(url) > URL_LIMIT:
        return None
    if _IN_ITS_FORM.fullmatch(url):
        return url
    parts = _split(_CONTROL_OR_SPACE.sub(_encoded_space, clean(url).strip()))
    if parts is None:
        return None
    scheme, host, path, query = parts
    kept = [pair for pair in query.split("&") if pair and not _is_tracking(pair)]
    path = quote(path or "/", safe=_KEPT_IN_PATH)
    tail = "?" + quote("&".join(kept), safe=_KEPT_IN_QUERY) if kept else ""
    canonical = f"{scheme}://{host}{path}{tail}"
    return canonical if len(canonical) <= URL_LIMIT else None


def is_bare_host(canonical: str) -> bool:
    """Whether an address names a site and no page of it."""
    return canonical.find("/", len("https://")) == len(canonical) - 1


def digest(*parts: str) -> str:
    """An entry's id: the first 32 hex digits of the SHA-256 over what identifies it."""
    return sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def plain_path(path: str) -> str:
    """A file's path without `.gz`: packed or not, it is the same file."""
    return path.removesuffix(".gz")


def record_place(path: str, number: int) -> str:
    """The n-th record of a file, n from 1."""
    return f"{path}#{number}"


def _encoded_space(match: re.Match[str]) -> str:
    return "%20" if match.group() == " " else ""


def _split(url: str) -> tuple[str, str, str, str] | None:
    """Scheme, host with port, path and query."""
    match = _ADDRESS.fullmatch(url)
    if match is None:
        return None
    scheme, written, port, path, query = match.groups("")
    host, scheme = _ascii_host(written), scheme.lower()
    if host is None or int(port or 0) > _HIGHEST_PORT:
        return None
    return scheme, host if int(port or 0) in (0, _DEFAULT_PORTS[scheme]) else f"{host}:{int(port)}", path, query


def _ascii_host(host: str) -> str | None:
    host = host.rstrip(".").lower()
    if host.startswith("["):
        try:
            return f"[{IPv6Address(host[1:-1])}]"
        except AddressValueError:
            return None
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode().rstrip(".")
        except (idna.IDNAError, UnicodeError):
            return None
    return host if len(host) <= 253 and _HOST.fullmatch(host) else None


def _is_tracking(pair: str) -> bool:
    name, _, value = pair.partition("=")
    name = name.lower().removeprefix("amp;")
    if name in _TRACKING or name.startswith(_TRACKING_PREFIXES):
        return True
    return name in _FEED_MARKED and (value.lower() in _FEED_MARKS or value.lower().startswith("rss_"))
