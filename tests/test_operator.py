"""A run as a scheduler's good citizen: every way to end, by the real command."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command import Newsbeam, write_feeds
from corpus import rss, write_records
from misbehaving_server import serve

CHUNKS = {"NEWSBEAM_RUN__CHUNK_BYTES": str(2**20)}


@pytest.fixture
def newsbeam(tmp_path: Path) -> Newsbeam:
    write_feeds(tmp_path / "config", {})
    return Newsbeam(tmp_path / "config", str(tmp_path / "index"))


def wait_until_signals_are_caught(process: subprocess.Popen[str]) -> None:
    """The kernel says of each process which signals it handles."""
    status = Path(f"/proc/{process.pid}/status")
    while process.poll() is None:
        caught = next(line for line in status.read_text().splitlines() if line.startswith("SigCgt"))
        if int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1:
            return
        time.sleep(0.002)


@pytest.mark.parametrize("later", [0.0, 0.4, 1.2])
def test_a_signal_at_any_moment_of_the_start_is_75(newsbeam: Newsbeam, tmp_path: Path, later: float) -> None:
    write_records(tmp_path / "news.jsonl", 5000)
    process = newsbeam.start("run", str(tmp_path / "news.jsonl"))
    wait_until_signals_are_caught(process)
    time.sleep(later)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 75
    assert "Traceback" not in said


def test_a_longest_time_stops_a_run_between_chunks_and_the_next_one_finishes(
    newsbeam: Newsbeam, tmp_path: Path
) -> None:
    for n in range(8):
        write_records(tmp_path / f"part{n}.jsonl", 500, sentences=60)
    files = str(tmp_path / "*.jsonl")
    report = newsbeam.report(files, "--max-runtime", "1s", code=75, env=CHUNKS)
    assert report["exit_reason"] == "stopped after its longest time of 1s before the end; nothing is lost, run again"
    assert report["totals"]["due"] == report["totals"]["committed"] < 8
    assert newsbeam.report(files, env=CHUNKS)["totals"]["seen"] == 4000
    assert len(newsbeam.articles()) == 500


def test_what_is_not_done_when_the_grace_is_over_is_ended(newsbeam: Newsbeam) -> None:
    with serve() as server:
        server.feeds["/herald"] = rss(3)
        write_feeds(newsbeam.config, {"drip": server.url + "/drip"})
        process = newsbeam.start("run", "--grace", "1s")
        while not server.seen["/drip"] and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        signalled = time.monotonic()
        _, said = process.communicate(timeout=60)
        assert process.returncode == 75
        assert said == "newsbeam: the grace of 1s is over, ended at once; nothing is lost, run again\n"
        assert time.monotonic() - signalled < 10
        write_feeds(newsbeam.config, {"drip": server.url + "/drip", "herald": server.url + "/herald"})
        assert newsbeam.report("--source", "herald")["totals"]["seen"] == 3


def test_a_second_signal_ends_at_once(newsbeam: Newsbeam) -> None:
    with serve() as server:
        write_feeds(newsbeam.config, {"drip": server.url + "/drip"})
        process = newsbeam.start("run")
        while not server.seen["/drip"] and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=10)
        assert (process.returncode, said.partition(",")[0]) == (75, "newsbeam: SIGINT came again")


def test_a_bug_is_1_with_its_traceback(newsbeam: Newsbeam, tmp_path: Path) -> None:
    write_records(tmp_path / "news.jsonl", 3)
    program = (
        "import sys, pipelines.transforms.stages as stages\n"
        "def buggy(_): raise KeyError('a bug')\n"
        "stages.normalize = buggy\n"
        f"sys.argv = ['newsbeam', *{newsbeam.arguments('run', str(tmp_path / 'news.jsonl'))[3:]!r}]\n"
        "from pipelines.cli import main\nmain()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "KeyError" in done.stderr


def test_entries_that_are_not_accounted_for_are_1_and_said(newsbeam: Newsbeam, tmp_path: Path) -> None:
    write_records(tmp_path / "news.jsonl", 3)
    program = (
        "import sys, pipelines.transforms.ledger as ledger\n"
        "ledger.tally_outcomes = lambda _: {}\n"
        f"sys.argv = ['newsbeam', *{newsbeam.arguments('run', str(tmp_path / 'news.jsonl'))[3:]!r}]\n"
        "from pipelines.cli import main\nmain()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "the accounting does not add up" in done.stderr
    assert "3 entries seen, 0 ended" in done.stderr


def test_a_duration_that_is_none_is_2(newsbeam: Newsbeam) -> None:
    done = newsbeam("run", "x", "--max-runtime", "10")
    assert (done.returncode, done.stderr) == (
        2,
        "newsbeam: --max-runtime: '10' is no duration above zero; write 90s, 15m or 2h\n",
    )


def test_every_line_of_the_log_is_json_and_names_the_run(newsbeam: Newsbeam, tmp_path: Path) -> None:
    write_records(tmp_path / "a.jsonl", 3)
    write_records(tmp_path / "b.jsonl", 3)
    done = newsbeam("run", str(tmp_path), "--json", "--workers", "2", env={"NEWSBEAM_LOG_LEVEL": "info", **os.environ})
    run_id = json.loads(done.stdout)["run_id"]
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in lines if line["logger"] == "newsbeam.run"] == ["run started", "run ended"]
    assert {line["run_id"] for line in lines} == {run_id}
