"""What an operator and a monitor get to see: `newsbeam status`, the textfile, the calls to a monitor."""

import base64
import errno
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from command import Newsbeam, write_feeds
from corpus import rss
from in_process import Command, Done
from misbehaving_server import Server, serve
from prometheus_client.parser import text_string_to_metric_families

from models.errors import ParseError
from models.feed_state import FeedState
from models.outcome import Failure
from models.settings import Configuration, Settings
from models.source import FeedSource
from models.status import Status
from pipelines.cli.announce import announced
from pipelines.stores import open_store

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as server:
        server.feeds |= {"/herald": rss(3), "/ping": b"", "/ping/start": b"", "/ping/fail": b""}
        yield server


@dataclass(frozen=True)
class Here:
    """The command in this process, with a configuration directory and an index of its own."""

    command: Command
    monkeypatch: pytest.MonkeyPatch
    config: Path
    index: str

    def __call__(self, *arguments: str, env: dict[str, str] | None = None) -> Done:
        with self.monkeypatch.context() as patched:
            for name, value in (env or {}).items():
                patched.setenv(name, value)
            return self.command(*arguments, "--config", str(self.config), "--index", self.index)


@pytest.fixture
def here(newsbeam: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: Server) -> Here:
    write_feeds(tmp_path / "config", {"herald": server.url + "/herald"})
    return Here(newsbeam, monkeypatch, tmp_path / "config", str(tmp_path / "index"))


def remember(here: Here, **changes: Any) -> None:
    """Change what is remembered of the feed."""
    index, state = open_store(Settings(index=here.index))
    held = state.feed_states(["herald"])["herald"]
    state.save_feed_states([FeedState.model_validate({**held.model_dump(), **changes})])
    index.close()
    state.close()


def judged(here: Here, code: int) -> Status:
    done = here("status", "--json")
    assert done.code == code, done.err
    return Status.model_validate_json(done.out)


def test_after_a_good_run_all_is_well_and_the_next_poll_is_named(here: Here) -> None:
    here("run")
    found = judged(here, 0)
    assert (found.feeds, found.due, found.problems) == (1, (), ())
    assert found.next_due_at is not None
    assert (found.runs[0].new, found.runs[0].exit_code) == (3, 0)
    assert found.last_success_at is not None
    shown = here("status").out
    assert shown.startswith("all is well\n")
    assert "1 feed, the next at" in shown
    assert len(shown.splitlines()) < 24


def test_what_has_never_worked_is_not_called_well(here: Here) -> None:
    here("index", "setup")
    assert here("status").out.startswith("nothing has run yet\n")
    here("run")
    remember(here, failures_in_a_row=1, last_error="It said 500.")
    shown = here("status")
    assert (shown.code, shown.out.splitlines()[0]) == (0, "well, but for what is failing below")
    assert "once, last success 0 min ago: It said 500." in shown.out


@pytest.mark.parametrize(
    ("changes", "problem", "shown"),
    [
        (
            {"failures_in_a_row": 3, "last_error": "https://me:hunter2@x.example/ said 500", "next_due_at": NOW + HOUR},
            "1 feed is broken",
            "3 times in a row, last success 0 min ago: https://***@x.example/ said 500",
        ),
        ({"gone_at": NOW}, "1 feed is broken", "newsbeam feeds remove herald"),
        ({"last_new_at": NOW - 200 * HOUR, "usual_gap": 3600.0}, "1 feed is silent", "nothing new for 8 d"),
        ({"last_attempt_at": NOW - 5 * HOUR}, "1 feed is overdue since", "nothing runs newsbeam run"),
    ],
)
def test_what_is_broken_silent_or_left_alone_is_3(
    here: Here, changes: dict[str, Any], problem: str, shown: str
) -> None:
    here("run")
    remember(here, **changes)
    (found,) = judged(here, 3).problems
    assert found.startswith(problem)
    screen = " ".join(here("status").out.split())
    assert shown in screen
    assert "hunter2" not in screen


def test_a_feed_that_failed_once_is_said_but_nothing_is_broken(here: Here) -> None:
    here("run")
    remember(here, failures_in_a_row=1, last_error="it timed out", next_due_at=NOW + HOUR)
    assert [feed.id for feed in judged(here, 0).failing] == ["herald"]


def test_a_run_that_went_wrong_is_said_until_one_goes_well(here: Here, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text("not json\n" * 20)
    assert here("run", str(tmp_path / "bad.jsonl")).code == 3
    assert judged(here, 3).problems[0].startswith("the last run ended with 3: 20 entries failed")
    here("run")
    assert judged(here, 0).problems == ()


def test_when_the_index_is_away_nobody_can_tell(here: Here) -> None:
    away = Newsbeam(here.config, "http://127.0.0.1:9/news")
    done = away("status", env={"NEWSBEAM_ELASTICSEARCH__RETRY_BUDGET": "0"})
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (75, "", 1)


def test_the_real_command_ends_with_what_a_monitor_reads(here: Here) -> None:
    real = Newsbeam(here.config, here.index)
    here("run")
    assert real("status").returncode == 0
    remember(here, gone_at=NOW)
    assert real("status").returncode == 3


def metrics(file: Path) -> dict[str, float]:
    families = text_string_to_metric_families(file.read_text())
    return {
        sample.name + "".join(f"/{value}" for value in sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def test_the_textfile_is_readable_for_all_and_remembers_the_last_success(here: Here, tmp_path: Path) -> None:
    file = tmp_path / "newsbeam.prom"
    before = os.umask(0o077)
    assert here("run", "--metrics-file", str(file)).code == 0
    os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    good = metrics(file)
    assert good["newsbeam_last_run_exit_code"] == 0
    assert good["newsbeam_last_run_entries/new"] == 3
    assert good["newsbeam_feeds/enabled"] == 1
    assert good["newsbeam_last_success_timestamp_seconds"] == good["newsbeam_last_run_timestamp_seconds"]
    away = replace(here, index="http://127.0.0.1:9/news")
    away("run", "--metrics-file", str(file), env={"NEWSBEAM_ELASTICSEARCH__RETRY_BUDGET": "0"})
    bad = metrics(file)
    assert bad["newsbeam_last_run_exit_code"] == 75
    assert bad["newsbeam_last_success_timestamp_seconds"] == good["newsbeam_last_success_timestamp_seconds"]
    assert [path.name for path in tmp_path.iterdir() if "prom" in path.name] == ["newsbeam.prom"]


def calls(server: Server) -> dict[str, int]:
    return {path: len(seen) for path, seen in server.seen.items() if path.startswith("/ping")}


def test_a_monitor_is_called_at_the_start_and_at_every_end_but_not_for_try_later(
    here: Here, server: Server, tmp_path: Path
) -> None:
    env = {"NEWSBEAM_PING_URL": server.url + "/ping?key=hunter2"}
    here("run", env=env)
    assert calls(server) == {"/ping/start": 1, "/ping": 1}
    (tmp_path / "bad.jsonl").write_text("not json\n" * 20)
    assert here("run", str(tmp_path / "bad.jsonl"), env=env).code == 3
    assert calls(server) == {"/ping/start": 2, "/ping": 1, "/ping/fail": 1}
    index, state = open_store(Settings(index=here.index))
    with state.lock():
        assert here("run", env=env).code == 75
    index.close()
    state.close()
    assert calls(server) == {"/ping/start": 3, "/ping": 1, "/ping/fail": 1}


def test_a_full_disk_is_try_later_to_a_monitor_too(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSBEAM_PING_URL", server.url + "/ping")
    with pytest.raises(OSError, match="No space"), announced(Configuration(), None):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert calls(server) == {"/ping/start": 1}


def test_a_run_removes_dead_letters_that_nothing_has_met_for_months(here: Here) -> None:
    index, state = open_store(Settings(index=here.index))
    state.setup()
    gone = FeedSource(id="gone", url="https://gone.example/rss", name="Gone")
    for days, entry in ((100, "old"), (10, "young")):
        at = NOW - timedelta(days=days)
        failed = Failure.of(ParseError("no words"), gone, origin=gone.url, at=at, newsbeam="0.1.0", entry_id=entry)
        state.record_failures([failed])
    index.close()
    state.close()
    here("run")
    assert [json.loads(line)["entry_id"] for line in here("failures", "list", "--json").out.splitlines()] == ["young"]


def test_what_failed_in_a_feed_stays_listed_while_the_feed_brings_nothing_else(here: Here) -> None:
    here("run")
    remember(here, last_new_at=NOW - timedelta(days=120), next_due_at=NOW + HOUR)
    index, state = open_store(Settings(index=here.index))
    herald, at = FeedSource(id="herald", url="https://h.example/rss", name="Herald"), NOW - timedelta(days=100)
    failed = Failure.of(ParseError("no words"), herald, origin=herald.url, at=at, newsbeam="0.1.0", entry_id="bad")
    state.record_failures([failed])
    index.close()
    state.close()

    def listed() -> int:
        here("run")
        return len(here("failures", "list", "--json").out.splitlines())

    assert listed() == 1
    remember(here, last_new_at=NOW - timedelta(days=1))
    assert listed() == 0


def test_a_secret_in_a_feeds_address_reaches_no_article_dead_letter_report_or_log(
    here: Here, server: Server, tmp_path: Path
) -> None:
    pointing = (
        "<item><title>Here</title><link>#here</link><description>&lt;img src='#a'&gt; Words.</description></item>"
    )
    pointing += "<item><author>x</author></item></channel>"
    server.feeds["/private"] = rss(3).replace(b"</channel>", pointing.encode())
    server.feeds["/odd"] = b"no feed at all"
    paths = {"whole": "/private", "odd": "/odd", "gone": "/nowhere"}
    write_feeds(here.config, {name: f"{server.url}{path}?token=hunter2" for name, path in paths.items()})
    told = [
        here("run", "--json", "--report", str(tmp_path / "report.json")),
        here("failures", "list", "--json"),
        here("failures", "replay", "--json"),
        here("export"),
        here("status", "--json"),
    ]
    failures = [json.loads(line) for line in told[1].out.splitlines()]
    assert {failure["stage"] for failure in failures} == {"fetch", "parse", "normalize"}
    assert len(told[3].out.splitlines()) == 4
    assert all(server.url in line for line in told[3].out.splitlines())
    raw = b"".join(base64.b64decode(failure["raw"]) for failure in failures)
    assert "hunter2" not in "".join(done.out + done.err for done in told)
    assert b"hunter2" not in raw
    assert "hunter2" not in (tmp_path / "report.json").read_text()


def test_a_monitor_that_is_away_stops_no_run_and_its_address_stays_secret(here: Here) -> None:
    done = here("run", "--json", env={"NEWSBEAM_PING_URL": "http://127.0.0.1:9/hunter2"})
    assert done.code == 0
    warned = [json.loads(line) for line in done.err.splitlines()]
    assert [(line["event"], line["call"]) for line in warned] == [
        ("the monitor could not be called", "/start"),
        ("the monitor could not be called", "success"),
    ]
    assert {line["run_id"] for line in warned} == {json.loads(done.out)["run_id"]}
    assert "hunter2" not in done.err
    wrong = here("run", env={"NEWSBEAM_PING_URL": "hunter2"})
    assert wrong.code == 2
    assert "NEWSBEAM_PING_URL holds no address" in wrong.err
    assert "hunter2" not in wrong.err
