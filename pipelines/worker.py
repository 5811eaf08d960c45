"""How a spawned worker process begins; imports Beam only after the log is set up."""

import os
import signal
import threading
from multiprocessing import connection, parent_process
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from typing import Protocol

from pipelines.logs import configure_logging


class Flag(Protocol):
    """An event, of threads or of processes."""

    def wait(self) -> bool:
        """Until it is set."""

    def set(self) -> None:
        """For good."""


def begin(messages: "SimpleQueue[int | None]", stop: Event, log_level: str) -> None:
    """Leave signals to the driver, tell it how far the work is, stop when it says so, end when it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    configure_logging(log_level)
    threading.Thread(target=_end_with_driver, daemon=True).start()
    from pipelines.transforms import PROGRESS, STOP

    PROGRESS.append(messages.put)
    threading.Thread(target=pass_on, args=(stop, STOP), daemon=True).start()


def pass_on(said: Flag, hearer: Flag) -> None:
    """Wait until the one is set, then set the other."""
    said.wait()
    hearer.set()


def _end_with_driver() -> None:
    driver = parent_process()
    if driver is not None:
        connection.wait([driver.sentinel])
        os._exit(75)
