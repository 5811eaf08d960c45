"""Spreads the polls of a run over the workers of a cluster."""

from collections.abc import Iterable

import apache_beam as beam
from apache_beam.pvalue import PCollection

from models.document import Poll, PollGroup


class Spread(beam.PTransform):
    """Groups of polls to polls, each group in one place and the groups dealt out."""

    def expand(self, groups: PCollection[PollGroup]) -> PCollection[Poll]:
        """Without the shuffle, everything behind it would happen where the polls were created."""
        return groups | beam.Reshuffle() | "Polls" >> beam.FlatMap(_polls).with_output_types(Poll)


def _polls(group: PollGroup) -> Iterable[Poll]:
    return group.polls
