"""Stopping before the end: after a signal or a time what is in hand is finished, and nothing new is begun."""

import os
import select
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from time import monotonic
from types import FrameType

from models.feeds_file import duration_text

ENDED_EARLY = 75
"""How a process ends that was not let finish."""

_OVER = b"\0"
"""No signal has this number."""


class Stop(threading.Event):
    """Set when it is time to stop; says why, and since when by the monotonic clock."""

    def __init__(self) -> None:
        super().__init__()
        self.why = ""
        self.since = 0.0
        self.hearers: list[Callable[[], None]] = []

    def because(self, why: str) -> None:
        """Set it, and tell who wants to hear."""
        self.why, self.since = why, monotonic()
        self.set()
        for hearer in list(self.hearers):
            hearer()


STOP = Stop()
"""Of this process. Whoever sees it set begins nothing new; what is under way goes on to its end."""


@contextmanager
def stoppable(grace: timedelta, longest: timedelta | None = None) -> Iterator[None]:
    """Within, SIGTERM, SIGINT or the end of the longest time set STOP.

    What has not ended when the grace is over, or when a second signal comes, is ended at once with exit code 75.
    Signals are heard by a thread, since the one that they reach may be waiting for what is to be stopped.
    """
    STOP.clear()
    STOP.why = ""
    reader, writer = os.pipe()
    watcher = threading.Thread(target=_watch, args=(reader, grace, longest), daemon=True, name="newsbeam-stop")
    watcher.start()
    try:
        with _signals_to(writer):
            yield
    finally:
        os.write(writer, _OVER)
        watcher.join()
        STOP.clear()
        os.close(reader)
        os.close(writer)


@contextmanager
def _signals_to(writer: int) -> Iterator[None]:
    """The numbers of signals into a pipe, as soon as the kernel hands them over."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    os.set_blocking(writer, False)
    wakeup = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    before = {number: signal.signal(number, _leave_to_watcher) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(wakeup)


def _leave_to_watcher(_number: int, _frame: FrameType | None) -> None:
    """The byte in the pipe is enough."""


def _watch(reader: int, grace: timedelta, longest: timedelta | None) -> None:
    said = _next(reader, longest)
    if said == _OVER:
        return
    STOP.because(f"by {_name(said)}" if said else f"after its longest time of {_written(longest)}")
    said = _next(reader, grace)
    if said == _OVER:
        return
    words = f"{_name(said)} came again" if said else f"the grace of {_written(grace)} is over"
    with suppress(OSError):
        os.write(2, f"newsbeam: {words}, ended at once; nothing is lost, run again\n".encode())
    os._exit(ENDED_EARLY)


def _next(reader: int, within: timedelta | None) -> bytes:
    """The next of our signals or the end; empty when the time is over."""
    while True:
        ready, _, _ = select.select([reader], [], [], None if within is None else within.total_seconds())
        if not ready:
            return b""
        said = os.read(reader, 1)
        if said == _OVER or said[0] in (signal.SIGTERM, signal.SIGINT):
            return said


def _name(said: bytes) -> str:
    return signal.Signals(said[0]).name


def _written(duration: timedelta | None) -> str:
    return duration_text(duration) if duration is not None else ""
