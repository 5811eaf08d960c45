"""Shows on a terminal that something goes on, once it has taken two seconds; says nothing elsewhere."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from models.report import Tally
from pipelines.stop import STOP

PATIENCE = 2.0
"""Seconds that pass before anything is shown."""


class RunProgress:
    """The progress bar of a run: chunks done, entries ended, failures."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[said]}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("chunks", total=None, said="")
        self._timer = threading.Timer(PATIENCE, self._progress.start)
        self._timer.daemon = True
        self._terminal = console.is_terminal
        self._lock = threading.Lock()
        self._entries = 0
        self._failed = 0

    def start(self, chunks: int) -> None:
        """So many chunks are to do."""
        self._progress.update(self._task, total=chunks)
        STOP.hearers.append(self._stopping)
        if self._terminal:
            self._timer.start()

    def advance(self, done: Tally) -> None:
        """One more chunk is done."""
        with self._lock:
            self._failed += done.failed + done.failed_documents
        self._progress.advance(self._task)
        self._tell()

    def ended(self, entries: int) -> None:
        """So many more entries have ended; called from any thread."""
        with self._lock:
            self._entries += entries
        self._tell()

    def finish(self) -> None:
        """Nothing more will come."""
        if self._stopping in STOP.hearers:
            STOP.hearers.remove(self._stopping)
        self._timer.cancel()
        self._progress.stop()

    def _stopping(self) -> None:
        said = "finishing what is in hand (a second signal ends it at once)"
        self._progress.update(self._task, description=said)

    def _tell(self) -> None:
        said = f"{self._entries:,} entries"
        self._progress.update(self._task, said=f"{said}, {self._failed:,} failed" if self._failed else said)


class ArticleProgress:
    """A bar over so many articles."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("articles", total=None)
        self._timer = threading.Timer(PATIENCE, self._progress.start)
        self._timer.daemon = True
        self._terminal = console.is_terminal

    def start(self, articles: int) -> None:
        """So many articles are to do."""
        self._progress.update(self._task, total=articles)
        if self._terminal:
            self._timer.start()

    def advance(self, articles: int) -> None:
        """So many more have ended."""
        self._progress.advance(self._task, articles)

    def finish(self) -> None:
        """Nothing more will come."""
        self._timer.cancel()
        self._progress.stop()


@contextmanager
def waiting(console: Console, what: str) -> Iterator[None]:
    """A spinner with a word of explanation, once it has taken two seconds."""
    status = console.status(what)
    timer = threading.Timer(PATIENCE, status.start)
    timer.daemon = True
    if console.is_terminal:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()
        status.stop()
