"""Many requests at once, few per host, and their results as an ordinary iterator that holds them back."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")


async def each(
    items: Iterable[T],
    group_of: Callable[[T], Hashable],
    work: Callable[[T], Awaitable[None]],
    *,
    at_once: int,
    per_group: int,
) -> None:
    """Do the work on all items: so many at once, and so many of one group. The groups take turns."""
    groups: dict[Hashable, deque[T]] = defaultdict(deque)
    for item in items:
        groups[group_of(item)].append(item)
    slots = asyncio.Semaphore(at_once)

    async def one_after_the_other(group: deque[T]) -> None:
        while group:
            item = group.popleft()
            async with slots:
                await work(item)

    async with asyncio.TaskGroup() as tasks:
        for group in groups.values():
            for _ in range(min(per_group, len(group))):
                tasks.create_task(one_after_the_other(group))


def iterate(produce: Callable[[Callable[[T], Awaitable[None]]], Coroutine[Any, Any, None]], ahead: int) -> Iterator[T]:
    """Run `produce(put)` on an event loop in a thread of its own, and yield what it puts.

    `put` waits while `ahead` items have not been taken, so that a slow consumer slows the producer down, and no
    request times out because the consumer was busy. The producer is cancelled when the consumer stops early; its
    errors are raised here.
    """
    results: SimpleQueue[tuple[T] | None] = SimpleQueue()
    room = asyncio.Semaphore(ahead)
    started: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]] = []

    async def put(item: T) -> None:
        await room.acquire()
        results.put((item,))

    async def main() -> None:
        task: Any = asyncio.current_task()
        started.append((asyncio.get_running_loop(), task))
        await produce(put)
        for _ in range(ahead):
            # The loop must live until the last item is taken: taking an item speaks to it.
            await room.acquire()

    with ThreadPoolExecutor(1, thread_name_prefix="newsbeam-fetch") as thread:
        running = thread.submit(lambda: asyncio.run(main()))
        running.add_done_callback(lambda _: results.put(None))
        try:
            while (result := results.get()) is not None:
                yield result[0]
                started[0][0].call_soon_threadsafe(room.release)
            running.result()
        finally:
            # A loop that has ended by itself needs no cancelling.
            with suppress(RuntimeError, IndexError):
                started[0][0].call_soon_threadsafe(started[0][1].cancel)


@asynccontextmanager
async def paused(deadline: asyncio.Timeout) -> AsyncIterator[None]:
    """Stop the clock of a deadline while waiting for something that is not the other side's fault."""
    when = deadline.when()
    if when is None or deadline.expired():
        yield
        return
    clock = asyncio.get_running_loop()
    left = when - clock.time()
    deadline.reschedule(None)
    try:
        yield
    finally:
        deadline.reschedule(clock.time() + left)
