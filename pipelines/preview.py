"""The same stages as a run, called one after the other without Beam and without an index: what would be indexed."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from urllib.parse import urlsplit
from uuid import uuid4

from models.article import Article
from models.document import Candidate, Document, Entry, Poll
from models.errors import NormalizeError, ParseError, SetupError
from models.outcome import Draft, Failure, Outcome, Parsed, Polled
from models.settings import Configuration, FileSettings, Settings
from models.source import FeedSource, FileSource
from pipelines.complete import complete
from pipelines.configuration.feeds import normalized_url
from pipelines.dead_letters import refused_candidate, refused_document
from pipelines.enrich import Enricher, open_enricher
from pipelines.fetch import discover_files, fetch_all, fetch_pages
from pipelines.logs import without_secrets
from pipelines.normalize import normalize
from pipelines.parse import parse
from pipelines.select_new import entry_hash, first_of_each

BATCH = 25
"""Entries that go on together, so that the first record is shown before the last page is fetched."""


def preview(configuration: Configuration, paths_or_urls: Sequence[str]) -> Iterator[Article | Failure]:
    """The records that a run would index, and the dead letters that it would keep.

    An address may be a feed's or an article's; that of a configured feed is read with its settings. Raises
    SetupError for a path where nothing is, and for an address that is none.
    """
    enricher = open_enricher(configuration.settings.enrich)
    polls = [_poll(configuration, given) for given in paths_or_urls if _is_url(given)]
    if paths := [given for given in paths_or_urls if not _is_url(given)]:
        content = configuration.settings.files.content()
        polls += [
            Poll(id=uuid4().hex, source=file.model_copy(update={"content": content}), again=True)
            for file in discover_files(paths)
        ]
    configured = frozenset(feed.id for feed in (*configuration.feeds, *configuration.disabled))
    settings = configuration.settings
    for document in fetch_all(polls, settings.fetch, settings.files, lambda: datetime.now(UTC)):
        if isinstance(document, Polled):
            yield from _failure(document)
        else:
            parsed = _parse(document, settings.files, configured)
            yield from _records(parsed, settings, enricher)


def _is_url(given: str) -> bool:
    return given.lower().startswith(("http://", "https://"))


def _poll(configuration: Configuration, url: str) -> Poll:
    try:
        wanted, host = normalized_url(url), urlsplit(url).netloc.rpartition("@")[2]
    except ValueError as error:
        raise SetupError(f"'{without_secrets(url)}' is no address: {error}") from error
    feeds = (*configuration.feeds, *configuration.disabled)
    configured = (feed for feed in feeds if normalized_url(feed.url) == wanted)
    source = next(configured, None) or FeedSource(id=url, url=url, name=host or url)
    return Poll(id=uuid4().hex, source=source, again=True)


def _parse(document: Document, files: FileSettings, configured: frozenset[str]) -> Parsed | Polled:
    """Parse; what is no feed at an address that is not configured as one may be anything else that a file may be."""
    try:
        return parse(document, files)
    except ParseError as error:
        source = document.source
        if isinstance(source, FileSource) or source.id in configured:
            return refused_document(document, error)
    as_file = FileSource(id=source.id, path=document.url, name=source.name, content=source.content)
    try:
        return parse(document.model_copy(update={"source": as_file}), files)
    except ParseError as error:
        return refused_document(document, error)


def _records(parsed: Parsed | Polled, settings: Settings, enricher: Enricher) -> Iterator[Article | Failure]:
    if isinstance(parsed, Polled):
        yield from _failure(parsed)
        return
    for outcome in parsed.failed:
        yield from _failure(outcome)
    yield from records_of(parsed.entries, settings, enricher)


def records_of(entries: Sequence[Entry], settings: Settings, enricher: Enricher) -> Iterator[Article | Failure]:
    """The records that these entries become, pages fetched where their source asks for it, and their dead letters."""
    rest = iter(first_of_each(entries)[0])
    while batch := list(islice(rest, BATCH)):
        drafts: list[Draft] = []
        for made in _drafts(batch, settings):
            if isinstance(made, Draft):
                drafts.append(made)
            else:
                yield from _failure(made)
        for enriched in enricher.enrich(drafts):
            if isinstance(enriched, Draft):
                yield enriched.article
            else:
                yield from _failure(enriched)


def _drafts(entries: Sequence[Entry], settings: Settings) -> Iterator[Draft | Outcome]:
    candidates = [Candidate(entry=entry, entry_hash=entry_hash(entry)) for entry in entries]
    for completed in complete(candidates, settings.fetch, fetch_pages):
        if isinstance(completed, Outcome):
            yield completed
            continue
        try:
            yield normalize(completed)
        except NormalizeError as error:
            yield refused_candidate(completed, error)


def _failure(ended: Outcome | Polled) -> Iterator[Failure]:
    """The dead letter, if it ended as one; what the feed's filters left out is none."""
    if ended.failure is not None:
        yield ended.failure
