"""What every state store promises."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.errors import TryLater
from models.feed_state import FeedState, PollingHints
from models.outcome import Failure, failure_id
from models.report import RunReport, Tally
from pipelines.state.base import FailureFilter, StateStore

AT = datetime(2025, 4, 28, 7, 0, 0, 123_000, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _failure(entry: str = "e", source: str = "s", stage: str = "parse", hours: int = 0, **fields: Any) -> Failure:
    at = AT + hours * HOUR
    defaults: dict[str, Any] = {
        "id": failure_id(source, entry, stage),
        "source_id": source,
        "source_name": source.upper(),
        "stage": stage,
        "reason": "Line 3: no title and no text; leave the entry out.",
        "entry_id": entry,
        "entry_hash": "abc",
        "origin": "https://news.example/feed",
        "raw": b"<item>\x00\xff</item>",
        "raw_hash": "def",
        "raw_length": 16,
        "media_type": "text/xml",
        "first_failed_at": at,
        "last_failed_at": at,
        "newsbeam": "0.1.0",
    }
    return Failure(**(defaults | fields))


def _report(number: int) -> RunReport:
    at = AT + number * HOUR
    return RunReport(
        run_id=f"run-{number}",
        started_at=at,
        ended_at=at + HOUR,
        exit_code=0,
        exit_reason="done",
        index="data/index",
        newsbeam="0.1.0",
        totals=Tally(seen=3, new=3),
        sources={"a.b/c": Tally(seen=3, new=3)},
        failures_by_reason={"a. b: c": 1},
        stage_seconds={"parse": 0.5},
    )


def _listed(state: StateStore, **wanted: Any) -> list[str]:
    return [failure.entry_id for failure in state.failures(FailureFilter(**wanted))]


def test_setup_may_be_repeated(state: StateStore) -> None:
    state.save_feed_states([FeedState(source_id="a", url="https://a.example/")])
    state.setup()
    assert list(state.feed_states(["a"])) == ["a"]


def test_a_feed_state_comes_back_as_it_was_saved_last(open_state: Callable[[], StateStore]) -> None:
    first = FeedState(source_id="a", url="https://a.example/", etag='W/"x"', shared_urls=("https://a.example/1",))
    second = first.model_copy(update={"etag": None, "last_success_at": AT, "failures_in_a_row": 2, "last_error": "é"})
    hints = PollingHints(interval=3600.0, skip_hours=(1, 2), skip_days=(6,))
    second = second.model_copy(update={"hints": hints, "fresh_for": 60.5, "host_paused_until": AT})
    other = FeedState(source_id="/files/b ü.xml", url="/files/b ü.xml", last_modified="Mon, 28 Apr 2025 07:00:00 GMT")
    state = open_state()
    state.save_feed_states([first, other])
    state.save_feed_states([second])
    state.save_feed_states([])
    expected = {"a": second, "/files/b ü.xml": other}
    assert state.feed_states(["a", "/files/b ü.xml", "unknown"]) == expected
    assert open_state().feed_states(["a", "/files/b ü.xml"]) == expected
    assert state.feed_states([]) == {}


def test_thousands_of_feed_states_are_read_at_once(state: StateStore) -> None:
    states = [FeedState(source_id=f"s{n}", url=f"https://s{n}.example/") for n in range(3000)]
    state.save_feed_states(states)
    assert len(state.feed_states([each.source_id for each in states])) == 3000


def test_a_failure_that_comes_again_keeps_its_first_time_and_counts_attempts(state: StateStore) -> None:
    state.record_failures([_failure(hours=0)])
    state.record_failures([_failure(hours=1, reason="now this")])
    state.record_failures([_failure(hours=2, reason="now that"), _failure(entry="other")])
    found = state.failure(_failure().id)
    assert found is not None
    assert (found.attempts, found.first_failed_at, found.last_failed_at) == (3, AT, AT + 2 * HOUR)
    assert (found.reason, found.raw) == ("now that", b"<item>\x00\xff</item>")
    assert _listed(state) == ["e", "other"]


def test_a_failure_without_raw_bytes_keeps_those_that_are_there(state: StateStore) -> None:
    state.record_failures([_failure()])
    state.record_failures([_failure(hours=1, raw=b"", raw_hash=None, raw_length=0)])
    found = state.failure(_failure().id)
    assert found is not None
    assert (found.raw, found.raw_hash, found.raw_length) == (b"<item>\x00\xff</item>", "def", 16)


def test_the_latest_failure_of_each_entry_is_found_without_its_bytes(state: StateStore) -> None:
    state.record_failures([_failure("a", hours=2), _failure("a", stage="index", hours=1), _failure("b")])
    found = state.failures_of(["a", "b", "c"])
    assert {entry: failure.stage for entry, failure in found.items()} == {"a": "parse", "b": "parse"}
    assert found["a"].raw == b""
    assert found["a"].raw_length == 16
    assert state.failures_of([]) == {}


def test_failures_are_listed_latest_first_and_filtered(state: StateStore) -> None:
    state.record_failures(
        [
            _failure("a", hours=0, reason="Größe: too large"),
            _failure("b", hours=2, source="t"),
            _failure("c", hours=1, stage="index"),
            _failure("d", hours=3, reason="100% *wild* _card_"),
        ]
    )
    assert _listed(state) == ["d", "b", "c", "a"]
    assert _listed(state, source_id="t") == ["b"]
    assert _listed(state, stage="index") == ["c"]
    assert _listed(state, reason="GRÖSSE".replace("SS", "ß")) == ["a"]
    assert _listed(state, reason="too LARGE") == ["a"]
    assert _listed(state, reason="% *WILD* _") == ["d"]
    assert _listed(state, reason="no such reason") == []
    assert _listed(state, since=AT + HOUR, until=AT + 3 * HOUR) == ["b", "c"]
    assert _listed(state, stage="parse", source_id="s") == ["d", "a"]
    assert all(failure.raw == b"" for failure in state.failures(FailureFilter()))


def test_what_is_walked_through_may_be_resolved_on_the_way(state: StateStore) -> None:
    state.record_failures([_failure(f"e{n}", hours=n) for n in range(20)])
    seen = []
    for failure in state.failures(FailureFilter()):
        seen.append(failure.entry_id)
        state.resolve_failures([failure.entry_id])
    assert len(seen) == 20
    assert _listed(state) == []


def test_a_failure_is_found_by_a_prefix_that_fits_only_one(state: StateStore) -> None:
    failures = [_failure("a", id="abc1" + "0" * 28), _failure("b", id="abd2" + "0" * 28)]
    state.record_failures(failures)
    assert state.failure("abc") == failures[0]
    assert state.failure(failures[1].id) == failures[1]
    for prefix in ("ab", "x", "", "abc*", "%"):
        assert state.failure(prefix) is None


def test_resolved_failures_are_gone_and_others_stay(state: StateStore) -> None:
    state.record_failures(
        [_failure("a"), _failure("a", stage="index"), _failure("b"), _failure("", "s"), _failure("", "t")]
    )
    state.resolve_failures(["a", "unknown"])
    assert sorted(_listed(state)) == ["", "", "b"]
    state.resolve_failures([])
    assert len(_listed(state)) == 3


def test_failures_are_dropped_by_their_whole_ids(state: StateStore) -> None:
    dropped, kept = _failure(entry="a"), _failure(entry="b")
    state.record_failures([dropped, kept])
    state.drop_failures([dropped.id, kept.id[:8]])
    assert _listed(state) == ["b"]


def test_failures_of_what_was_read_again_are_forgotten_unless_they_were_met_again(state: StateStore) -> None:
    state.record_failures(
        [
            _failure("old", stage="parse"),
            _failure("", stage="fetch"),
            _failure("old", stage="index"),
            _failure("new", stage="parse", hours=9),
            _failure("old", "t", stage="parse"),
        ]
    )
    state.forget_failures(["s", "nobody"], ["fetch", "parse"], AT + 5 * HOUR)
    left = sorted((each.source_id, each.entry_id, each.stage) for each in state.failures(FailureFilter()))
    assert left == [("s", "new", "parse"), ("s", "old", "index"), ("t", "old", "parse")]
    state.forget_failures([], ["fetch"], AT)
    assert len(_listed(state)) == 3


def test_a_dead_letter_tried_again_from_old_bytes_keeps_the_time_when_it_was_met_last(state: StateStore) -> None:
    for hours in (0, 9, 1):
        state.record_failures([_failure("a", hours=hours)])
    (held,) = state.failures(FailureFilter())
    assert (held.first_failed_at, held.last_failed_at, held.attempts) == (AT, AT + 9 * HOUR, 3)


def test_runs_come_newest_first(state: StateStore) -> None:
    for number in (2, 1, 3):
        state.save_run(_report(number))
    assert state.runs() == [_report(3), _report(2), _report(1)]
    assert state.runs(limit=1) == [_report(3)]


def test_reports_of_old_runs_are_forgotten(state: StateStore) -> None:
    for number in (1, 2, 3):
        state.save_run(_report(number))
    state.forget_runs(AT + 2 * HOUR)
    state.forget_runs(AT)
    assert [report.run_id for report in state.runs()] == ["run-3", "run-2"]


def test_the_lock_excludes_a_second_holder_and_names_the_first(open_state: Callable[[], StateStore]) -> None:
    with open_state().lock():
        with pytest.raises(TryLater, match=r"process \d+") as caught, open_state().lock():
            pass
        assert str(caught.value).endswith(".")
    with open_state().lock():
        pass


def test_the_lock_is_free_after_an_error(open_state: Callable[[], StateStore]) -> None:
    with pytest.raises(ValueError, match="inside"), open_state().lock():
        raise ValueError("inside")
    with open_state().lock():
        pass
