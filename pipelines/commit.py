"""Commit: counts outcomes against what a poll had, and says when a source's state may move."""

import re
from collections import defaultdict
from collections.abc import Sequence

from models.base import Model
from models.feed_state import FeedState
from models.outcome import DocumentStatus, Failure, Outcome, OutcomeKind, Polled


class Count(Model):
    """What is known of one document so far: how many of its entries have ended, and, once Parse said it, of how many.

    `pending` counts articles that still wait for their page, `new` those that were written for the first time.
    """

    ended: int = 0
    pending: int = 0
    new: int = 0
    polled: Polled | None = None

    def __add__(self, other: "Count") -> "Count":
        return Count(
            ended=self.ended + other.ended,
            pending=self.pending + other.pending,
            new=self.new + other.new,
            polled=self.polled or other.polled,
        )

    @property
    def complete(self) -> bool:
        """Every entry of the document has its outcome."""
        return self.polled is not None and self.ended == self.polled.entries

    @property
    def state(self) -> FeedState | None:
        """What to remember of the source now.

        A document that was parsed ends the count of failures. While an article waits for its page the validators
        are forgotten, so that the next poll brings its entry again.
        """
        state = self.polled.state if self.polled else None
        if state is not None and self.polled is not None and self.polled.status is DocumentStatus.FETCHED:
            state = state.model_copy(update={"failures_in_a_row": 0, "last_error": None})
            state = state.with_news() if self.new else state
        return state.forget_validators() if state and self.pending else state


def count_outcomes(outcomes: Sequence[Outcome]) -> dict[str, Count]:
    """Sum outcomes by document."""
    ended: dict[str, int] = defaultdict(int)
    pending: dict[str, int] = defaultdict(int)
    new: dict[str, int] = defaultdict(int)
    for outcome in outcomes:
        ended[outcome.document] += 1
        pending[outcome.document] += outcome.pending
        new[outcome.document] += outcome.kind is OutcomeKind.NEW
    return {
        document: Count(ended=number, pending=pending[document], new=new[document])
        for document, number in ended.items()
    }


def tally_outcomes(outcomes: Sequence[Outcome]) -> dict[tuple[str, OutcomeKind], int]:
    """Sum outcomes by source and kind."""
    tally: dict[tuple[str, OutcomeKind], int] = defaultdict(int)
    for outcome in outcomes:
        tally[outcome.source_id, outcome.kind] += 1
    return tally


def kind_of(failure: Failure) -> str:
    """What a dead letter has in common with others of its kind: the stage and the reason without place and numbers."""
    reason = failure.reason
    for place in (failure.origin, failure.url, failure.source_id):
        reason = re.sub(rf"(?<![\w-]){re.escape(place)}(?![\w-])", "…", reason) if place else reason
    return f"{failure.stage}: {re.sub(r'[0-9][0-9.,]*', 'n', reason)[:120]}"
