"""Tells the world around how a run ends: a monitor that wants to be called, a textfile, a file with the report."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from models.errors import DISK_FULL, SetupError, TryLater
from models.report import RunReport
from models.settings import Configuration
from pipelines.ping import ping_of


@dataclass
class Ending:
    """How a run ended; without a report it did not get so far."""

    code: int = 1
    report: RunReport | None = None


@contextmanager
def announced(configuration: Configuration, metrics_file: Path | None) -> Iterator[Ending]:
    """Around one bounded run, whatever comes of it."""
    ping, ending = ping_of(configuration.settings.run), Ending()
    ping.started()
    try:
        yield ending
        ending.code = ending.report.exit_code if ending.report else 0
    except SetupError:
        ending.code = 2
        raise
    except (TryLater, KeyboardInterrupt):
        ending.code = 75
        raise
    except OSError as error:
        if error.errno in DISK_FULL:
            ending.code = 75
        raise
    finally:
        ping.ended(ending.code)
        if metrics_file is not None:
            _write_metrics(configuration, ending, metrics_file)


def check_writable(what: str, file: Path) -> None:
    """Before anything is fetched: a run whose report gets lost is worse than none."""
    target = file if file.exists() else file.absolute().parent
    if file.is_dir() or not target.exists() or not os.access(target, os.W_OK):
        raise SetupError(f"{what} can't be written to {file}; name a file in a directory that can be written")


def write_report(file: Path, done: RunReport) -> None:
    """The report as JSON."""
    try:
        file.write_text(done.model_dump_json(indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise _unwritten("report", file, error) from error


def _write_metrics(configuration: Configuration, ending: Ending, file: Path) -> None:
    from pipelines.metrics import RunMetrics
    from pipelines.status import judge
    from pipelines.stores import opened_store

    metrics = RunMetrics()
    if ending.report is None:
        metrics.ended(ending.code, datetime.now(UTC).timestamp())
    else:
        metrics.run_ended(ending.report)
        with (
            suppress(SetupError, TryLater),
            opened_store(configuration.settings) as (_, state),
        ):  # the run's own end says so
            metrics.judged(judge(configuration, state, datetime.now(UTC)))
    try:
        metrics.write(file)
    except OSError as error:
        raise _unwritten("metrics", file, error) from error


def _unwritten(what: str, file: Path, error: OSError) -> SetupError | TryLater:
    said = f"the run is done, but its {what} can't be written to {file}: {error.strerror}"
    return TryLater(said) if error.errno in DISK_FULL else SetupError(said)
