"""What an operator reads after a run."""

from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console

from models.report import RunReport, Tally
from pipelines.cli.summary import MOST_SOURCES, summary

START = datetime(2025, 4, 28, 12, tzinfo=UTC)


def shown(*, names: dict[str, str] | None = None, seconds: float = 10, **fields: Any) -> str:
    defaults: dict[str, Any] = {
        "run_id": "r",
        "started_at": START,
        "ended_at": START + timedelta(seconds=seconds),
        "exit_code": 0,
        "exit_reason": "done",
        "index": "data/index",
        "newsbeam": "0.1.0",
        "totals": Tally(),
    }
    console = Console(width=120, color_system=None, highlight=False)
    with console.capture() as capture:
        console.print(summary(RunReport(**(defaults | fields)), names or {}))
    return capture.get()


def test_a_run_that_wrote_says_how_much_how_fast_and_where() -> None:
    text = shown(totals=Tally(seen=103, new=100, updated=3, due=2, fetched=2, committed=2))
    assert text.startswith("103 articles written from 2 documents\n")
    assert "10.0 s, 10 entries a second · index data/index · done" in text


def test_a_run_over_unchanged_articles_says_so_plainly() -> None:
    text = shown(totals=Tally(seen=120, unchanged=120, due=1, fetched=1, committed=1))
    assert text.startswith("nothing new: 120 unchanged\n")


def test_a_run_over_unmodified_feeds_says_so_plainly() -> None:
    text = shown(totals=Tally(due=3, not_modified=3, committed=3))
    assert text.startswith("nothing new: 3 documents not modified\n")


def test_a_run_without_work_says_so() -> None:
    assert shown(exit_reason="nothing was due").startswith("nothing was due\n")


def test_the_accounting_can_be_checked_by_eye() -> None:
    totals = Tally(
        seen=31, new=10, updated=3, unchanged=8, duplicate=4, stale=1, filtered=2, failed=3, due=5, fetched=3,
        not_modified=1, failed_documents=1, committed=5,
    )  # fmt: skip
    text = shown(totals=totals)
    assert "seen 31 = 10 new + 3 updated + 8 unchanged + 4 duplicate + 1 stale + 2 filtered + 3 failed" in text
    assert "due 5 = 3 fetched + 1 not modified + 1 failed" in text
    assert "does not add up" not in text


def test_accounting_that_does_not_add_up_stands_out() -> None:
    text = shown(totals=Tally(seen=3, new=2, due=1, fetched=1, committed=1), exit_code=1, exit_reason="a difference")
    assert "this does not add up, which is a bug: 3 entries seen, 2 ended" in text
    assert "exit 1 (a broken promise): a difference" in text


def test_sources_that_hurt_come_first_and_the_rest_is_counted() -> None:
    sources = {f"s{number:02}": Tally(seen=9, new=number + 1, due=1, fetched=1) for number in range(30)}
    sources["lost"] = Tally(due=1, failed_documents=1, unreachable=1)
    sources |= {f"quiet{number}": Tally(seen=5, unchanged=5, due=1, fetched=1) for number in range(4)}
    text = shown(
        totals=Tally(seen=1, new=1, failed_documents=1, due=1), sources=sources, names={"lost": "The Lost Times"}
    )
    rows = text[text.index("source ") :].splitlines()
    assert "The Lost Times" in rows[1]
    assert "not reached" in rows[1]
    assert rows[2].split()[0] == "s29"
    assert rows[MOST_SOURCES + 1].strip() == f"and {31 - MOST_SOURCES} more sources"
    assert rows[MOST_SOURCES + 2].strip() == "4 sources with nothing new"


def test_failures_are_said_by_reason_with_what_to_do_next() -> None:
    text = shown(
        totals=Tally(seen=4, new=1, failed=3, due=1, fetched=1),
        failures_by_reason={"no title and no text": 2, "https://me:pw@example.org/?token=abc is gone": 1},
    )
    assert "1 article written from 1 document, 3 failed" in text
    assert "2  no title and no text" in text
    assert "newsbeam failures list" in text
    assert "pw" not in text
    assert "abc" not in text


def test_many_reasons_are_cut_and_counted() -> None:
    reasons = {f"reason {number:02}": 1 for number in range(25)}
    text = shown(totals=Tally(seen=25, failed=25, due=1, fetched=1), failures_by_reason=reasons)
    assert "reason 09" in text
    assert "reason 10" not in text
    assert "15  for 15 other reasons" in text


def test_an_exit_code_is_explained() -> None:
    text = shown(exit_code=75, exit_reason="the index is away", totals=Tally(due=1, failed_documents=1, unreachable=1))
    assert "exit 75 (try again later): the index is away" in text


def test_nothing_in_a_report_reaches_the_terminal_as_a_command() -> None:
    text = shown(
        totals=Tally(seen=1, failed=1, due=2, fetched=2),
        sources={"a\x1b[2J": Tally(seen=1, failed=1, due=1, fetched=1), "b": Tally(due=1)},
        failures_by_reason={"odd \x1b]0;title\x07 [bold]x[/bold]": 1},
    )
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "[bold]x[/bold]" in text


def test_long_runs_are_told_in_hours() -> None:
    assert "1 h 2 min" in shown(seconds=3725, totals=Tally(due=1, fetched=1, committed=1))
