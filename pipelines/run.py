"""Runs the pipeline on this machine: one cycle over what is due, chunk by chunk."""

import os
import signal
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from difflib import get_close_matches
from types import FrameType
from typing import Protocol
from uuid import uuid4

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner

from models.document import Poll
from models.errors import NewsbeamError, SetupError, TryLater
from models.feed_state import FeedState
from models.report import RunReport, Tally
from models.run import RunRequest
from models.settings import Configuration, RunSettings, Settings
from models.source import FeedSource
from pipelines import NEWSBEAM_VERSION
from pipelines.chunks import chunks, size_on_disk
from pipelines.fetch import check_secrets, discover_files, fingerprint
from pipelines.ingest import ingest
from pipelines.schedule import next_due
from pipelines.state.base import StateStore
from pipelines.stores import open_store
from pipelines.transforms import STOP, Plan
from pipelines.workers import Counts, work_here, work_in_pool


class Progress(Protocol):
    """Who is told how a run goes on."""

    def start(self, chunks: int) -> None:
        """So many chunks are to do."""

    def advance(self, done: Tally) -> None:
        """One more chunk is done, and this is what it did."""

    def ended(self, entries: int) -> None:
        """So many more entries have ended, within a chunk; called from any thread."""

    def finish(self) -> None:
        """Nothing more will come."""


def run(configuration: Configuration, request: RunRequest, progress: Progress) -> RunReport:
    """Ingest what is due, or the files that are asked for; the report says how it went and with which exit code.

    Raises SetupError before anything is fetched when the configuration, the credentials or the index are not
    right, and TryLater when the index is away or another run holds it.
    """
    settings = configuration.settings
    started = datetime.now(UTC)
    index, state = open_store(settings)
    try:
        state.setup()
        with state.lock(), _stopped_by_signals():
            index.setup()
            polls = _due(configuration, request, state, started)
            plan = Plan(settings, frozenset(feed.id for feed in (*configuration.feeds, *configuration.disabled)))
            workers = request.workers or settings.run.workers
            counts, trouble = _ingest_chunks(plan, polls, workers, progress, state)
            report = _report(settings, started, counts, trouble)
            if trouble is None or STOP.is_set():
                _forget_overcome(state, counts, started)
                index.refresh()
                if workers > 1:
                    index.remove_twins(started)
                state.save_run(report)
    finally:
        progress.finish()
        index.close()
        state.close()
    return report


def run_chunk(plan: Plan, polls: Sequence[Poll]) -> Counts:
    """Run the graph over these polls, in this process. Errors of ours keep their type and their words."""
    pipeline = beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([]))
    ingest(pipeline | beam.Create(polls, reshuffle=False).with_output_types(Poll), plan)
    try:
        result = pipeline.run()
    except NewsbeamError as error:
        # Beam raises a copy of the error that has the step's name behind its words.
        raise (error.__context__ if isinstance(error.__context__, NewsbeamError) else error) from None
    counts = Counts()
    for counter in result.metrics().query()["counters"]:
        counts[counter.key.metric.namespace, counter.key.metric.name] += counter.result
    return counts


def _due(configuration: Configuration, request: RunRequest, state: StateStore, now: datetime) -> list[Poll]:
    """The polls of this run, in the order of the sources."""
    if request.paths:
        files = discover_files(request.paths)
        content = configuration.settings.files.content()
        return [
            Poll(id=uuid4().hex, source=file.model_copy(update={"content": content}), again=request.again)
            for file in files
        ]
    feeds = _asked_for(configuration.feeds, request.source_id)
    for feed in feeds:
        check_secrets(feed)
    states = state.feed_states([feed.id for feed in feeds])
    polls = [Poll(id=uuid4().hex, source=feed, state=states.get(feed.id), again=request.again) for feed in feeds]
    if request.all or request.source_id or request.again:
        return polls
    return [poll for poll, feed in zip(polls, feeds, strict=True) if _is_due(feed, poll.state, now)]


def _is_due(feed: FeedSource, state: FeedState | None, now: datetime) -> bool:
    """The time has come, or the feed's settings have changed since it was last polled."""
    if state is None or state.next_due_at is None or state.next_due_at <= now or state.url != feed.url:
        return True
    if state.failures_in_a_row or state.last_attempt_at is None:
        return False
    return state.fingerprint != fingerprint(feed) or next_due(state.last_attempt_at, feed.every, 0, None) <= now


def _forget_overcome(state: StateStore, counts: Counts, started: datetime) -> None:
    """Remove dead letters of documents and records that this run read again without meeting them."""
    read = {name for (kind, name), number in counts.items() if kind == "fetched" and number}
    answered = {name for (kind, name), number in counts.items() if kind == "not_modified" and number}
    state.forget_failures(sorted(read), ("fetch", "parse"), started)
    state.forget_failures(sorted(answered - read), ("fetch",), started)


def _asked_for(feeds: Sequence[FeedSource], source_id: str | None) -> list[FeedSource]:
    if source_id is None:
        return list(feeds)
    found = [feed for feed in feeds if feed.id == source_id]
    if not found:
        near = get_close_matches(source_id, [feed.id for feed in feeds], 1)
        hint = f"; did you mean '{near[0]}'?" if near else "; `newsbeam config show` lists the feeds"
        raise SetupError(f"no enabled feed has the id '{source_id}'{hint}")
    return found


def _ingest_chunks(
    plan: Plan, polls: Sequence[Poll], workers: int, progress: Progress, state: StateStore
) -> tuple[Counts, TryLater | None]:
    """Chunk after chunk, until all is done, something outside stays away, or a signal says stop."""
    todo = list(chunks(polls, plan.settings.run))
    counts = Counts()
    progress.start(len(todo))
    dividable = len(polls) > 1 or any(size_on_disk(poll) > plan.settings.files.part_bytes for poll in polls)
    if workers > 1 and dividable:
        processes = work_in_pool(run_chunk, plan, progress.ended, workers)
    else:
        processes = work_here(run_chunk, plan, progress.ended)
    try:
        with processes as work:
            for number, chunk in enumerate(todo, start=1):
                state.check_lock()
                done = work(chunk)
                counts.update(done)
                progress.advance(_totals(done))
                if STOP.is_set() and (number < len(todo) or any(kind == "left" for kind, _ in done)):
                    raise TryLater("stopped by a signal before the end; nothing is lost, run again")
            state.check_lock()
    except TryLater as trouble:
        return counts, trouble
    return counts, None


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """SIGTERM and SIGINT let the chunk in hand finish; a second one ends at once, and the next run repairs."""

    def stop(_signum: int, _frame: FrameType | None) -> None:
        if STOP.is_set():
            os._exit(75)
        STOP.set()

    STOP.clear()
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _report(settings: Settings, started: datetime, counts: Counts, trouble: TryLater | None) -> RunReport:
    totals = _totals(counts)
    sources = _by_source(counts)
    code, reason = _verdict(totals, sources, trouble, settings.run)
    return RunReport(
        run_id=uuid4().hex,
        started_at=started,
        ended_at=datetime.now(UTC),
        exit_code=code,
        exit_reason=reason,
        index=settings.index,
        newsbeam=NEWSBEAM_VERSION,
        totals=totals,
        sources=sources,
        failures_by_reason=_reasons(counts),
        stage_seconds={name: n / 1e6 for (kind, name), n in counts.items() if kind == "seconds"},
    )


def _verdict(
    totals: Tally, sources: Mapping[str, Tally], trouble: TryLater | None, settings: RunSettings
) -> tuple[int, str]:
    """The exit code and the reason for it."""
    differences = [f"{name}: {found}" for name, tally in sources.items() for found in tally.differences()]
    if differences:
        return 1, "the accounting does not add up: " + "; ".join(differences[:5])
    if trouble is not None:
        return 75, str(trouble)
    if totals.due == 0:
        return 0, "nothing was due"
    if totals.unreachable == totals.due:
        return 75, "nothing that was due could be reached"
    if totals.failed_documents == totals.due:
        return (75 if totals.unreachable else 3), "nothing that was due could be read"
    budget = max(settings.error_budget_at_least, settings.error_budget * totals.seen)
    if totals.first_failures > budget:
        return 3, f"{totals.first_failures} entries failed, more than the error budget of {budget:.0f}"
    return 0, "done"


def _totals(counts: Counts) -> Tally:
    sums: dict[str, int] = defaultdict(int)
    for (kind, _), number in counts.items():
        sums[kind] += number
    return Tally(**{kind: number for kind, number in sums.items() if kind in Tally.model_fields})


def _by_source(counts: Counts) -> dict[str, Tally]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for (kind, name), number in counts.items():
        if kind in Tally.model_fields:
            found[name][kind] = number
    return {name: Tally(**kinds) for name, kinds in sorted(found.items())}


def _reasons(counts: Counts) -> dict[str, int]:
    """The most frequent reasons first."""
    reasons = Counter({name: number for (kind, name), number in counts.items() if kind == "reasons"})
    return dict(reasons.most_common(50))
