"""The processes that a run works in: this one, or a pool that lives as long as the run."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import connection, get_context, parent_process
from multiprocessing.queues import SimpleQueue

from models.document import Poll
from models.errors import TryLater
from pipelines.chunks import shares
from pipelines.transforms import PROGRESS, Plan, close_stores

Counts = Counter[tuple[str, str]]
"""Counters of a chunk: what is counted, and of which source, stage or reason."""

Task = Callable[[Plan, Sequence[Poll]], Counts]


@contextmanager
def work_here(task: Task, plan: Plan, ended: Callable[[int], None]) -> Iterator[Callable[[Sequence[Poll]], Counts]]:
    """Run chunks in this process; `ended` hears of every few entries that have ended."""
    PROGRESS.append(ended)
    try:
        yield lambda chunk: task(plan, chunk)
    finally:
        PROGRESS.remove(ended)
        close_stores()


@contextmanager
def work_in_pool(
    task: Task, plan: Plan, ended: Callable[[int], None], workers: int
) -> Iterator[Callable[[Sequence[Poll]], Counts]]:
    """Deal each chunk out to spawned processes. Raises TryLater when one of them is killed."""
    context = get_context("spawn")
    messages: SimpleQueue[int | None] = context.SimpleQueue()
    listener = threading.Thread(target=_listen, args=(messages, ended), daemon=True)
    listener.start()
    large = plan.settings.files.part_bytes
    try:
        with ProcessPoolExecutor(workers, context, initializer=_begin, initargs=(messages,)) as pool:

            def deal(chunk: Sequence[Poll]) -> Counts:
                counts: Counts = Counter()
                dealt = shares(chunk, workers, large)
                try:
                    for done in pool.map(task, [plan] * len(dealt), dealt):
                        counts.update(done)
                except BrokenProcessPool:
                    raise TryLater("a worker process was killed; nothing is lost, run again") from None
                return counts

            yield deal
    finally:
        messages.put(None)
        listener.join()


def _begin(messages: "SimpleQueue[int | None]") -> None:
    """A worker leaves signals to its driver, tells it how far it is, and ends when the driver is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    PROGRESS.append(messages.put)
    threading.Thread(target=_end_with_driver, daemon=True).start()


def _end_with_driver() -> None:
    driver = parent_process()
    if driver is not None:
        connection.wait([driver.sentinel])
        os._exit(75)


def _listen(messages: "SimpleQueue[int | None]", ended: Callable[[int], None]) -> None:
    while (number := messages.get()) is not None:
        ended(number)
