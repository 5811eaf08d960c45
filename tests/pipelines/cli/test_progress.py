"""Progress: on a terminal after two seconds, nowhere else."""

import io
import time

import pytest
from rich.console import Console

from models.report import Tally
from pipelines.cli import progress
from pipelines.cli.progress import RunProgress, waiting
from pipelines.stop import STOP


def terminal() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=100)


def written(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def drive(shown: RunProgress, pause: float) -> None:
    shown.start(3)
    time.sleep(pause)
    shown.ended(1500)
    shown.advance(Tally(seen=1500, new=1498, failed=2))
    time.sleep(pause)
    shown.finish()


def test_a_long_run_shows_chunks_entries_and_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.05)
    console = terminal()
    drive(RunProgress(console), 0.4)
    assert "1/3" in written(console)
    assert "1,500 entries, 2 failed" in written(console)


def test_after_a_signal_it_says_what_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.05)
    console = terminal()
    shown = RunProgress(console)
    shown.start(3)
    time.sleep(0.2)
    for hearer in list(STOP.hearers):
        hearer()
    time.sleep(0.3)
    shown.finish()
    assert "finishing what is in hand (a second signal ends it at once)" in written(console)
    assert not STOP.hearers


def test_a_short_run_shows_nothing() -> None:
    console = terminal()
    drive(RunProgress(console), 0)
    assert written(console) == ""


def test_nothing_is_shown_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.05)
    console = Console(file=io.StringIO(), width=100)
    drive(RunProgress(console), 0.2)
    with waiting(console, "searching"):
        time.sleep(0.2)
    assert written(console) == ""


def test_a_run_that_fails_before_it_starts_can_be_finished() -> None:
    RunProgress(terminal()).finish()


def test_waiting_long_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.05)
    console = terminal()
    with waiting(console, "searching"):
        time.sleep(0.4)
    assert "searching" in written(console)
