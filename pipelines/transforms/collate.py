"""Brings together on a cluster what is together anyway on one machine."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
from apache_beam.pvalue import PCollection

from models.document import Candidate, Entry
from pipelines.complete import wants_page
from pipelines.fetch import host_of
from pipelines.transforms.ledger import Ledger


@dataclass
class Collate(beam.PTransform):
    """Records of one key to one worker, one after the other. Within one process nothing is to be done."""

    ledger: Ledger
    key: Callable[[Any], str]

    def expand(self, records: PCollection[Any]) -> PCollection[Any]:
        """Group by the key, and let go of the groups again."""
        if self.ledger.plan.driver is None:
            return records
        kind = records.element_type
        return (
            records
            | beam.Map(_keyed, self.key).with_output_types(beam.typehints.Tuple[str, kind])
            | beam.GroupByKey()
            | beam.FlatMap(_values).with_output_types(kind)
        )


def article_of(entry: Entry) -> str:
    """Copies of one article from several sources have to meet, for one of them to go on."""
    return entry.id


def host_asked(candidate: Candidate) -> str:
    """Pages of one host are asked for by one worker, a few at a time; what needs no page may go anywhere."""
    entry = candidate.entry
    return host_of(entry.url) if entry.url and wants_page(entry) else entry.id


def _keyed(record: Any, key: Callable[[Any], str]) -> tuple[str, Any]:
    return key(record), record


def _values(group: tuple[str, Iterable[Any]]) -> Iterable[Any]:
    return group[1]
