"""The pipeline, to be read aloud."""

from typing import NamedTuple

import apache_beam as beam
from apache_beam.pvalue import PCollection

from models.document import Document, Entry, Poll
from models.outcome import Draft, Polled
from pipelines.transforms import (
    Collate,
    Commit,
    Complete,
    Enrich,
    Fetch,
    Index,
    Ledger,
    Normalize,
    Parse,
    Plan,
    SelectNew,
    article_of,
    host_asked,
)


def ingest(polls: PCollection[Poll], plan: Plan) -> PCollection[Polled]:
    """From sources that are due to articles in the index; gives back every document that is wholly accounted for."""
    ledger = Ledger(plan)
    return (
        polls
        | Fetch(ledger)
        | Parse(ledger)
        | "Copies" >> Collate(ledger, article_of)
        | SelectNew(ledger)
        | "Hosts" >> Collate(ledger, host_asked)
        | Complete(ledger)
        | Normalize(ledger)
        | Enrich(ledger)
        | Index(ledger)
        | Commit(ledger)
    )


class Kept(NamedTuple):
    """What failed before, by how far it had come; `polled` says of single entries and drafts that each is one."""

    documents: PCollection[Document]
    entries: PCollection[Entry]
    drafts: PCollection[Draft]
    polled: PCollection[Polled]


def ingest_kept(kept: Kept, plan: Plan) -> PCollection[Polled]:
    """The same way, joined by each where it was left."""
    ledger = Ledger(plan)
    ledger.settle(kept.polled)
    parsed = kept.documents | Parse(ledger)
    drafts = (
        (parsed, kept.entries)
        | "All entries" >> beam.Flatten()
        | SelectNew(ledger)
        | Complete(ledger)
        | Normalize(ledger)
    )
    return (drafts, kept.drafts) | "All drafts" >> beam.Flatten() | Enrich(ledger) | Index(ledger) | Commit(ledger)
