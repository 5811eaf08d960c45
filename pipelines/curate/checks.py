"""Looks at feeds as they are now: the records that would be indexed, and what a curator should know of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from models.article import Article, Precision, TextStatus
from models.curation import FeedCheck, Finding, FindingKind, SeenRecord
from models.document import Candidate
from models.errors import FetchError, NormalizeError, ParseError
from models.feeds_file import duration_text
from models.outcome import Failure
from models.settings import Settings
from models.source import FeedSource, FullText
from pipelines.curate.reading import FeedText, read_feed_text
from pipelines.enrich import Enricher, open_enricher
from pipelines.fetch import Seen, look_at_feeds
from pipelines.languages import UNDETERMINED
from pipelines.logs import without_secrets
from pipelines.normalize import normalize
from pipelines.parse import canonical_url
from pipelines.preview import records_of
from pipelines.schedule import asked_for
from pipelines.select_new import entry_hash

STALE_AFTER = timedelta(days=30)
"""A news feed whose newest entry is older has probably been left alone by its makers."""

SAME_SHARE = 0.8
"""Two feeds that have so much of the smaller one's entries in common are one."""
_FEW_ENTRIES = 3

_MEDIA_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/xml",
        "text/xml",
        "application/feed+json",
        "application/json",
    }
)


class Look(NamedTuple):
    """A check, and what tells whether two feeds are one: the address in its one form, the ids of the entries."""

    check: FeedCheck
    address: str | None = None
    entries: frozenset[str] = frozenset()


def check_feeds(
    feeds: Sequence[FeedSource], settings: Settings, limit: int, configured: Sequence[FeedSource] = ()
) -> list[FeedCheck]:
    """Fetch each feed once and say what it holds, in the order given; at most `limit` records of each.

    `configured` are the feeds that they are compared with besides each other, by address. Raises SetupError before
    anything is fetched where a secret is missing.
    """
    looks: dict[str, Look] = {}
    enricher = open_enricher(settings.enrich)
    for feed, seen in look_at_feeds(feeds, settings.fetch):
        looks[feed.id] = look(feed, seen, settings, enricher, limit)
    found = [looks[feed.id] for feed in feeds]
    known = {canonical_url(feed.url) or feed.url: feed.id for feed in configured if feed.id not in looks}
    doubles = _doubles(found, known)
    return [
        each.check.model_copy(update={"findings": (*each.check.findings, *doubles[each.check.id])}) for each in found
    ]


def look(feed: FeedSource, seen: Seen | FetchError, settings: Settings, enricher: Enricher, limit: int) -> Look:
    """What one feed brought."""
    blank = FeedCheck(id=without_secrets(feed.id), name=feed.name, url=without_secrets(feed.url))
    if isinstance(seen, FetchError):
        return Look(blank.model_copy(update={"error": without_secrets(str(seen)), "unreachable": seen.transient}))
    blank = blank.model_copy(update={"final_url": without_secrets(seen.url)})
    try:
        text = read_feed_text(seen, feed, settings.files)
    except ParseError as error:
        return Look(blank.model_copy(update={"error": without_secrets(str(error))}))
    articles = list(_as_in_feed(text))
    sample = _sampled(text, settings, enricher, limit)
    check = blank.model_copy(
        update={
            "title": text.title,
            "language": _language(sample.articles),
            "entries": len(text.entries),
            "newest": max((article.published_at for article in articles if article.published_at), default=None),
            "findings": tuple(_findings(feed, seen, text, articles, sample)),
            "records": tuple(map(_record, sample.articles)),
        }
    )
    return Look(check, canonical_url(seen.url), frozenset(entry.id for entry in text.entries))


class _Sample(NamedTuple):
    """The first entries of a feed: how many were looked at, the records of some, and why others become none."""

    looked_at: int
    articles: tuple[Article, ...]
    refused: tuple[Failure, ...]


def _sampled(text: FeedText, settings: Settings, enricher: Enricher, limit: int) -> _Sample:
    entries = text.entries[:limit]
    ended = list(records_of(entries, settings, enricher))
    articles = tuple(each for each in ended if isinstance(each, Article))
    return _Sample(len(entries), articles, tuple(each for each in ended if isinstance(each, Failure)))


def _as_in_feed(text: FeedText) -> Iterator[Article]:
    """The articles by what the feed alone says of them."""
    for entry in text.entries:
        try:
            yield normalize(Candidate(entry=entry, entry_hash=entry_hash(entry))).article
        except NormalizeError:
            continue


def _language(articles: Iterable[Article]) -> str | None:
    """The language of most of the texts, if it is that of nearly all."""
    counted = Counter(article.language for article in articles if article.language != UNDETERMINED)
    common = counted.most_common(1)
    return common[0][0] if common and common[0][1] >= SAME_SHARE * counted.total() else None


def _record(article: Article) -> SeenRecord:
    origin = article.provenance.get("body")
    return SeenRecord(
        title=article.title,
        url=article.url,
        published_at=article.published_at,
        published_at_raw=article.published_at_raw,
        published_at_precision=article.published_at_precision,
        language=article.language,
        words=article.word_count,
        text_status=article.text_status,
        text_from=origin if isinstance(origin, str) else None,
        people=article.people,
        organizations=article.organizations,
        places=article.places,
        countries=article.countries,
    )


def _findings(
    feed: FeedSource, seen: Seen, text: FeedText, articles: Sequence[Article], sample: _Sample
) -> Iterator[Finding]:
    yield from _about_the_way(feed, seen)
    yield from _about_pace(feed, seen, text)
    if text.unread:
        yield _finding("unread-entries", f"{text.unread} of its items can't be read")
    if not text.entries:
        yield _finding("no-entries", "it has no entries; look again later, or look for another address")
        return
    yield from _about_dates(feed, articles, seen.seen_at)
    without_link = sum(entry.url is None for entry in text.entries)
    if without_link:
        yield _finding("no-links", f"{_of(without_link, text.entries)} have no link; analysts can't open them")
    yield from _about_texts(feed, articles, sample)


def _about_the_way(feed: FeedSource, seen: Seen) -> Iterator[Finding]:
    if without_secrets(feed.url) != feed.url:
        yield _finding(
            "secret",
            "its address holds what looks like a secret, which stands in feeds.yaml and in what is remembered of the"
            " feed; where the server takes it as a header or a password, name its variable under headers: or auth:",
        )
    if seen.lasting_url != feed.url:
        yield _finding("moved", f"it has moved for good; write url: {without_secrets(seen.lasting_url)}")
    elif seen.hops:
        yield _finding("redirected", f"it redirects, not for good, to {without_secrets(seen.url)}")
    media_type = (seen.media_type or "").partition(";")[0].strip().lower()
    if media_type not in _MEDIA_TYPES:
        said = f"calls it '{media_type}'" if media_type else "does not say what it is"
        yield _finding("media-type", f"the server {said}, which is no feed's type; it is read all the same")


def _about_pace(feed: FeedSource, seen: Seen, text: FeedText) -> Iterator[Finding]:
    asked = asked_for(seen.fresh_for, text.hints)
    if isinstance(feed.every, timedelta) and feed.every < asked:
        minutes = timedelta(minutes=max(round(asked / timedelta(minutes=1)), 1))
        yield _finding("rare", f"it asks to be read every {duration_text(minutes)} at most, and is read no more often")


def _about_dates(feed: FeedSource, articles: Sequence[Article], now: datetime) -> Iterator[Finding]:
    undated = [article for article in articles if article.published_at is None]
    odd = next((article.published_at_raw for article in undated if article.published_at_raw), None)
    if odd is not None:
        yield _finding("odd-dates", f"{_of(len(undated), articles)} have no date that is understood: '{odd[:80]}'")
    elif undated:
        yield _finding("no-dates", f"{_of(len(undated), articles)} have no date; the time of fetching stands in")
    unzoned = sum(article.published_at_precision is Precision.NO_ZONE for article in articles)
    if unzoned and feed.content.timezone is None:
        yield _finding(
            "no-zone", f"{_of(unzoned, articles)} have times without a zone, read as UTC; write timezone: Area/City"
        )
    newest = max((article.published_at for article in articles if article.published_at), default=None)
    if newest is not None and now - newest > STALE_AFTER:
        days = (now - newest).days
        yield _finding("stale", f"its newest entry is from {newest:%Y-%m-%d}, {days} days ago; is it still kept up?")


def _about_texts(feed: FeedSource, articles: Sequence[Article], sample: _Sample) -> Iterator[Finding]:
    teasers = sum(article.text_status is TextStatus.TEASER for article in articles)
    if feed.content.full_text is FullText.FEED and teasers * 2 > len(articles):
        yield _finding("teasers", f"{_of(teasers, articles)} are teasers without the full text; write full_text: page")
    blocked = sum(article.text_status in (TextStatus.BLOCKED, TextStatus.PENDING) for article in sample.articles)
    looked_at = f"of {sample.looked_at} entries looked at"
    if blocked:
        yield _finding("blocked-pages", f"{blocked} {looked_at} lack their text, because the page could not be had")
    if sample.refused:
        reason = without_secrets(sample.refused[0].reason)
        yield _finding("refused-entries", f"{len(sample.refused)} {looked_at} can't become records: {reason}")
    if filtered := sample.looked_at - len(sample.articles) - len(sample.refused):
        yield _finding("filtered", f"{filtered} {looked_at} are left out by its include and exclude words")


def _doubles(looks: Sequence[Look], known: Mapping[str, str]) -> dict[str, list[Finding]]:
    """Two feeds that are one, said of the later one."""
    found: dict[str, list[Finding]] = defaultdict(list)
    addresses = dict(known)
    owners: dict[str, list[int]] = defaultdict(list)
    for number, each in enumerate(looks):
        if each.address is None:
            continue
        first = addresses.setdefault(each.address, each.check.id)
        if first != each.check.id:
            message = f"it leads to the same address as feed '{first}'; remove one of them"
        else:
            shared = Counter(owner for entry in each.entries for owner in owners[entry])
            twin = next((owner for owner, number in shared.items() if _same(number, each, looks[owner])), None)
            message = f"it has the same entries as feed '{looks[twin].check.id}'" if twin is not None else ""
        if message:
            found[each.check.id].append(_finding("double", message))
        for entry in each.entries:
            owners[entry].append(number)
    return found


def _same(shared: int, one: Look, other: Look) -> bool:
    fewer = min(len(one.entries), len(other.entries))
    return fewer >= _FEW_ENTRIES and shared >= SAME_SHARE * fewer


def _of(number: int, of: Sequence[object]) -> str:
    return f"{number} of {len(of)} entries"


def _finding(kind: FindingKind, message: str) -> Finding:
    return Finding(kind=kind, message=message)
