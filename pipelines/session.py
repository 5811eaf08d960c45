"""A session: the stores and processes of one configuration, kept open for one run or for many."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Protocol
from uuid import uuid4

from models.document import Poll
from models.errors import TryLater
from models.report import RunReport, Tally
from models.settings import Configuration
from pipelines.chunks import chunks, size_on_disk
from pipelines.enrich import check_recognizer
from pipelines.index.base import SearchIndex
from pipelines.logs import in_run
from pipelines.reports import Counts, report_of, totals_of
from pipelines.state.base import FailureFilter, StateStore
from pipelines.stop import STOP
from pipelines.stores import open_store
from pipelines.transforms import Plan
from pipelines.workers import Task, work_here, work_in_pool

_log = logging.getLogger("newsbeam.run")

_DAY = timedelta(days=1)

Work = Callable[[Sequence[Poll]], Counts]


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


class Session:
    """Runs one cycle after the other; whoever calls holds the lock meanwhile.

    `trouble` is what kept the last cycle from its end; then stores and processes may be broken. With `whole` the task
    gets all polls of a cycle at once, since it spreads them over many workers itself.
    """

    def __init__(
        self,
        configuration: Configuration,
        workers: int | None,
        task: Task,
        progress: Progress,
        *,
        whole: bool = False,
    ) -> None:
        self.settings = configuration.settings
        self.plan = Plan(self.settings, frozenset(feed.id for feed in (*configuration.feeds, *configuration.disabled)))
        self.index: SearchIndex
        self.state: StateStore
        self.index, self.state = open_store(self.settings)
        self.is_set_up = False
        self._expired: datetime | None = None
        self.trouble: TryLater | None = None
        self._workers = workers or self.settings.run.workers
        self._whole = whole
        self._task = task
        self._progress = progress
        self._here: Work | None = None
        self._pool: Work | None = None
        self._closing = ExitStack()
        self._closing.callback(self.state.close)
        self._closing.callback(self.index.close)

    def close(self) -> None:
        """Let go of processes, files and connections."""
        self._closing.close()

    def cycle(self, polls: Sequence[Poll], started: datetime, run_id: str | None = None) -> RunReport:
        """Ingest these polls, chunk after chunk, until all is done, something stays away, or STOP is set.

        Raises SetupError when credentials or the index turn out wrong, TryLater when the index is away at the end.
        """
        run_id = run_id or uuid4().hex
        with in_run(run_id):
            _log.info("run started", extra={"polls": len(polls)})
            counts, trouble = self._ingest(polls)
            self.trouble = trouble
            report = report_of(self.settings, run_id, started, counts, trouble)
            if trouble is None or STOP.is_set():
                self._forget_overcome(counts, started)
                self.index.refresh()
                if self._workers > 1 or self._whole:
                    self.index.remove_twins(started)
                self.state.save_run(report)
                self._expire(started)
            _log.info("run ended", extra=_told(report))
        return report

    def _ingest(self, polls: Sequence[Poll]) -> tuple[Counts, TryLater | None]:
        todo = [list(polls)] if self._whole and polls else list(chunks(polls, self.settings.run))
        counts = Counts()
        self._progress.start(len(todo))
        try:
            work = self._processes(polls)
            for number, chunk in enumerate(todo):
                self.state.check_lock()
                check_stop()
                done = work(chunk)
                counts.update(done)
                self._progress.advance(totals_of(done))
                if STOP.is_set() and (number + 1 < len(todo) or any(kind == "left" for kind, _ in done)):
                    check_stop()
            self.state.check_lock()
        except TryLater as trouble:
            return counts, trouble
        return counts, None

    def _processes(self, polls: Sequence[Poll]) -> Work:
        """This process, or the pool where there is enough to divide; either is opened once."""
        large = self.settings.files.part_bytes
        if self._workers > 1 and (len(polls) > 1 or any(size_on_disk(poll) > large for poll in polls)):
            if self._pool is None:
                pool = work_in_pool(self._task, self.plan, self._progress.ended, self._workers)
                self._pool = self._closing.enter_context(pool)
            return self._pool
        if self._here is None:
            self._here = self._closing.enter_context(work_here(self._task, self.plan, self._progress.ended))
        return self._here

    def _expire(self, now: datetime) -> None:
        """Remove old reports and dead letters; once a day is enough."""
        if self._expired is None or now - self._expired >= _DAY:
            self._expired = now
            self.state.forget_runs(now - self.settings.run.keep_reports)
            self._expire_failures(now - self.settings.run.keep_failures)

    def _expire_failures(self, before: datetime) -> None:
        """Where a feed has brought nothing new since, the entries that failed may still stand in it."""
        old = [(failure.id, failure.source_id) for failure in self.state.failures(FailureFilter(until=before))]
        asked = {source_id for _, source_id in old} & self.plan.configured
        states = self.state.feed_states(sorted(asked))
        still = {name for name, state in states.items() if state.last_new_at is None or state.last_new_at < before}
        self.state.drop_failures([failure_id for failure_id, source_id in old if source_id not in still])

    def _forget_overcome(self, counts: Counts, started: datetime) -> None:
        """Remove dead letters of documents and records that this cycle read again without meeting them."""
        read = {name for (kind, name), number in counts.items() if kind == "fetched" and number}
        answered = {name for (kind, name), number in counts.items() if kind == "not_modified" and number}
        self.state.forget_failures(sorted(read), ("fetch", "parse"), started)
        self.state.forget_failures(sorted(answered - read), ("fetch",), started)


@contextmanager
def opened(
    configuration: Configuration, workers: int | None, task: Task, progress: Progress, *, whole: bool = False
) -> Iterator[Session]:
    """A session for the time of a `with`, with what is missing in its stores set up.

    Raises SetupError where what the settings ask for is not installed.
    """
    check_recognizer(configuration.settings.enrich)
    session = Session(configuration, workers, task, progress, whole=whole)
    try:
        session.state.setup()
        yield session
    finally:
        progress.finish()
        session.close()


def check_stop() -> None:
    """Raises TryLater when it is time to stop."""
    if STOP.is_set():
        raise TryLater(f"stopped {STOP.why} before the end; nothing is lost, run again")


def _told(report: RunReport) -> dict[str, object]:
    """What the log says of a run that has ended."""
    told: dict[str, object] = {name: number for name, number in report.totals.model_dump().items() if number}
    return told | {"exit_code": report.exit_code, "exit_reason": report.exit_reason, "seconds": report.seconds}
