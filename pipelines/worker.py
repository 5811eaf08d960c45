"""How a spawned worker process begins; imports Beam only after the log is set up."""

import os
import signal
import threading
from collections.abc import Callable
from multiprocessing import connection, parent_process
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from typing import TypeVar

from pipelines.heap import collect_rarely, limit_heaps
from pipelines.logs import configure_logging, in_run
from pipelines.stop import STOP

_Plan = TypeVar("_Plan")
_Work = TypeVar("_Work")
_Done = TypeVar("_Done")


def begin(messages: "SimpleQueue[int | None]", stop: Event, log_level: int) -> None:
    """Leave signals to the driver, tell it how far the work is, stop when it says so, end when it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    configure_logging(log_level)
    limit_heaps()
    collect_rarely()
    threading.Thread(target=_end_with_driver, daemon=True).start()
    from pipelines.transforms import PROGRESS

    PROGRESS.append(messages.put)
    threading.Thread(target=_pass_on, args=(stop,), daemon=True).start()


def work_in_run(common: tuple[str | None, Callable[[_Plan, _Work], _Done], _Plan], work: _Work) -> _Done:
    """One task of a run, whose id stands in what is logged meanwhile."""
    run_id, task, plan = common
    with in_run(run_id):
        return task(plan, work)


def _pass_on(stop: Event) -> None:
    stop.wait()
    STOP.because("by its driver")


def _end_with_driver() -> None:
    driver = parent_process()
    if driver is not None:
        connection.wait([driver.sentinel])
        os._exit(75)
