"""From an error to the end of what it struck: the dead letter, with enough of the bytes to try again."""

from typing import NamedTuple

from models.article import TextStatus
from models.document import Candidate, Document, Entry
from models.errors import ParseError, RecordError
from models.feed_state import FeedState
from models.outcome import DocumentStatus, Draft, Failure, Outcome, OutcomeKind, Polled
from models.source import FeedSource
from pipelines import NEWSBEAM_VERSION
from pipelines.logs import without_secrets
from pipelines.schedule import due_after_failure

ENTRY_TYPE = "application/vnd.newsbeam.entry+json"
DRAFT_TYPE = "application/vnd.newsbeam.draft+json"
"""What the kept bytes of a failed entry are, before and after Normalize."""


class _Owner(NamedTuple):
    id: str
    name: str


def refused_document(document: Document, error: ParseError) -> Polled:
    """The end of a document that Parse refused; its validators are forgotten, so that the next poll looks again."""
    failure = Failure.of(
        error,
        document.source,
        origin=document.url,
        at=document.fetched_at,
        newsbeam=NEWSBEAM_VERSION,
        url=document.url,
        raw=document.body,
        media_type=document.media_type,
    )
    return Polled(
        document=document.id,
        source_id=document.source.id,
        status=DocumentStatus.FAILED,
        state=_after_refusal(document, failure.reason),
        failure=failure,
    )


def refused_candidate(candidate: Candidate, error: RecordError) -> Outcome:
    """The end of an entry that no article can be made of; one that waits for its page may still become one."""
    entry = candidate.entry
    waits = entry.text_status is TextStatus.PENDING
    failure = Failure.of(
        error,
        entry.source,
        origin=entry.origin,
        at=entry.fetched_at,
        newsbeam=NEWSBEAM_VERSION,
        entry_id=entry.id,
        entry_hash=candidate.entry_hash,
        url=entry.url,
        title=entry.title,
        raw=_kept(entry),
        media_type=ENTRY_TYPE,
    )
    return Outcome(
        kind=OutcomeKind.FAILED,
        document=entry.document,
        source_id=entry.source.id,
        entry_id=entry.id,
        failure=failure.model_copy(update={"transient": waits}),
        pending=waits,
    )


def _kept(entry: Entry) -> bytes:
    """The entry to try again with; its feed's address is in the configuration."""
    source = entry.source
    if isinstance(source, FeedSource):
        source = source.model_copy(update={"url": without_secrets(source.url)})
    return entry.model_copy(update={"source": source}).model_dump_json().encode()


def refused_draft(draft: Draft, error: RecordError) -> Outcome:
    """The end of an article that an extractor or the index refused."""
    article = draft.article
    failure = Failure.of(
        error,
        _Owner(article.source_id, article.source_name),
        origin=article.origin,
        at=article.fetched_at,
        newsbeam=NEWSBEAM_VERSION,
        entry_id=article.id,
        entry_hash=article.entry_hash,
        url=article.url,
        title=article.title,
        raw=draft.model_dump_json().encode(),
        media_type=DRAFT_TYPE,
    )
    return Outcome(
        kind=OutcomeKind.FAILED,
        document=draft.document,
        source_id=article.source_id,
        entry_id=article.id,
        failure=failure,
    )


def publishable(failure: Failure) -> Failure:
    """The dead letter without the secrets that its addresses may hold; the bytes and paths stay as they are."""
    texts = {name: getattr(failure, name) for name in ("reason", "origin", "url")}
    return failure.model_copy(
        update={name: without_secrets(text) for name, text in texts.items() if text and "://" in text}
    )


def _after_refusal(document: Document, reason: str) -> FeedState | None:
    """Fetch left the count of failures as it was: bytes that can't be parsed are one more."""
    state, source = document.state, document.source
    if state is None or not isinstance(source, FeedSource):
        return state
    failures = state.failures_in_a_row + 1
    return state.forget_validators().model_copy(
        update={
            "failures_in_a_row": failures,
            "last_error": without_secrets(reason),
            "next_due_at": due_after_failure(source.id, document.fetched_at, source.every, failures),
        }
    )
