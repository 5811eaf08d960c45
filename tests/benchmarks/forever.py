"""Thousands of cycles of `newsbeam run --forever` with time made fast, and what the process holds after each of them.

`make bench ONLY=forever` prints a table of it, `python -m tests.benchmarks.forever 3000` JSON.
"""

import gc
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1]))

from command import write_feeds
from corpus import rss
from misbehaving_server import Server, serve
from rich.console import Console
from rich.table import Table

from models.report import RunReport
from models.run import RunRequest
from models.status import Status
from pipelines.configuration import load_configuration
from pipelines.forever import run_forever
from pipelines.stop import STOP
from pipelines.transforms import stages

FEEDS = 5
"""One of them is broken."""

_COLUMNS = {
    "cycle": "cycle",
    "mib": "memory, MiB",
    "mib_of_files": "of files, MiB",
    "files": "file handles",
    "sockets": "sockets",
    "threads": "threads",
    "objects": "Python objects",
}


class FastClock:
    """Waiting takes no time, and yet time passes."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def wait(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)


class Watch:
    """Counts cycles, publishes news between them, takes samples, and stops at the end."""

    def __init__(self, server: Server, cycles: int) -> None:
        self._server, self._cycles = server, cycles
        self.reports = 0
        self.new = 0
        self.codes: set[int] = set()
        self.samples: list[dict[str, float]] = []
        self.statuses: list[Status] = []

    def alive(self) -> None:
        """Nothing to do."""

    def cycle(self, report: RunReport) -> None:
        self.reports += 1
        self.new += report.totals.new
        self.codes.add(report.exit_code)
        publish(self._server, self.reports)
        if self.reports % max(self._cycles // 20, 1) == 0:
            self.samples.append(sample(self.reports))
        if self.reports == self._cycles:
            STOP.because("by the benchmark")

    def judged(self, status: Status) -> None:
        self.statuses[:] = [status]

    def trouble(self, reason: str | None) -> None:
        assert reason is None or STOP.is_set(), reason

    def configured(self, *, right: bool) -> None:
        assert right


def publish(server: Server, number: int) -> None:
    """A window of ten items that moves on by one every third cycle, as feeds do."""
    for feed in range(FEEDS - 1):
        server.feeds[f"/feed{feed}"] = rss(10, number // 3 + feed * 3, title=f"Feed {feed}")


def sample(cycle: int) -> dict[str, float]:
    """What this process holds now."""
    gc.collect()
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    links = [_link(fd) for fd in os.listdir("/proc/self/fd")]
    return {
        "cycle": cycle,
        "mib": round(int(status["RssAnon"].split()[0]) / 1024, 1),
        "mib_of_files": round(int(status["RssFile"].split()[0]) / 1024, 1),
        "files": len(links),
        "sockets": sum(link.startswith("socket:") for link in links),
        "threads": threading.active_count(),
        "objects": len(gc.get_objects()),
    }


def _link(fd: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        return ""


@contextmanager
def made_fast(clock: FastClock) -> Iterator[None]:
    """The stages tell the same time as the loop."""
    with patch.object(stages, "_now", clock.now):
        yield


def measure(cycles: int) -> dict[str, Any]:
    """Run so many cycles; samples and totals."""
    clock = FastClock()
    with tempfile.TemporaryDirectory() as directory, serve() as server, made_fast(clock):
        publish(server, 0)
        config = Path(directory, "config")
        feeds = {f"feed{n}": f"{server.url}/feed{n}" for n in range(FEEDS - 1)}
        write_feeds(config, feeds | {"broken": server.url + "/status/500"})
        load = lambda: load_configuration(config, index=str(Path(directory, "index")))  # noqa: E731
        watch, began = Watch(server, cycles), time.monotonic()
        run_forever(load(), load, RunRequest(), watch, clock)
        seconds = time.monotonic() - began
    return {
        "cycles": watch.reports,
        "new": watch.new,
        "codes": sorted(watch.codes),
        "seconds_a_cycle": round(seconds / cycles, 3),
        "days": round((clock.now() - datetime.now(UTC)).total_seconds() / 86400, 1),
        "samples": watch.samples,
    }


def bench_forever(console: Console, cycles: int) -> None:
    """Measure in a process of its own, and print what it held."""
    command = [sys.executable, "-m", "tests.benchmarks.forever", str(cycles)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    if done.returncode:
        raise SystemExit(done.stderr)
    found = json.loads(done.stdout)
    console.print("\n[bold]A run without end, time made fast[/bold]")
    console.print(
        f"{found['cycles']:,} cycles over {FEEDS} feeds, {found['days']} days, {found['new']:,} new articles,"
        f" {found['seconds_a_cycle']} s a cycle"
    )
    table = Table()
    for heading in _COLUMNS.values():
        table.add_column(heading, justify="right")
    for held in found["samples"]:
        table.add_row(*(f"{held[name]:,}" for name in _COLUMNS))
    console.print(table)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)) + "\n")
