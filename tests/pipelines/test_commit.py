"""A source's state moves only when every entry of its poll has ended."""

from datetime import UTC, datetime
from functools import reduce
from operator import add

from hypothesis import given
from hypothesis import strategies as st

from models.errors import ParseError
from models.feed_state import FeedState
from models.outcome import DocumentStatus, Failure, Outcome, OutcomeKind, Polled
from models.source import FileSource
from pipelines.commit import Count, count_outcomes, kind_of, tally_outcomes

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


def test_a_document_that_was_parsed_ends_the_count_of_failures() -> None:
    troubled = polled(1).model_copy(
        update={"state": STATE.model_copy(update={"failures_in_a_row": 3, "last_error": "x"})}
    )
    well = Count(ended=1, polled=troubled).state
    assert well is not None
    assert (well.failures_in_a_row, well.last_error) == (0, None)
    refused = troubled.model_copy(update={"status": DocumentStatus.FAILED, "entries": 0})
    assert Count(polled=refused).state == troubled.state


def test_failures_of_one_kind_are_counted_together() -> None:
    def kind(number: int) -> str:
        error = ParseError(f"Line {number} of /news/a.jsonl is no JSON object.")
        at = datetime(2026, 1, 1, tzinfo=UTC)
        source = FileSource(id="/news/a.jsonl", path="/news/a.jsonl", name="a.jsonl")
        return kind_of(Failure.of(error, source, origin=f"/news/a.jsonl#{number}", at=at, newsbeam="1"))

    assert kind(3) == kind(4711) == "parse: Line n of … is no JSON object."


def test_outcomes_are_counted_by_document_and_by_source_and_kind() -> None:
    outcomes = [outcome(), outcome(OutcomeKind.UNCHANGED), outcome(document="d2", pending=True)]
    assert count_outcomes(outcomes) == {"d1": Count(ended=2, new=1), "d2": Count(ended=1, pending=1, new=1)}
    assert tally_outcomes(outcomes) == {("herald", OutcomeKind.NEW): 2, ("herald", OutcomeKind.UNCHANGED): 1}
