"""Tries dead letters again: the bytes that were kept go through the same graph, and what succeeds is removed."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from models.document import Document, Entry
from models.feed_state import FeedState
from models.outcome import Draft, Failure, Outcome, Polled
from models.replay import Replayed, ReplayResult
from models.report import Tally
from models.settings import Configuration
from pipelines.index.base import SearchIndex
from pipelines.logs import without_secrets
from pipelines.recall import Left, Overcome, Recalled, Sources, recall, renew
from pipelines.run import run_chunk, run_kept
from pipelines.session import Progress, Session, check_stop, opened
from pipelines.state.base import FailureFilter, StateStore, chosen
from pipelines.stop import stoppable
from pipelines.transforms import PROGRESS, SETTLED, close_stores

AT_ONCE = 64
"""Dead letters in one chunk; each holds at most a megabyte."""

_HEALTH = ("failures_in_a_row", "last_error", "last_new_at", "usual_gap")
"""What polls alone say of a feed."""

_Kind = TypeVar("_Kind")


def replay(
    configuration: Configuration, failure_ids: Sequence[str], wanted: FailureFilter, progress: Progress
) -> Iterator[Replayed]:
    """Try the named dead letters again, or all that fit the filter; yield what became of each.

    An article that the index holds in a newer state stays as it is. Raises SetupError for an id that is none,
    TryLater when the index is away, another run holds it, or a signal came.
    """
    with (
        stoppable(configuration.settings.run.grace),
        opened(configuration, 1, run_chunk, progress) as session,
        session.state.lock(),
        _told(progress),
    ):
        session.index.setup()
        ids = chosen(session.state, failure_ids, wanted)
        chunks = [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]
        progress.start(len(chunks))
        for chunk in chunks:
            check_stop()
            session.state.check_lock()
            tried = _try(session, configuration, chunk)
            progress.advance(Tally(failed=sum(each.result is ReplayResult.FAILED for each in tried)))
            yield from tried
        session.index.refresh()


def _try(session: Session, configuration: Configuration, ids: Sequence[str]) -> list[Replayed]:
    """One chunk: all of them through the graph at once."""
    state = session.state
    failures = [failure for failure_id in ids if (failure := state.failure(failure_id)) is not None]
    states = state.feed_states(list({failure.source_id for failure in failures}))
    sources = Sources(configuration, states)
    recalled = _renewed(session.index, {_key(failure): recall(failure, sources) for failure in _latest(failures)})
    ended = _Ended()
    documents, entries, drafts = _all(Document, recalled), _all(Entry, recalled), _all(Draft, recalled)
    if documents or entries or drafts:
        with ended.heard():
            run_kept(session.plan, documents, entries, drafts)
    _keep_health(state, states)
    results = [_result(failure, recalled[_key(failure)], ended) for failure in failures]
    state.drop_failures([each.id for each in results if each.result is ReplayResult.SUCCEEDED])
    return results


def _key(failure: Failure) -> str:
    return failure.entry_id or failure.id


def _latest(failures: Sequence[Failure]) -> list[Failure]:
    """Of an entry that failed in several stages only the latest, which stands for all: an article goes on once."""
    return list({_key(failure): failure for failure in sorted(failures, key=lambda each: each.last_failed_at)}.values())


def _renewed(index: SearchIndex, recalled: Mapping[str, Recalled | Left]) -> Mapping[str, Recalled | Left | Overcome]:
    """Drafts with what the index holds by now; entries and documents ask it on their way."""
    drafts = _all(Draft, recalled)
    if not drafts:
        return recalled
    index.refresh()
    known = index.known([draft.article.id for draft in drafts])
    return {
        key: renew(each, known.get(each.article.id)) if isinstance(each, Draft) else each
        for key, each in recalled.items()
    }


def _all(kind: type[_Kind], recalled: Mapping[str, object]) -> list[_Kind]:
    return [each for each in recalled.values() if isinstance(each, kind)]


def _keep_health(state: StateStore, before: Mapping[str, FeedState]) -> None:
    """What was learnt of a feed's entries stays; how its polls go is not for old bytes to say."""
    after = state.feed_states(list(before))
    state.save_feed_states(
        [
            now.model_copy(update={name: getattr(before[source_id], name) for name in _HEALTH})
            for source_id, now in after.items()
            if now != before[source_id]
        ]
    )


def _result(failure: Failure, recalled: Recalled | Left | Overcome, ended: "_Ended") -> Replayed:
    result, reason = ReplayResult.SUCCEEDED, None
    match recalled:
        case Left():
            result, reason = ReplayResult.LEFT, recalled.reason
        case Overcome():
            reason = recalled.reason
        case _:
            document = recalled.id if isinstance(recalled, Document) else recalled.document
            # Entries that fail in a document that can be read have dead letters of their own.
            many = isinstance(recalled, Document) and recalled.first_record is None
            reason = ended.failed(document, entries=not many)
            result = ReplayResult.FAILED if reason is not None else ReplayResult.SUCCEEDED
    return Replayed(
        id=failure.id,
        source_id=failure.source_id,
        source_name=failure.source_name,
        stage=failure.stage,
        result=result,
        reason=without_secrets(reason) if reason else None,
    )


class _Ended:
    """How documents and their entries end."""

    def __init__(self) -> None:
        self._documents: dict[str, Polled] = {}
        self._entries: dict[str, str] = {}

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Listen for the time of a `with`."""
        SETTLED.append(self._hear)
        try:
            yield
        finally:
            SETTLED.remove(self._hear)

    def failed(self, document: str, *, entries: bool) -> str | None:
        """Why a document has failed, or with `entries` one in it; None where it has not."""
        polled = self._documents[document]
        if polled.failure is not None:
            return polled.failure.reason
        return self._entries.get(document) if entries else None

    def _hear(self, records: Sequence[Outcome | Polled]) -> None:
        for record in records:
            if isinstance(record, Polled):
                self._documents[record.document] = record
            elif record.failure is not None:
                self._entries.setdefault(record.document, record.failure.reason)


@contextmanager
def _told(progress: Progress) -> Iterator[None]:
    PROGRESS.append(progress.ended)
    try:
        yield
    finally:
        PROGRESS.remove(progress.ended)
        close_stores()
