"""One run of the graph as a job on a cluster: what it needs, its end, what it counted and what its failure means."""

import logging
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib import import_module
from typing import Any

import apache_beam as beam
import grpc
from apache_beam.options.pipeline_options import PipelineOptions, PortableOptions, StandardOptions
from apache_beam.runners.runner import PipelineRunner, PipelineState, create_runner

from models.document import Poll, PollGroup
from models.errors import SetupError, TryLater
from models.settings import Settings
from pipelines.chunks import groups
from pipelines.ingest import ingest
from pipelines.logs import run_id
from pipelines.reports import Counts
from pipelines.runners.flink import JobServerRunner, flink
from pipelines.runners.options import read_options
from pipelines.stop import STOP
from pipelines.transforms import Driver, Plan, Spread

Task = Callable[[Plan, Sequence[Poll]], Counts]

_LOOK = 0.5
"""Seconds between two looks at a job."""

_FROM_WORKER = re.compile(r"models\.errors\.(SetupError|TryLater): (.*?)(?: \[while running '[^\n]*)?$", re.MULTILINE)
_TRACEBACK = "Traceback (most recent call last)"

_log = logging.getLogger("newsbeam.run")


@contextmanager
def on_runner(name: str, written: Sequence[str], settings: Settings) -> Iterator[Task]:
    """What runs the graph on the runner of this name, with Beam's options as written.

    Raises SetupError or TryLater, before anything is fetched, where it can't.
    """
    known = _known(name)
    if "://" not in settings.index and not settings.elasticsearch.cloud_id:
        raise SetupError(
            f"the index {settings.index} is a directory of this machine, and workers elsewhere can't write it; name an"
            " Elasticsearch: --index http://HOST:9200/PREFIX"
        )
    options = read_options(written, _job_name(settings))
    with _runner(known, options) as runner:
        yield _Job(name, runner, options)


def _known(name: str) -> str:
    """Beam's name of a runner. Raises SetupError for one that it does not have, or that runs on this machine."""
    names = {known.removesuffix("Runner").lower(): known for known in StandardOptions.KNOWN_RUNNER_NAMES}
    found = names.get(name.lower().removesuffix("runner"))
    if found is None or found in {*StandardOptions.LOCAL_RUNNERS, "InteractiveRunner"} - {"PrismRunner"}:
        raise SetupError(f"'{name}' is no runner to run on; take local, flink, dataflow or spark")
    return found


def _runner(name: str, options: PipelineOptions) -> AbstractContextManager[PipelineRunner]:
    if name == "FlinkRunner":
        return flink(options)
    try:
        if name == "DataflowRunner":  # it would find out only when all is built
            import_module("apache_beam.runners.dataflow.internal.apiclient")
        return nullcontext(create_runner(name))
    except ImportError as error:
        raise SetupError(
            f"the runner {name} needs packages that are not installed ({error}); for Dataflow: pip install"
            " 'apache-beam[gcp]'"
        ) from error


@dataclass(frozen=True)
class _Job:
    """Runs the graph over all polls as one job."""

    name: str
    runner: PipelineRunner
    options: PipelineOptions

    def __call__(self, plan: Plan, polls: Sequence[Poll]) -> Counts:
        """To its end, or until STOP is set."""
        # The lock is held: what still runs for this index belongs to a driver that was killed.
        if left := self._cancel_on_cluster():
            _log.warning("jobs that were left behind have been cancelled", extra={"jobs": left})
        driver = Driver(run_id() or "", plan.settings.log_level)
        try:
            return self._counted(self._submitted(replace(plan, driver=driver), polls))
        except grpc.FutureTimeoutError as error:
            raise TryLater("the job server does not answer; try again later") from error
        except grpc.RpcError as error:
            self._cancel_on_cluster()
            said = getattr(error, "details", lambda: None)() or error
            raise TryLater(f"the job server does not go on ({said}); nothing is lost, run again") from error

    def _submitted(self, plan: Plan, polls: Sequence[Poll]) -> Any:
        """The job, on its way."""
        try:
            pipeline = beam.Pipeline(runner=self.runner, options=self.options)
        except ValueError as error:
            raise SetupError(f"Beam refuses the options behind --: {error}") from error
        created = beam.Create(groups(polls), reshuffle=False).with_output_types(PollGroup)
        ingest(pipeline | created | Spread(), plan)
        try:
            return pipeline.run()
        except (ValueError, RuntimeError) as error:
            if isinstance(self.runner, JobServerRunner):
                raise
            raise SetupError(f"the runner {self.name} could not take the job: {error}") from error

    def _counted(self, job: Any) -> Counts:
        """Wait for the end, and add up the counters."""
        while not PipelineState.is_terminal(job.state):
            if STOP.wait(_LOOK):
                self._cancel(job)
        try:
            job.wait_until_finish()
        except RuntimeError as error:
            raise _meaning(str(error), self.name, self.options.view_as(PortableOptions).environment_config) from None
        counts = Counts()
        for counter in job.metrics().query()["counters"]:
            counts[counter.key.metric.namespace, counter.key.metric.name] += counter.result
        if not any(kind in ("due", "left") for kind, _ in counts):
            raise SetupError(
                f"the runner {self.name} gives back no counters, so that no run can account for its entries"
            )
        return counts

    def _cancel(self, job: Any) -> None:
        if not self._cancel_on_cluster():
            job.cancel()
        while not PipelineState.is_terminal(job.state):
            time.sleep(_LOOK)
        self._cancel_on_cluster()  # in case that it got there only meanwhile
        raise TryLater(f"stopped {STOP.why} before the end and the job was cancelled; nothing is lost, run again")

    def _cancel_on_cluster(self) -> int:
        return self.runner.cancel(self.options) if isinstance(self.runner, JobServerRunner) else 0


def _meaning(said: str, runner: str, workers: str | None) -> Exception:
    """What the end of a failed job means: our own errors come back in their words, with a hint where they arose."""
    ours = _FROM_WORKER.findall(said)
    if ours:
        kind, words = ours[-1]
        if kind == "TryLater":
            return TryLater(words)
        return SetupError(f"{words} (so says a worker of the cluster: its own environment and files count there)")
    if _TRACEBACK in said:
        return RuntimeError(said)
    causes = [line.strip() for line in said.splitlines() if line.strip()]
    cure = "run again"
    if workers and "ConnectException" in said:
        cure = f"are there workers at {workers} beside each task manager?"
    return TryLater(f"the job failed on {runner}: {causes[-1] if causes else 'no reason was given'}; {cure}")


def _job_name(settings: Settings) -> str:
    """One for each index, so that what a killed driver left behind can be told from the jobs of others."""
    place = f"{settings.elasticsearch.cloud_id or ''} {settings.index}"
    return f"newsbeam-{sha256(place.encode()).hexdigest()[:12]}"
