"""`newsbeam failures`: finding out what went wrong."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from in_process import Command

from models.errors import FetchError, ParseError
from models.outcome import Failure
from models.settings import Settings
from models.source import FeedSource
from pipelines.stores import open_store

NOON = datetime(2025, 4, 28, 12, tzinfo=UTC)


@pytest.fixture
def failing(tmp_path: Path) -> str:
    """An index with two dead letters: a feed that is no feed (twice), and one that can't be reached."""
    address = str(tmp_path / "index")
    index, state = open_store(Settings(index=address))
    index.setup()
    state.setup()
    for hour in (0, 1):
        state.record_failures([_failure("a", ParseError("this is \x1b[31mno feed"), NOON + timedelta(hours=hour))])
    lost = FetchError("https://example.org/b did not answer", transient=True)
    state.record_failures([_failure("b", lost, NOON - timedelta(days=3))])
    index.close()
    state.close()
    return address


def _failure(source: str, error: ParseError | FetchError, at: datetime) -> Failure:
    feed = FeedSource(id=source, url=f"https://example.org/{source}", name=source.upper())
    return Failure.of(error, feed, origin=feed.url, at=at, newsbeam="0.1.0", raw=b"\x1b[2Jnot a feed\xff")


def test_the_latest_come_first_with_source_stage_and_reason(newsbeam: Command, failing: str) -> None:
    done = newsbeam("failures", "list", "--index", failing)
    assert done.code == 0
    assert done.out.index("parse: this is [31mno feed") < done.out.index("fetch: https://example.org/b did not")
    assert "2 times" in done.out
    assert "newsbeam failures show ID" in done.out
    assert "\x1b" not in done.out


def test_they_can_be_narrowed_and_read_by_scripts(newsbeam: Command, failing: str) -> None:
    def sources(*options: str) -> list[str]:
        out = newsbeam("failures", "list", "--index", failing, "--json", *options).out
        return [json.loads(line)["source_id"] for line in out.splitlines()]

    assert sources() == ["a", "b"]
    assert sources("--source", "b") == ["b"]
    assert sources("--stage", "parse") == ["a"]
    assert sources("--reason", "NO FEED") == ["a"]
    assert sources("--since", "2025-04-28") == ["a"]
    assert sources("--until", "2025-04-25") == ["b"]
    assert sources("--limit", "1") == ["a"]


def test_a_stage_that_is_none_is_wrong_usage(newsbeam: Command, failing: str) -> None:
    for command in ("list", "replay", "drop"):
        done = newsbeam("failures", command, "--stage", "parsing", "--index", failing)
        assert done.code == 2
        assert "no stage is called 'parsing'; did you mean 'parse'?" in done.err


def test_a_list_that_is_cut_says_so(newsbeam: Command, failing: str) -> None:
    assert "only the latest 1 are shown" in newsbeam("failures", "list", "--limit", "1", "--index", failing).out
    cut = newsbeam("failures", "list", "--limit", "1", "--json", "--index", failing)
    assert (len(cut.out.splitlines()), cut.err) == (1, "newsbeam: only the latest 1 are here; more with --limit\n")


def test_no_failures_are_said_plainly(newsbeam: Command, filled: str) -> None:
    assert newsbeam("failures", "list", "--index", filled).out == "no failures\n"


def test_one_is_shown_whole_by_the_beginning_of_its_id(newsbeam: Command, failing: str) -> None:
    first = json.loads(newsbeam("failures", "list", "--index", failing, "--json").out.splitlines()[0])
    done = newsbeam("failures", "show", first["id"][:8], "--index", failing)
    assert done.code == 0
    assert first["id"] in done.out
    assert "not a feed" in done.out
    assert "\x1b" not in done.out
    whole = json.loads(newsbeam("failures", "show", first["id"], "--json", "--index", failing).out)
    assert (whole["attempts"], whole["raw_length"]) == (2, 15)


def test_the_bytes_come_out_as_they_were(failing: str) -> None:
    import subprocess
    import sys

    command = [sys.executable, "-m", "pipelines.cli", "failures"]
    listed = subprocess.run(
        [*command, "list", "--source", "a", "--json", "--index", failing], capture_output=True, check=True
    )
    found = json.loads(listed.stdout)["id"]
    done = subprocess.run([*command, "show", found, "--raw", "--index", failing], capture_output=True, check=True)
    assert done.stdout == b"\x1b[2Jnot a feed\xff"


def test_one_that_is_not_there_is_wrong_usage(newsbeam: Command, failing: str) -> None:
    done = newsbeam("failures", "show", "ffff", "--index", failing)
    assert done.code == 2
    assert "no failure has the id 'ffff'" in done.err
