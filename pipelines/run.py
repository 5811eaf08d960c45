"""Runs the pipeline: one cycle over what is due, by Beam's local runner in chunks, or on a cluster at once."""

from collections.abc import Sequence
from datetime import UTC, datetime

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.pvalue import PCollection
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner

from models.base import Model
from models.document import Document, Entry, Poll
from models.errors import NewsbeamError
from models.outcome import Draft, Polled
from models.report import RunReport
from models.run import LOCAL, RunRequest
from models.settings import Configuration
from pipelines.due import polls_of
from pipelines.ingest import Kept, ingest, ingest_kept
from pipelines.logs import run_id
from pipelines.recall import one_entry
from pipelines.reports import Counts
from pipelines.session import Progress, Session, opened
from pipelines.stop import stoppable
from pipelines.transforms import Plan


def run(configuration: Configuration, request: RunRequest, progress: Progress) -> RunReport:
    """Ingest what is due, or the files that are asked for; the report says how it went and with which exit code.

    Raises SetupError before anything is fetched when the configuration, the credentials or the index are not
    right, and TryLater when the index is away or another run holds it.
    """
    started, settings = datetime.now(UTC), configuration.settings.run
    with stoppable(request.grace or settings.grace, request.max_runtime or settings.max_runtime):
        if request.runner == LOCAL:
            with opened(configuration, request.workers, run_chunk, progress) as session:
                return _cycle(session, configuration, request, started)
        from pipelines.runners import on_runner  # most runs are local, and need nothing of it

        with (
            on_runner(request.runner, request.beam_options, configuration.settings) as task,
            opened(configuration, 1, task, progress, whole=True) as session,
        ):
            return _cycle(session, configuration, request, started)


def _cycle(session: Session, configuration: Configuration, request: RunRequest, started: datetime) -> RunReport:
    with session.state.lock():
        session.index.setup()
        return session.cycle(polls_of(configuration, request, session.state, started), started, run_id())


def run_chunk(plan: Plan, polls: Sequence[Poll]) -> Counts:
    """Run the graph over these polls, in this process. Errors of ours keep their type and their words."""
    pipeline = _pipeline()
    ingest(pipeline | beam.Create(polls, reshuffle=False).with_output_types(Poll), plan)
    return _counted(pipeline)


def run_kept(plan: Plan, documents: Sequence[Document], entries: Sequence[Entry], drafts: Sequence[Draft]) -> Counts:
    """Run the graph over what failed before, each from where it was left, in this process."""
    pipeline = _pipeline()

    def created(records: Sequence[Model], kind: type[Model]) -> PCollection:
        return pipeline | kind.__name__ >> beam.Create(records, reshuffle=False).with_output_types(kind)

    polled = [*map(one_entry, entries), *map(one_entry, drafts)]
    kept = Kept(created(documents, Document), created(entries, Entry), created(drafts, Draft), created(polled, Polled))
    ingest_kept(kept, plan)
    return _counted(pipeline)


def _pipeline() -> beam.Pipeline:
    return beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([]))


def _counted(pipeline: beam.Pipeline) -> Counts:
    try:
        result = pipeline.run()
    except NewsbeamError as error:
        # Beam raises a copy of the error that has the step's name behind its words.
        raise (error.__context__ if isinstance(error.__context__, NewsbeamError) else error) from None
    counts = Counts()
    for counter in result.metrics().query()["counters"]:
        counts[counter.key.metric.namespace, counter.key.metric.name] += counter.result
    return counts
