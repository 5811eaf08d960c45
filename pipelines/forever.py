"""Runs without end: a loop of bounded cycles over a heap of due times; the configuration may change meanwhile."""

import heapq
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from models.errors import SetupError, TryLater
from models.report import RunReport, Tally
from models.run import RunRequest
from models.settings import Configuration, Settings
from models.source import FeedSource
from models.status import Status
from pipelines.configuration import FEEDS, SETTINGS
from pipelines.configuration.aliases import ALIASES
from pipelines.due import Pauses, due_times, feeds_asked_for, pauses_of, polls_due
from pipelines.enrich import check_recognizer
from pipelines.fetch import check_secrets
from pipelines.logs import without_secrets
from pipelines.run import run_chunk
from pipelines.session import Session
from pipelines.status import judge
from pipelines.stop import STOP, stoppable
from pipelines.stores import opened_store

TOGETHER = timedelta(seconds=5)
"""Feeds that fall due within so short a time are polled in one cycle; no cycle follows the last one sooner."""

LOOK_AROUND = timedelta(seconds=5)
"""How often the configuration's files are looked at."""

JUDGE_EVERY = timedelta(seconds=30)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=2)
"""After trouble with the index or the lock; doubled each time."""

_log = logging.getLogger("newsbeam.forever")

Load = Callable[[], Configuration]


class Clock(Protocol):
    """The time, and how it passes."""

    def now(self) -> datetime:
        """This moment."""

    def wait(self, seconds: float) -> None:
        """Let so many seconds pass, or fewer if STOP is set."""


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        """This moment."""
        return datetime.now(UTC)

    def wait(self, seconds: float) -> None:
        """Let so many seconds pass, or fewer if STOP is set."""
        STOP.wait(seconds)


class Observer(Protocol):
    """Who is told how the loop goes on; must not block and may be told from any thread."""

    def alive(self) -> None:
        """The loop, or the work in a cycle, has moved on."""

    def cycle(self, report: RunReport) -> None:
        """One cycle has ended."""

    def judged(self, status: Status) -> None:
        """How all feeds do by now."""

    def trouble(self, reason: str | None) -> None:
        """Cycles can't go on for now; None when they can again."""

    def configured(self, *, right: bool) -> None:
        """The configuration was read anew, and is right or not."""


def run_forever(
    configuration: Configuration, load: Load, request: RunRequest, observer: Observer, clock: Clock | None = None
) -> None:
    """Poll each feed when it is due, until a signal or the longest time that was asked for says stop.

    `load` reads the configuration anew; what is wrong with it is logged, and the old one goes on. An index that is
    away, or held by another run, is waited for. Raises SetupError when it can't be written at all, or when what the
    settings ask for is not installed.
    """
    check_recognizer(configuration.settings.enrich)
    with stoppable(request.grace or configuration.settings.run.grace, request.max_runtime):
        loop = _Loop(configuration, load, request, observer, clock or SystemClock())
        _log.info("started", extra={"feeds": len(configuration.feeds)})
        try:
            while not STOP.is_set():
                observer.alive()
                loop.step()
        finally:
            loop.close()
        _log.info("stopped", extra={"reason": STOP.why})


class _Loop:
    def __init__(
        self, configuration: Configuration, load: Load, request: RunRequest, observer: Observer, clock: Clock
    ) -> None:
        self._load, self._request, self._observer, self._clock = load, request, observer, clock
        self._configuration = configuration
        self._feeds = _feeds(configuration, request)
        self._seen = _stamps(configuration)
        self._session: Session | None = None
        self._heap: list[tuple[datetime, str]] = []
        self._pauses: Pauses = {}
        self._everything = request.all
        self._pause = _FIRST_PAUSE
        self._next_cycle = self._next_judgement = clock.now()

    def close(self) -> None:
        """Let go of the session, if there is one."""
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def step(self) -> None:
        """One cycle, or some seconds of waiting for the next."""
        self._reread()
        try:
            session = self._session or self._open()
            if not self._cycle_of_due(session):
                self._wait()
            self._judge(session)
            self._recovered()
        except TryLater as trouble:
            self._wait_out(str(trouble))

    def _open(self) -> Session:
        """Stores and processes anew, and the due times as the state has them."""
        session = Session(self._configuration, self._request.workers, run_chunk, _Heartbeat(self._observer))
        try:
            session.state.setup()
            now = self._clock.now()
            times = self._times(session, list(self._feeds.values()), now)
        except BaseException:
            session.close()
            raise
        self._session = session
        self._heap = [(now, name) for name in times] if self._everything else _known(times)
        heapq.heapify(self._heap)
        return session

    def _times(self, session: Session, feeds: Sequence[FeedSource], now: datetime) -> dict[str, datetime | None]:
        """When these feeds are due, as the state has it; what it says of whole hosts is kept in mind."""
        states = session.state.feed_states([feed.id for feed in feeds])
        pauses = {host: until for host, until in self._pauses.items() if until > now}
        self._pauses = pauses_of(feeds, states, pauses)
        return due_times(feeds, states, now, self._pauses)

    def _cycle_of_due(self, session: Session) -> bool:
        """Poll together what is due by now; says whether anything was."""
        now = self._clock.now()
        if not self._heap or max(self._heap[0][0], self._next_cycle) > now:
            return False
        due = []
        while self._heap and self._heap[0][0] <= now:
            due.append(self._feeds[heapq.heappop(self._heap)[1]])
        with session.state.lock():
            if not session.is_set_up:
                session.index.setup()
                session.is_set_up = True
            # Another run may have polled them meanwhile.
            polls = polls_due(due, session.state, now, everything=self._everything, pauses=self._pauses)
            if polls:
                self._observer.cycle(session.cycle(polls, now))
        self._everything = False
        if session.trouble is not None:
            raise session.trouble
        self._plan(session, due)
        return True

    def _plan(self, session: Session, polled: Sequence[FeedSource]) -> None:
        now = self._clock.now()
        self._next_cycle = now + TOGETHER
        for item in _known(self._times(session, polled, now)):
            heapq.heappush(self._heap, item)

    def _judge(self, session: Session) -> None:
        now = self._clock.now()
        if now >= self._next_judgement:
            self._next_judgement = now + JUDGE_EVERY
            self._observer.judged(judge(self._configuration, session.state, now))

    def _wait(self) -> None:
        now = self._clock.now()
        until = now + LOOK_AROUND
        if self._heap:
            until = min(until, max(self._heap[0][0] + TOGETHER, self._next_cycle))
        self._clock.wait(max((until - now).total_seconds(), 0.01))

    def _wait_out(self, reason: str) -> None:
        """Close what may be broken, and try again after a pause."""
        self.close()
        if STOP.is_set():
            return
        _log.warning("waiting", extra={"reason": without_secrets(reason), "seconds": self._pause.total_seconds()})
        self._observer.trouble(reason)
        self._clock.wait(self._pause.total_seconds())
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)

    def _recovered(self) -> None:
        if self._pause != _FIRST_PAUSE:
            _log.info("going on")
        self._pause = _FIRST_PAUSE
        self._observer.trouble(None)

    def _reread(self) -> None:
        """Take over a configuration whose files have changed, if it is right."""
        seen = _stamps(self._configuration)
        if seen == self._seen:
            return
        self._seen = seen
        try:
            configuration = self._load()
            feeds = _feeds(configuration, self._request)
            if configuration.settings != self._configuration.settings:
                _check_usable(configuration.settings)
        except SetupError as error:
            _log.error("the changed configuration is refused, the old one goes on", extra={"reason": str(error)})
            self._observer.configured(right=False)
            return
        self._observer.configured(right=True)
        self._seen = _stamps(configuration)
        if configuration == self._configuration:
            return
        _log.info("the configuration has changed", extra={"feeds": len(feeds)})
        self.close()
        self._configuration, self._feeds = configuration, feeds


class _Heartbeat:
    """Progress that nobody looks at, but that shows life."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer

    def start(self, chunks: int) -> None:  # noqa: ARG002  # the protocol's name
        """A cycle begins."""
        self._observer.alive()

    def advance(self, done: Tally) -> None:  # noqa: ARG002
        """A chunk is done."""
        self._observer.alive()

    def ended(self, entries: int) -> None:  # noqa: ARG002
        """Entries have ended."""
        self._observer.alive()

    def finish(self) -> None:
        """The session is over."""


def _feeds(configuration: Configuration, request: RunRequest) -> dict[str, FeedSource]:
    """What is to be polled. Raises SetupError where a secret is missing or the one that was asked for is."""
    feeds = feeds_asked_for(configuration.feeds, request.source_id)
    for feed in feeds:
        check_secrets(feed)
    return {feed.id: feed for feed in feeds}


def _check_usable(settings: Settings) -> None:
    """Raises SetupError where no session could be opened; an index that is away is no mistake in the settings."""
    check_recognizer(settings.enrich)
    with suppress(TryLater), opened_store(settings) as (_, state):
        state.setup()


def _known(times: Mapping[str, datetime | None]) -> list[tuple[datetime, str]]:
    """The times and whose they are, without feeds that are gone for good."""
    return [(at, name) for name, at in times.items() if at is not None]


def _stamps(configuration: Configuration) -> dict[str, tuple[int, int, int]]:
    """What changes when one of the configuration's files does, or one appears beside them."""
    read = [Path(name) for name in configuration.read_from if Path(name).is_file()]
    files = {path.with_name(name) for path in read for name in (SETTINGS, FEEDS, ALIASES)}
    found = {}
    for path in sorted(files):
        try:
            status = path.stat()
        except OSError:
            continue
        found[str(path)] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return found
