"""The processes that a run works in: this one, or a pool that lives as long as the run."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue

from models.document import Poll
from models.errors import TryLater
from pipelines.chunks import shares
from pipelines.heap import collect_rarely, limit_heaps
from pipelines.logs import run_id
from pipelines.reports import Counts
from pipelines.stop import STOP
from pipelines.transforms import PROGRESS, Plan, close_stores
from pipelines.worker import begin, work_in_run

Task = Callable[[Plan, Sequence[Poll]], Counts]


@contextmanager
def work_here(task: Task, plan: Plan, ended: Callable[[int], None]) -> Iterator[Callable[[Sequence[Poll]], Counts]]:
    """Run chunks in this process; `ended` hears of every few entries that have ended."""
    limit_heaps()
    collect_rarely()
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
    stop = context.Event()
    at_start = (messages, stop, logging.getLogger().level)
    with _heard(stop.set), ProcessPoolExecutor(workers, context, initializer=begin, initargs=at_start) as pool:

        def deal(chunk: Sequence[Poll]) -> Counts:
            counts = Counts()
            dealt = shares(chunk, workers, large)
            common = [(run_id(), task, plan)] * len(dealt)
            try:
                for done in pool.map(work_in_run, common, dealt):
                    counts.update(done)
            except BrokenProcessPool:
                raise TryLater("a worker process was killed; nothing is lost, run again") from None
            return counts

        yield deal
    # Not after a broken pool: a worker that was killed may have taken the queue's lock along.
    messages.put(None)
    listener.join()


@contextmanager
def _heard(hearer: Callable[[], None]) -> Iterator[None]:
    """Tell the hearer when it is time to stop."""
    STOP.hearers.append(hearer)
    try:
        if STOP.is_set():
            hearer()
        yield
    finally:
        STOP.hearers.remove(hearer)


def _listen(messages: "SimpleQueue[int | None]", ended: Callable[[int], None]) -> None:
    while (number := messages.get()) is not None:
        ended(number)
