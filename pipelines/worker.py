"""How a spawned worker process begins; imports Beam only after the log is set up."""

import os
import signal
import threading
from multiprocessing import connection, parent_process
from multiprocessing.queues import SimpleQueue

from pipelines.logs import configure_logging


def begin(messages: "SimpleQueue[int | None]", log_level: str) -> None:
    """Leave signals to the driver, tell it how far the work is, and end when the driver is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    configure_logging(log_level)
    threading.Thread(target=_end_with_driver, daemon=True).start()
    from pipelines.transforms import PROGRESS

    PROGRESS.append(messages.put)


def _end_with_driver() -> None:
    driver = parent_process()
    if driver is not None:
        connection.wait([driver.sentinel])
        os._exit(75)
