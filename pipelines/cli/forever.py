"""`newsbeam run --forever`: what the world around is told of a loop that does not end."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic

from models.errors import SetupError
from models.report import RunReport
from models.run import RunRequest
from models.settings import Configuration
from models.status import Status
from pipelines.cli.announce import write_report
from pipelines.cli.output import complain, emit
from pipelines.logs import configure_logging, new_run, without_secrets
from pipelines.metrics import LoopMetrics
from pipelines.monitor import Health, monitor
from pipelines.ping import Ping, ping_of

_CALL_EVERY = 60.0
"""Seconds between two calls that say that all is well."""


def run_without_end(
    load: Callable[[], Configuration],
    request: RunRequest,
    *,
    listen: str | None,
    metrics_file: Path | None,
    report: Path | None,
    as_json: bool,
) -> int:
    """Run until a signal; 0."""

    def read() -> Configuration:
        configuration = load()
        if "log_level" not in configuration.settings.model_fields_set:
            configure_logging("info")  # the log is all that there is to see
        return configuration

    configuration = read()
    ping, code = ping_of(configuration.settings.run), 1
    live = _Live(ping, metrics_file, report, as_json=as_json)
    with new_run(), monitor(listen, live.metrics.registry, live.health):
        from pipelines.forever import run_forever  # it imports Beam, which takes more than a second

        ping.started()
        try:
            run_forever(configuration, read, request, live)
            code = 0
        except KeyboardInterrupt:  # a signal before the loop listens
            code = 0
        finally:
            if code:
                ping.ended(code)
    return code


class _Live:
    """The loop's observer."""

    def __init__(self, ping: Ping, metrics_file: Path | None, report: Path | None, *, as_json: bool) -> None:
        self.metrics, self.health = LoopMetrics(), Health()
        self._ping, self._metrics_file, self._report, self._as_json = ping, metrics_file, report, as_json
        self._called = monotonic()

    def alive(self) -> None:
        """The loop, or the work in a cycle, has moved on."""
        self.health.alive()

    def cycle(self, report: RunReport) -> None:
        """One cycle has ended."""
        self.metrics.run_ended(report)
        self._ping_at_times(report.exit_code)
        if self._report is not None:
            try:
                write_report(self._report, report)
            except SetupError as error:
                complain(str(error))
        if self._as_json:
            emit([report])
        self._write_metrics()

    def judged(self, status: Status) -> None:
        """How all feeds do by now; nothing is due for long at night, and yet all is well."""
        self.metrics.judged(status)
        if self.health.waits_for is None:
            self._ping_at_times(0)
        self._write_metrics()

    def trouble(self, reason: str | None) -> None:
        """Cycles can't go on for now; None when they can again."""
        self.health.waits_for = without_secrets(reason) if reason else None
        self.metrics.waiting(waits=reason is not None)
        if reason is not None:
            self._write_metrics()

    def configured(self, *, right: bool) -> None:
        """The configuration was read anew, and is right or not."""
        self.metrics.configured(right=right)

    def _ping_at_times(self, code: int) -> None:
        if code != 0 or monotonic() - self._called >= _CALL_EVERY:
            self._called = monotonic()
            self._ping.in_background(code)

    def _write_metrics(self) -> None:
        if self._metrics_file is None:
            return
        try:
            self.metrics.write(self._metrics_file)
        except OSError as error:
            complain(f"the metrics can't be written to {self._metrics_file}: {error.strerror}")
