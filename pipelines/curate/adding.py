"""From an address, or from a list of feeds, to entries of `feeds.yaml` that say all that can be found out."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from models.curation import FeedCheck
from models.errors import SetupError, TryLater
from models.feeds_file import FeedEntry
from models.settings import Settings
from models.source import Content, FeedSource
from pipelines.configuration.documents import Document
from pipelines.configuration.feeds import normalized_url, read_feeds
from pipelines.curate.checks import look
from pipelines.curate.discovery import Discovery, FoundFeed, discover
from pipelines.curate.edit import Written
from pipelines.curate.file import FeedsText
from pipelines.curate.naming import feed_id, feed_name, web_address
from pipelines.curate.opml import Outline
from pipelines.enrich import open_enricher
from pipelines.logs import without_secrets

KEYS = ("id", "url", "name", "language", "section", "tags", "full_text", "every")
"""What is written of a feed, in this order; then what a list of feeds says besides."""

_ENOUGH_TEXTS = 3
"""The language of fewer is not taken for that of the feed."""
_LONGEST_WORD = 200


class Plan(NamedTuple):
    """What to write for a feed that was found, how it looks, and the other feeds that were there."""

    written: Written
    check: FeedCheck
    others: tuple[FoundFeed, ...]


class Listed(NamedTuple):
    """The entries that a list of feeds becomes, and for each place where one does not, line and reason."""

    feeds: tuple[Written, ...]
    problems: tuple[tuple[int, str], ...]


def plan_feed(held: FeedsText, given: str, settings: Settings, options: Mapping[str, object], limit: int) -> Plan:
    """Find the feed behind an address and what to write of it; `options` are keys of `feeds.yaml` that were given.

    Raises SetupError where there is none, or where it is there already, and TryLater.
    """
    try:
        url = web_address(given)
    except ValueError as error:
        raise SetupError(f"'{without_secrets(given)}' {error}") from error
    _refuse_double(held, url)
    _refuse_mistakes({"id": "x", "url": url, "name": "x", **options})
    discovery = _discover(given, url, settings)
    found = discovery.chosen
    for address in (found.url, found.seen.url):
        _refuse_double(held, address, discovery.others)
    name = str(options.get("name") or feed_name(found.text.title, found.url))
    source = FeedSource(
        id=str(options.get("id") or feed_id(name, found.url, held.taken())),
        url=found.url,
        name=name,
        content=_content(options),
    )
    if source.id.casefold() in held.taken():
        first = next(feed for feed in held.feeds if feed.id.casefold() == source.id.casefold())
        raise SetupError(f"{held.place(first)}: the id '{first.id}' is taken; give another with --id")
    check = look(source, found.seen, settings, open_enricher(settings.enrich), limit).check
    language = check.language if len(check.records) >= _ENOUGH_TEXTS else None
    written = {"language": language, **options, "id": source.id, "url": source.url, "name": name}
    return Plan(_ordered(written, held), check, discovery.others)


def plan_list(held: FeedsText, outlines: Sequence[Outline]) -> Listed:
    """The entries for those feeds of a list that are not there yet."""
    addresses = {normalized_url(feed.url): f"is there already as '{feed.id}'" for feed in held.feeds}
    taken = held.taken()
    feeds: list[Written] = []
    problems: list[tuple[int, str]] = []
    for outline in outlines:
        called = f"'{outline.name or without_secrets(outline.url)}'"
        try:
            url = web_address(outline.url, complete=False)
        except ValueError as error:
            address = without_secrets(outline.url)[:200]
            problems.append((outline.line, f"{called} was left out: its address '{address}' {error}"))
            continue
        if (said := addresses.get(normalized_url(url))) is not None:
            problems.append((outline.line, f"{called} {said}"))
            continue
        written, mistakes = _listed(outline, url, held, taken)
        problems += [(outline.line, f"{called}: {mistake}") for mistake in mistakes]
        taken.add(str(written["id"]).casefold())
        addresses[normalized_url(url)] = f"stands in line {outline.line} already"
        feeds.append(written)
    return Listed(tuple(feeds), tuple(problems))


def _listed(outline: Outline, url: str, held: FeedsText, taken: set[str]) -> tuple[Written, list[str]]:
    """One entry; what its list says besides counts only where it is right."""
    own = dict(outline.own)
    name = feed_name(outline.name, url)
    section = " / ".join(outline.folders)[:_LONGEST_WORD].strip()
    plain: dict[str, object] = {"id": feed_id(name, url, taken), "url": url, "name": name}
    if section:
        plain["section"] = section
    wanted = own.pop("id", None)
    if isinstance(wanted, str) and wanted.casefold() not in taken and not _mistakes({**plain, "id": wanted}):
        plain["id"] = wanted
    mistakes = _mistakes({**plain, **own})
    return _ordered(plain if mistakes else {**plain, **own}, held), mistakes


def _discover(given: str, url: str, settings: Settings) -> Discovery:
    """The feed behind the address; a host that was named alone may speak plain http only."""
    try:
        return discover(url, settings)
    except TryLater:
        if "://" in given or not url.startswith("https://"):
            raise
    return discover(url.replace("https://", "http://", 1), settings)


def _content(options: Mapping[str, object]) -> Content:
    return Content.model_validate({key: options[key] for key in Content.model_fields if key in options})


def _ordered(written: Mapping[str, object], held: FeedsText) -> Written:
    """In the order of KEYS, without what says nothing or what holds anyway."""
    names = [*KEYS, *(key for key in written if key not in KEYS)]
    kept = {key: written[key] for key in names if written.get(key) not in (None, "", [], ())}
    holds_anyway = {key: of.default for key, of in FeedEntry.model_fields.items()} | held.defaults
    return {key: value for key, value in kept.items() if key in KEYS[:3] or holds_anyway.get(key) != value}


def _refuse_double(held: FeedsText, url: str, others: Sequence[FoundFeed] = ()) -> None:
    if (feed := held.with_address(url)) is not None:
        also = f"; also there: {', '.join(other.url for other in others)}" if others else ""
        raise SetupError(f"{held.place(feed)}: feed '{feed.id}' has the address {feed.url} already{also}")


def _refuse_mistakes(written: Written) -> None:
    if mistakes := _mistakes(written):
        raise SetupError("; ".join(mistakes))


def _mistakes(written: Written) -> list[str]:
    document = Document("feeds.yaml", value={"feeds": [dict(written)]})
    read_feeds(document, None)
    return [problem.message for problem in document.problems]
