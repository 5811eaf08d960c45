"""From what a reader found to entries: identity, rank and origin, the same way for feeds and files."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import islice

from models.article import TextStatus
from models.document import Document, Entry
from models.errors import ParseError
from models.feed_state import FeedState
from models.outcome import DocumentStatus, Failure, Outcome, OutcomeKind, Parsed, Polled
from models.source import FeedSource, FileSource, FullText
from pipelines import NEWSBEAM_VERSION
from pipelines.logs import without_secrets
from pipelines.parse.found import Found, Item, Unread
from pipelines.parse.identity import canonical_url, digest, is_bare_host, plain_path, record_place
from pipelines.schedule import due_after_success

REMEMBERED = 200
"""Addresses that several guids share, of a feed, are remembered up to this many, those of the latest poll first."""


def assemble(document: Document, found: Found) -> Parsed:
    """Give each item its id and place, and say what Commit waits for.

    Addresses that several guids share are remembered in the state, so that an entry whose neighbour has left
    the feed keeps its id.
    """
    remembered = document.state.shared_urls if document.state is not None else ()
    shared = dict.fromkeys((*sorted(_shared_urls(found.items)), *remembered))
    entries = tuple(_entry(document, found, item, position, shared) for position, item in enumerate(found.items))
    failed = tuple(_failed(document, unread) for unread in found.unread)
    state = _after_reading(document, found, shared)
    polled = Polled(
        document=document.id,
        source_id=document.source.id,
        status=DocumentStatus.FETCHED,
        entries=len(entries) + len(failed),
        state=state,
    )
    return Parsed(entries=entries, failed=failed, polled=polled)


def _after_reading(document: Document, found: Found, shared: Collection[str]) -> FeedState | None:
    """The state that knows what stands in the document: it is a feed, so the poll was a success."""
    state, source = document.state, document.source
    if state is None or not isinstance(source, FeedSource):
        return state
    state = state.model_copy(
        update={
            "moved_to": document.moved_to,
            "hints": found.hints,
            "shared_urls": tuple(islice(shared, REMEMBERED)),
            "last_success_at": document.fetched_at,
            "gone_at": None,
        }
    )
    return state.model_copy(update={"next_due_at": due_after_success(source.every, state, document.fetched_at)})


def _shared_urls(items: Iterable[Item]) -> set[str]:
    """Addresses that entries with different guids carry."""
    guids: dict[str, set[str]] = defaultdict(set)
    for item in items:
        if item.url is not None and item.guid is not None:
            guids[item.url].add(item.guid)
    return {url for url, owners in guids.items() if len(owners) > 1}


def _entry(document: Document, found: Found, item: Item, position: int, shared: Collection[str]) -> Entry:
    source = document.source
    return Entry(
        id=_identify(document, found, item, shared),
        document=document.id,
        source=source,
        origin=_origin(document, item.number),
        position=position,
        rank=_rank(document, item.text_status),
        kind=found.kind,
        fetched_at=document.fetched_at,
        again=document.again,
        guid=item.guid,
        url=item.url,
        title=item.title,
        summary=item.summary,
        body=item.body,
        text_status=item.text_status,
        authors=item.authors,
        tags=item.tags,
        section=item.section,
        language=item.language,
        image_url=item.image_url,
        published=item.published,
        updated=item.updated,
        channel_name=item.channel_name or found.channel_name,
        provenance=item.provenance,
    )


def _identify(document: Document, found: Found, item: Item, shared: Collection[str]) -> str:
    """The canonical address; else the feed's address and the guid; else the file's path and the record's number.

    An entry of a live feed that has neither goes by its feed's address, title and date.
    """
    source, url = document.source, item.url
    by_guid = source.content.identity == "guid" and item.guid is not None
    if url is not None and not by_guid and url != found.link and url not in shared and not is_bare_host(url):
        return digest(url)
    if item.guid is not None:
        return digest(_feed_address(document, found), item.guid)
    if isinstance(source, FileSource):
        path = plain_path(source.path)
        return digest(path if item.number is None else record_place(path, item.number))
    return digest(_feed_address(document, found), "", item.title or (item.body or "")[:200], item.published or "")


def _feed_address(document: Document, found: Found) -> str:
    source = document.source
    if isinstance(source, FeedSource):
        return canonical_url(source.url) or source.url
    return found.address or found.link or plain_path(source.path)


def _origin(document: Document, number: int | None) -> str:
    source = document.source
    if isinstance(source, FeedSource):
        return without_secrets(source.url)
    return source.path if number is None else record_place(source.path, number)


def _rank(document: Document, text_status: TextStatus) -> int:
    source = document.source
    full = text_status is TextStatus.FULL or source.content.full_text is not FullText.FEED
    return 2 * full + isinstance(source, FeedSource)


def _failed(document: Document, unread: Unread) -> Outcome:
    source = document.source
    path = source.path if isinstance(source, FileSource) else source.url
    entry_id = digest(record_place(plain_path(path), unread.number))
    failure = Failure.of(
        ParseError(unread.reason),
        source,
        origin=record_place(path, unread.number),
        at=document.fetched_at,
        newsbeam=NEWSBEAM_VERSION,
        entry_id=entry_id,
        raw=unread.raw,
        media_type=document.media_type or "application/json",
    )
    return Outcome(
        kind=OutcomeKind.FAILED, document=document.id, source_id=source.id, entry_id=entry_id, failure=failure
    )
