"""What Prometheus reads: the last run, all runs of this process, and how the feeds do."""

import re
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from models.outcome import DocumentStatus, OutcomeKind
from models.report import RunReport, Tally
from models.status import Status
from pipelines import NEWSBEAM_VERSION
from pipelines.replace import replace_file

_LAST_SUCCESS = "newsbeam_last_success_timestamp_seconds"
_KEPT = re.compile(rf"^{_LAST_SUCCESS} (\S+)$", re.MULTILINE)
_DOCUMENTS = {status.value: status.value for status in DocumentStatus} | {"failed": "failed_documents"}


class RunMetrics:
    """What is known when a run has ended; enough for one that ends with its process."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self._succeeded = False
        self._ended = self._gauge("newsbeam_last_run_timestamp_seconds", "When the last run ended, in Unix time.")
        self._success = self._gauge(_LAST_SUCCESS, "When the last run that ended with 0 did, in Unix time.")
        self._code = self._gauge("newsbeam_last_run_exit_code", "0, 1, 2, 3 or 75.")
        self._seconds = self._gauge("newsbeam_last_run_duration_seconds", "How long the last run took.")
        self._entries = self._gauge(
            "newsbeam_last_run_entries", "Entries of the last run by how they ended.", "outcome"
        )
        self._documents = self._gauge(
            "newsbeam_last_run_documents", "Feeds and files of the last run by how they went.", "status"
        )
        self._stages = self._gauge("newsbeam_last_run_stage_seconds", "Time of the last run's stages.", "stage")
        self._feeds = self._gauge("newsbeam_feeds", "Enabled feeds, and those of them that hurt.", "condition")
        self._problems = self._gauge("newsbeam_problems", "What newsbeam status would complain of.")
        self._feed_success = self._gauge(
            "newsbeam_feed_last_success_timestamp_seconds",
            "When a broken, failing or silent feed last answered.",
            "source",
        )
        self._gauge("newsbeam_build_info", "The version that runs.", "version").labels(NEWSBEAM_VERSION).set(1)

    def run_ended(self, report: RunReport) -> None:
        """Take over a run's report."""
        self.ended(report.exit_code, report.ended_at.timestamp())
        self._seconds.set(report.seconds)
        for outcome, number in outcomes(report.totals).items():
            self._entries.labels(outcome).set(number)
        for status, number in documents(report.totals).items():
            self._documents.labels(status).set(number)
        for stage, seconds in report.stage_seconds.items():
            self._stages.labels(stage).set(seconds)

    def ended(self, code: int, at: float) -> None:
        """A run has ended so, with a report or without one."""
        self._ended.set(at)
        self._code.set(code)
        if code == 0:
            self._succeeded_at(at)

    def judged(self, status: Status) -> None:
        """Take over how the feeds do."""
        hurting = {"broken": status.broken, "failing": status.failing, "silent": status.silent}
        numbers = {"enabled": status.feeds, "due": len(status.due)} | {
            name: len(them) for name, them in hurting.items()
        }
        for condition, number in numbers.items():
            self._feeds.labels(condition).set(number)
        self._problems.set(len(status.problems))
        self._feed_success.clear()
        for feed in (*status.broken, *status.failing, *status.silent):
            if feed.last_success_at is not None:
                self._feed_success.labels(feed.id).set(feed.last_success_at.timestamp())
        if status.last_success_at is not None:
            self._succeeded_at(status.last_success_at.timestamp())

    def write(self, file: Path) -> None:
        """Replace a textfile for node_exporter at once, readable for all. Raises OSError.

        What an older one says of the last success stays, unless there is a newer one.
        """
        text = generate_latest(self.registry).decode()
        if not self._succeeded and (kept := _last_success(file)) is not None:
            text = _KEPT.sub(f"{_LAST_SUCCESS} {kept}", text)
        replace_file(file, text.encode(), mode=0o644)  # whatever the umask says

    def _succeeded_at(self, at: float) -> None:
        self._succeeded = True
        self._success.set(at)

    def _gauge(self, name: str, words: str, *labels: str) -> Gauge:
        return Gauge(name, words, labels, registry=self.registry)


class LoopMetrics(RunMetrics):
    """Of a process that runs without end: sums since its start too, and the process itself."""

    def __init__(self) -> None:
        super().__init__()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._runs = self._counter("newsbeam_runs_total", "Cycles by exit code.", "exit_code")
        self._all_entries = self._counter("newsbeam_entries_total", "Entries by how they ended.", "outcome")
        self._all_documents = self._counter("newsbeam_documents_total", "Feeds by how their polls went.", "status")
        self._all_failures = self._counter("newsbeam_failures_total", "Dead letters by stage.", "stage")
        self._all_stages = self._counter("newsbeam_stage_seconds_total", "Time of the stages.", "stage")
        self._right = self._gauge("newsbeam_configuration_right", "0 when the last change of it was refused.")
        self._waiting = self._gauge("newsbeam_waiting", "1 while the index is away or held by another run.")
        self._right.set(1)

    def run_ended(self, report: RunReport) -> None:
        """Take over a cycle's report."""
        super().run_ended(report)
        self._runs.labels(str(report.exit_code)).inc()
        for outcome, number in outcomes(report.totals).items():
            self._all_entries.labels(outcome).inc(number)
        for status, number in documents(report.totals).items():
            self._all_documents.labels(status).inc(number)
        for stage, number in report.failures_by_stage.items():
            self._all_failures.labels(stage).inc(number)
        for stage, seconds in report.stage_seconds.items():
            self._all_stages.labels(stage).inc(seconds)

    def configured(self, *, right: bool) -> None:
        """The configuration was read anew."""
        self._right.set(right)

    def waiting(self, *, waits: bool) -> None:
        """Cycles can't go on for now, or can again."""
        self._waiting.set(waits)

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(name, words, labels, registry=self.registry)


def outcomes(totals: Tally) -> dict[str, int]:
    """Entries by how they ended."""
    return {kind.value: getattr(totals, kind.value) for kind in OutcomeKind}


def documents(totals: Tally) -> dict[str, int]:
    """Documents by how they went."""
    return {status: getattr(totals, field) for status, field in _DOCUMENTS.items()}


def _last_success(file: Path) -> str | None:
    if not file.is_file():
        return None
    try:
        kept = _KEPT.search(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return None
    return kept[1] if kept else None
