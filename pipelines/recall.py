"""From a dead letter's kept bytes back to what failed: a document, an entry or a draft."""

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import ValidationError

from models.document import Document, Entry, Known
from models.feed_state import FeedState
from models.outcome import DocumentStatus, Draft, Failure, Polled
from models.settings import Configuration
from models.source import FeedSource, FileSource, Source
from pipelines.dead_letters import DRAFT_TYPE, ENTRY_TYPE
from pipelines.logs import without_secrets

Recalled = Document | Entry | Draft


class Left(NamedTuple):
    """A dead letter that can't be tried again, and why."""

    reason: str


class Overcome(NamedTuple):
    """A dead letter that need not be tried again, and why."""

    reason: str


class Sources:
    """Where dead letters came from, as it is configured now."""

    def __init__(self, configuration: Configuration, states: Mapping[str, FeedState]) -> None:
        self._feeds = {feed.id: feed for feed in (*configuration.disabled, *configuration.feeds)}
        self._files = configuration.settings.files.content()
        self._states = states

    def of(self, failure: Failure) -> Source:
        """The feed or file; of a feed that has left the configuration what is remembered, or the dead letter knows."""
        path = failure.source_id
        if _is_file(failure):
            return FileSource(id=path, path=path, name=failure.source_name, content=self._files)
        if failure.source_id in self._feeds:
            return self._feeds[failure.source_id]
        state = self._states.get(failure.source_id)  # it has the address with what is hidden elsewhere
        url = state.url if state else failure.origin.partition("#")[0]
        return FeedSource(id=failure.source_id, url=url, name=failure.source_name)

    def state(self, failure: Failure) -> FeedState | None:
        """What is remembered of the feed: it decides the ids of entries."""
        return self._states.get(failure.source_id)


def recall(failure: Failure, sources: Sources) -> Recalled | Left:
    """What failed, as it was fetched then and with the settings of now; the dead letter's id is its document."""
    if failure.raw_length > len(failure.raw):
        return Left(
            f"only the first {len(failure.raw):,} of its {failure.raw_length:,} bytes were kept; it has to be read"
            " again from where it came"
        )
    if not failure.raw:
        again = "with its path reads it again" if _is_file(failure) else "--source asks for it again"
        return Left(f"nothing was received that could be tried again; newsbeam run {again}")
    source = sources.of(failure)
    try:
        match failure.media_type:
            case t if t == ENTRY_TYPE:
                entry = Entry.model_validate_json(failure.raw)
                return entry.model_copy(update={"document": failure.id, "source": source, "again": True})
            case t if t == DRAFT_TYPE:
                draft = Draft.model_validate_json(failure.raw)
                return draft.model_copy(update={"document": failure.id, "failed_before": True})
    except ValidationError:
        return Left(f"it was kept by Newsbeam {failure.newsbeam}, in a form that this version does not read")
    return _document(failure, source, sources.state(failure))


def renew(draft: Draft, held: Known | None) -> Draft | Overcome:
    """A draft with what the index holds of the article by now, unless another source has it."""
    article = draft.article
    if held is None:
        return draft.model_copy(update={"known": None})
    taken_over = draft.known is not None and draft.known.owner == held.owner
    if held.owner != article.source_id and not taken_over:
        return Overcome("another source has brought the article")
    changed = article.model_copy(
        update={
            "first_seen_at": held.first_seen_at,
            "timestamp": article.published_at or article.updated_at or held.first_seen_at,
            "revision": held.revision + (held.content_hash != article.content_hash),
        }
    )
    return draft.model_copy(update={"article": changed, "known": held})


def one_entry(recalled: Entry | Draft) -> Polled:
    """What Commit waits for where a single entry is tried again: that one."""
    source_id = recalled.source.id if isinstance(recalled, Entry) else recalled.article.source_id
    return Polled(document=recalled.document, source_id=source_id, status=DocumentStatus.FETCHED, entries=1)


def _is_file(failure: Failure) -> bool:
    """Files go by their absolute path; no feed has such an id."""
    return failure.source_id.startswith("/")


def _address(failure: Failure, source: Source) -> str:
    """Where the bytes came from: the feed's own address, of which the dead letter hides what is secret, or another."""
    known = failure.url or failure.origin.partition("#")[0]
    return source.url if isinstance(source, FeedSource) and known == without_secrets(source.url) else known


def _document(failure: Failure, source: Source, state: FeedState | None) -> Document:
    number = failure.origin.rpartition("#")[2]
    return Document(
        id=failure.id,
        source=source,
        url=_address(failure, source),
        body=failure.raw,
        media_type=failure.media_type,
        fetched_at=failure.last_failed_at,
        first_record=int(number) if failure.entry_id and number.isascii() and number.isdigit() else None,
        state=state,
    )
