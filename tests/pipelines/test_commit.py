"""A source's state moves only when every entry of its poll has ended."""

from functools import reduce
from operator import add

from hypothesis import given
from hypothesis import strategies as st

from models.feed_state import FeedState
from models.outcome import DocumentStatus, Outcome, OutcomeKind, Polled
from pipelines.commit import Count, count_outcomes, tally_outcomes

STATE = FeedState(source_id="herald", url="https://herald.example/feed", etag='"1"', body_hash="b", last_modified="x")


def polled(entries: int) -> Polled:
    return Polled(document="d1", source_id="herald", status=DocumentStatus.FETCHED, entries=entries, state=STATE)


def outcome(kind: OutcomeKind = OutcomeKind.NEW, document: str = "d1", pending: bool = False) -> Outcome:
    return Outcome(kind=kind, document=document, source_id="herald", entry_id="a", pending=pending)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=8), st.randoms())
def test_a_document_is_complete_only_when_all_has_arrived_in_whatever_order(parts: list[int], random: object) -> None:
    arrivals = [Count(ended=part) for part in parts] + [Count(polled=polled(sum(parts)))]
    random.shuffle(arrivals)  # type: ignore[attr-defined]
    for seen in range(1, len(arrivals)):
        assert not reduce(add, arrivals[:seen]).complete
    assert reduce(add, arrivals).complete


def test_a_poll_without_entries_is_complete_at_once() -> None:
    assert Count(polled=polled(0)).complete


def test_validators_are_forgotten_while_an_article_waits_for_its_page() -> None:
    waiting = Count(ended=2, pending=1, polled=polled(2)).state
    assert waiting is not None
    assert (waiting.etag, waiting.last_modified, waiting.body_hash) == (None, None, None)
    assert Count(ended=2, polled=polled(2)).state == STATE


def test_outcomes_are_counted_by_document_and_by_source_and_kind() -> None:
    outcomes = [outcome(), outcome(OutcomeKind.UNCHANGED), outcome(document="d2", pending=True)]
    assert count_outcomes(outcomes) == {"d1": Count(ended=2), "d2": Count(ended=1, pending=1)}
    assert tally_outcomes(outcomes) == {("herald", OutcomeKind.NEW): 2, ("herald", OutcomeKind.UNCHANGED): 1}
