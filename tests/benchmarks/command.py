"""Runs a command as a user would, with its time and the peak memory of all its processes."""

import json
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.benchmarks.corpus import ROOT, Corpus

SAMPLE_SECONDS = 0.05
PAGE = os.sysconf("SC_PAGESIZE")


@dataclass(frozen=True)
class Measured:
    """What a command took: wall-clock seconds from start to end, the peak of resident bytes, what it printed."""

    seconds: float
    peak: int
    output: str


@dataclass(frozen=True)
class Run:
    """One `newsbeam run`: what it took, and its own report."""

    measured: Measured
    report: dict[str, Any]

    @property
    def seconds(self) -> float:
        """The whole command, process start and end included."""
        return self.measured.seconds

    @property
    def working_seconds(self) -> float:
        """From the run's start to its end as the report has it: the start of the process apart."""
        return float(self.report["seconds"])


def newsbeam_run(corpus: Corpus, index: str, workers: int) -> Run:
    """`newsbeam run FILE` into this index; it must end well, with every article accounted for."""
    newsbeam = str(Path(sys.executable).with_name("newsbeam"))
    arguments = ["run", str(corpus.path), "--index", index, "--workers", str(workers), "--json"]
    measured = measure([newsbeam, *arguments])
    report = json.loads(measured.output)
    if report["totals"]["seen"] != corpus.articles or report["totals"]["failed"]:
        raise SystemExit(f"{corpus.articles} articles were given, the report says {report['totals']}")
    return Run(measured, report)


def measure(command: list[str]) -> Measured:
    """Run to the end, which must be exit 0. Memory is sampled over the process and all its descendants."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        start = perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdout=output)
        memory = _Memory(process.pid)
        memory.start()
        code = process.wait()
        seconds = perf_counter() - start
        memory.stop()
        output.seek(0)
        text = output.read()
    if code:
        raise SystemExit(f"{' '.join(command)} ended with {code}: {text[-500:]}")
    return Measured(seconds, memory.peak, text)


class _Memory(threading.Thread):
    """Samples the resident memory of a process tree until it is stopped (Linux; elsewhere the peak stays 0)."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._root = root
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            self.peak = max(self.peak, sum(_resident(pid) for pid in _tree(self._root)))

    def stop(self) -> None:
        self._ended.set()
        self.join()


def _tree(root: int) -> list[int]:
    found = [root]
    for pid in found:
        found += _children(pid)
    return found


def _children(pid: int) -> list[int]:
    children: list[int] = []
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            children += map(int, (thread / "children").read_text().split())
    except OSError:
        return children  # it has just ended
    return children


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except OSError:
        return 0  # it has just ended
