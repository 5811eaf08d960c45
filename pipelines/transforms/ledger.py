"""The accounting: outcomes and finished polls to counts, and the commit of what is wholly accounted for."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import apache_beam as beam
from apache_beam.metrics.metric import Metrics
from apache_beam.pvalue import DoOutputsTuple, PCollection
from apache_beam.transforms.userstate import ReadModifyWriteStateSpec

from models.outcome import DocumentStatus, Draft, Outcome, Polled
from pipelines.commit import Count, count_outcomes, kind_of, tally_outcomes
from pipelines.dead_letters import publishable
from pipelines.transforms.driver import join
from pipelines.transforms.stage import ModelCoder, Plan, Stage, at_bundle_end, store_of

PROGRESS: list[Callable[[int], None]] = []
"""Who is told, in this process, how many entries have just ended; must not block."""

SETTLED: list[Callable[[Sequence[Outcome | Polled]], None]] = []
"""Who is told, in this process, how entries and documents have ended; must not block."""


class SettleOutcomes(Stage):
    """Outcomes to counts by document; dead letters are stored, and removed where they are overcome."""

    name = "settle"
    limit = 1000

    def start_bundle(self) -> None:
        """Nothing is counted yet."""
        super().start_bundle()
        self.counts: dict[str, Count] = {}

    def weigh(self, record: Outcome) -> int:
        """By the bytes of its dead letter."""
        return len(record.failure.raw) if record.failure else 0

    def work(self, records: list[Outcome]) -> Iterator[Any]:
        """Store first, count then: a source's state moves only after its dead letters are safe."""
        self._store(records)
        for (source_id, kind), number in tally_outcomes(records).items():
            Metrics.counter(kind, source_id).inc(number)
        for document, count in count_outcomes(records).items():
            held = self.counts.get(document)
            self.counts[document] = count if held is None else held + count
        for heartbeat in PROGRESS:
            heartbeat(len(records))
        _tell(records)
        yield from ()

    def finish_bundle(self) -> Iterator[Any]:
        """One count for each document."""
        yield from super().finish_bundle()
        for item in self.counts.items():
            yield at_bundle_end(item)

    def _store(self, outcomes: list[Outcome]) -> None:
        failures = [publishable(outcome.failure) for outcome in outcomes if outcome.failure is not None]
        if failures:
            before = self.state.failures_of([failure.entry_id for failure in failures])
            for failure in failures:
                if failure.entry_id not in before:
                    Metrics.counter("first_failures", failure.source_id).inc()
                Metrics.counter("reasons", kind_of(failure)).inc()
            self.state.record_failures(failures)
        resolved = [outcome.entry_id for outcome in outcomes if outcome.resolves]
        if resolved:
            self.state.resolve_failures(resolved)


class SettleDocuments(Stage):
    """Finished polls to counts by document; dead letters of whole documents are stored."""

    name = "settle_documents"
    limit = 1000

    def weigh(self, record: Polled) -> int:
        """By the bytes of its dead letter."""
        return len(record.failure.raw) if record.failure else 0

    def work(self, records: list[Polled]) -> Iterator[Any]:
        """Dead letters are stored before their document counts."""
        failures = [publishable(polled.failure) for polled in records if polled.failure is not None]
        for failure in failures:
            Metrics.counter("reasons", kind_of(failure)).inc()
            if failure.transient:
                Metrics.counter("unreachable", failure.source_id).inc()
        for polled in records:
            status = "failed_documents" if polled.status is DocumentStatus.FAILED else polled.status
            Metrics.counter(status, polled.source_id).inc()
            Metrics.counter("seen", polled.source_id).inc(polled.entries)
        if failures:
            self.state.record_failures(failures)
        _tell(records)
        yield from ((polled.document, Count(polled=polled)) for polled in records)


def _tell(records: Sequence[Outcome | Polled]) -> None:
    for hearer in SETTLED:
        hearer(records)


class Committing(beam.DoFn):
    """Stores the states of sources whose documents are complete."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def setup(self) -> None:
        """Become a part of the run."""
        join(self.plan.driver)

    def start_bundle(self) -> None:
        """Nothing is complete yet."""
        self.complete: list[Count] = []

    def finish_bundle(self) -> Iterator[Any]:
        """Store all states that may move, in one write."""
        states = [count.state for count in self.complete if count.state is not None]
        if states:
            store_of(self.plan.settings.model_dump_json())[1].save_feed_states(states)
        for count in self.complete:
            if count.polled is not None:
                Metrics.counter("committed", count.polled.source_id).inc()
                yield at_bundle_end(count.polled)


class CommitDocuments(Committing):
    """Adds up what arrived for a document; when all of it has, the source's state may move.

    One cell per document, cleared at the end, and no need for the end of the data: the same bounded or without end.
    """

    CELL = ReadModifyWriteStateSpec("count", ModelCoder(Count))

    def process(self, element: tuple[str, Count], cell: Any = beam.DoFn.StateParam(CELL)) -> None:  # noqa: B008  # Beam's way
        """Add to the cell."""
        held = cell.read()
        count = element[1] if held is None else held + element[1]
        if count.complete:
            cell.clear()
            self.complete.append(count)
        else:
            cell.write(count)


class CommitGroups(Committing):
    """The same where all that arrived for a document comes at once.

    A cluster that works to the end of the data makes a bundle of each cell, which takes tens of milliseconds.
    """

    def process(self, element: tuple[str, Iterable[Count]]) -> None:
        """Add up."""
        count = sum(element[1], Count())
        if count.complete:
            self.complete.append(count)


@dataclass
class Ledger:
    """Where every stage hands in what ended there, and Commit reads it."""

    plan: Plan
    counts: list[PCollection[tuple[str, Count]]] = field(default_factory=list)

    def settle(self, polled: PCollection[Polled]) -> None:
        """Take documents whose entries come in by themselves."""
        documents = beam.ParDo(SettleDocuments(self.plan)).with_output_types(tuple[str, Count])
        self.counts.append(polled | "Kept/Polled" >> documents)

    def enter(self, stage: str, outputs: DoOutputsTuple) -> PCollection[Any]:
        """Take the ended records out of a stage's outputs; gives back those that go on."""
        pairs = tuple[str, Count]
        self.counts += [
            outputs.outcomes | f"{stage}/Outcomes" >> beam.ParDo(SettleOutcomes(self.plan)).with_output_types(pairs),
            outputs.polled | f"{stage}/Polled" >> beam.ParDo(SettleDocuments(self.plan)).with_output_types(pairs),
        ]
        return outputs.records


@dataclass
class Commit(beam.PTransform):
    """Counts to documents that are wholly accounted for, their source's state stored."""

    ledger: Ledger

    def expand(self, nothing_left: PCollection[Draft]) -> PCollection[Polled]:
        """All that was handed in, by document."""
        plan = self.ledger.plan
        counts = tuple(self.ledger.counts) | beam.Flatten(pipeline=nothing_left.pipeline)
        if plan.driver is None:
            return counts | beam.ParDo(CommitDocuments(plan)).with_output_types(Polled)
        return counts | beam.GroupByKey() | beam.ParDo(CommitGroups(plan)).with_output_types(Polled)
