"""Each stage as a DoFn and a thin PTransform; what it computes stands in the module of the same verb."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any, ClassVar

import apache_beam as beam
from apache_beam.metrics.metric import Metrics
from apache_beam.pvalue import PCollection

from models.article import TextStatus
from models.base import Model
from models.document import Candidate, Document, Entry, Poll
from models.errors import IndexRejected, NormalizeError, ParseError
from models.outcome import Draft, Outcome, OutcomeKind, Polled, Verdict
from pipelines.complete import complete, passes_filters, wants_page
from pipelines.dead_letters import refused_candidate, refused_document, refused_draft
from pipelines.enrich import Enricher, open_enricher
from pipelines.fetch import fetch_all, fetch_pages
from pipelines.normalize import normalize
from pipelines.parse import parse
from pipelines.select_new import end, first_of_each, has_words, select_new
from pipelines.stop import STOP
from pipelines.transforms.ledger import Ledger
from pipelines.transforms.stage import Stage

_ENRICHING = Lock()
"""On a cluster a process may work on several bundles at once, and what was learnt of words belongs to all of them."""


class FetchPolls(Stage):
    """Polls to documents. All feeds of a bundle are fetched at once, files one after the other."""

    name = "fetch"
    limit = 10_000

    def work(self, records: list[Poll]) -> Iterator[Document | Polled]:
        """Count each document as due; begin nothing new once told to stop."""
        settings = self.plan.settings
        for record in fetch_all(records, settings.fetch, settings.files, _now):
            if STOP.is_set():
                Metrics.counter("left", _source_id(record)).inc()
                return
            Metrics.counter("due", _source_id(record)).inc()
            yield record


class ParseDocuments(Stage):
    """Documents to entries, and how many there were."""

    name = "parse"

    def work(self, records: list[Document]) -> Iterator[Entry | Outcome | Polled]:
        """A document that nothing can be made of is one dead letter, and its validators are forgotten."""
        (document,) = records
        try:
            parsed = parse(document, self.plan.settings.files)
        except ParseError as error:
            yield refused_document(document, error)
            return
        yield from parsed.entries
        yield from parsed.failed
        yield parsed.polled


class SelectNewEntries(Stage):
    """Entries to candidates, asked for in bulk; one copy of an article goes on."""

    name = "select_new"
    limit = 10_000
    weight_limit = 16 * 2**20

    def start_bundle(self) -> None:
        """What went on in this bundle is remembered, since the index does not show it yet."""
        super().start_bundle()
        self.gone_on: set[str] = set()
        self.refreshed = False

    def weigh(self, record: Entry) -> int:
        """By its text."""
        return len(record.body or "") + len(record.summary or "")

    def work(self, records: list[Entry]) -> Iterator[Candidate | Outcome]:
        """Ask the index and the dead letters once for all."""
        if not self.refreshed:
            self.index.refresh()
            self.refreshed = True
        wanted = []
        for entry in records:
            if wants_page(entry) or passes_filters(entry):
                wanted.append(entry)
            else:
                yield end(entry, OutcomeKind.FILTERED)
        firsts, copies = first_of_each(wanted)
        copies += [entry for entry in firsts if entry.id in self.gone_on]
        firsts = [entry for entry in firsts if entry.id not in self.gone_on]
        ids = [entry.id for entry in firsts]
        known, failures = self.index.known(ids), self.state.failures_of(ids)
        for record in select_new(firsts, known, failures, self.plan.configured):
            if isinstance(record, Candidate) and has_words(record.entry):
                self.gone_on.add(record.entry.id)
            yield record
        # Where the first is on its way only now, its copy has the next word in case it does not arrive.
        yield from (end(entry, OutcomeKind.DUPLICATE, pending=entry.id in self.gone_on) for entry in copies)


class CompleteCandidates(Stage):
    """Teasers to full texts, where the feed's configuration asks for it; then the feed's filters."""

    name = "complete"
    limit = 500

    def weigh(self, record: Candidate) -> int:
        """By its text."""
        return len(record.entry.body or "")

    def work(self, records: list[Candidate]) -> Iterator[Candidate | Outcome]:
        """Pages of a batch are fetched together."""
        yield from complete(records, self.plan.settings.fetch, fetch_pages)


class NormalizeCandidates(Stage):
    """Candidates to drafts of articles."""

    name = "normalize"

    def work(self, records: list[Candidate]) -> Iterator[Draft | Outcome]:
        """An entry that no article can be made of is one dead letter."""
        (candidate,) = records
        try:
            yield normalize(candidate)
        except NormalizeError as error:
            yield refused_candidate(candidate, error)


class EnrichDrafts(Stage):
    """Drafts with what their texts say."""

    name = "enrich"
    limit = 100

    def setup(self) -> None:
        """The models are loaded once per process."""
        super().setup()
        self.enricher: Enricher = open_enricher(self.plan.settings.enrich)

    def weigh(self, record: Draft) -> int:
        """By its text."""
        return len(record.article.body)

    def work(self, records: list[Draft]) -> Iterator[Draft | Outcome]:
        """A text that an extractor refuses is one dead letter."""
        with _ENRICHING:
            enriched = list(self.enricher.enrich(records))
        yield from enriched


class IndexDrafts(Stage):
    """Drafts into the index; what the index says of each is its outcome.

    One batch is written in a thread while the stages before it work on the next.
    """

    name = "index"
    limit = 500

    def setup(self) -> None:
        """A thread for this process's writes."""
        super().setup()
        self.writer = ThreadPoolExecutor(1, thread_name_prefix="newsbeam-index")

    def teardown(self) -> None:
        """Nothing is being written any more."""
        self.writer.shutdown()

    def start_bundle(self) -> None:
        """Nothing is under way yet."""
        super().start_bundle()
        self.under_way: tuple[list[Draft], Future[list[Verdict]]] | None = None

    def weigh(self, record: Draft) -> int:
        """By its text."""
        return len(record.article.body)

    def work(self, records: list[Draft]) -> Iterator[Outcome]:
        """The outcomes of the batch before, once it is written."""
        yield from self.rest()
        self.under_way = records, self.writer.submit(self.index.write, records)

    def rest(self) -> Iterator[Outcome]:
        """The outcomes of the batch that is being written."""
        if self.under_way is None:
            return
        (drafts, writing), self.under_way = self.under_way, None
        for draft, verdict in zip(drafts, writing.result(), strict=True):
            yield _outcome(draft, verdict)


@dataclass
class StageTransform(beam.PTransform):
    """A stage of the graph: its DoFn, and the record that it gives to the next one."""

    ledger: Ledger
    stage: ClassVar[type[Stage]]
    gives: ClassVar[type[Model]]

    def expand(self, records: PCollection[Any]) -> PCollection[Any]:
        """Apply the DoFn; hand in what ended."""
        outputs = records | beam.ParDo(self.stage(self.ledger.plan)).with_output_types(
            self.gives, outcomes=Outcome, polled=Polled
        ).with_outputs("outcomes", "polled", main="records")
        return self.ledger.enter(type(self).__name__, outputs)


class Fetch(StageTransform):
    """Polls to documents."""

    stage, gives = FetchPolls, Document


class Parse(StageTransform):
    """Documents to entries."""

    stage, gives = ParseDocuments, Entry


class SelectNew(StageTransform):
    """Entries to candidates."""

    stage, gives = SelectNewEntries, Candidate


class Complete(StageTransform):
    """Candidates to candidates with the text of their page."""

    stage, gives = CompleteCandidates, Candidate


class Normalize(StageTransform):
    """Candidates to drafts."""

    stage, gives = NormalizeCandidates, Draft


class Enrich(StageTransform):
    """Drafts to drafts with language, places and names."""

    stage, gives = EnrichDrafts, Draft


class Index(StageTransform):
    """Drafts into the index: nothing goes on, everything has ended."""

    stage, gives = IndexDrafts, Draft


def _now() -> datetime:
    return datetime.now(UTC)


def _source_id(record: Document | Polled) -> str:
    return record.source.id if isinstance(record, Document) else record.source_id


def _outcome(draft: Draft, verdict: Verdict) -> Outcome:
    """What the index said of a draft, as the end of its entry."""
    if verdict.kind is OutcomeKind.FAILED:
        return refused_draft(draft, IndexRejected(verdict.reason or "the index gave no reason"))
    return Outcome(
        kind=verdict.kind,
        document=draft.document,
        source_id=draft.article.source_id,
        entry_id=draft.article.id,
        resolves=draft.failed_before,
        pending=draft.article.text_status is TextStatus.PENDING or verdict.kind is OutcomeKind.STALE,
    )
