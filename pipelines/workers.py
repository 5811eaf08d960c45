"""The processes that a run works in: this one, or a pool that lives as long as the run."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue

from models.document import Poll
from models.errors import TryLater
from pipelines.chunks import shares
from pipelines.transforms import PROGRESS, STOP, Plan, close_stores
from pipelines.worker import begin, pass_on

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
    stop = context.Event()
    threading.Thread(target=pass_on, args=(STOP, stop), daemon=True).start()
    at_start = (messages, stop, plan.settings.log_level)
    with ProcessPoolExecutor(workers, context, initializer=begin, initargs=at_start) as pool:

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
    # Not after a broken pool: a worker that was killed may have taken the queue's lock along.
    messages.put(None)
    listener.join()


def _listen(messages: "SimpleQueue[int | None]", ended: Callable[[int], None]) -> None:
    while (number := messages.get()) is not None:
        ended(number)
