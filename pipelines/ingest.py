"""The pipeline, to be read aloud."""

from apache_beam.pvalue import PCollection

from models.document import Poll
from models.outcome import Polled
from pipelines.transforms import (
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
)


def ingest(polls: PCollection[Poll], plan: Plan) -> PCollection[Polled]:
    """From sources that are due to articles in the index; gives back every document that is wholly accounted for."""
    ledger = Ledger(plan)
    return (
        polls
        | Fetch(ledger)
        | Parse(ledger)
        | SelectNew(ledger)
        | Complete(ledger)
        | Normalize(ledger)
        | Enrich(ledger)
        | Index(ledger)
        | Commit(ledger)
    )
