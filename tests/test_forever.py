"""`newsbeam run --forever`: polls what is due, follows its configuration, waits for the index, and stays small."""

import json
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from command import Newsbeam
from corpus import rss
from misbehaving_server import Server, serve

from models.settings import Settings
from pipelines.stores import open_store

CYCLES = 40
PATIENCE = 60.0


class Loop:
    """A started `run --forever`, and what it logs."""

    def __init__(self, newsbeam: Newsbeam, *arguments: str) -> None:
        self.process = newsbeam.start("run", "--forever", "--listen", "127.0.0.1:0", *arguments)
        self.lines: list[dict[str, Any]] = []
        self._waiting: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> "Loop":
        self.url = f"http://127.0.0.1:{self.until('listening')['port']}"
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()

    def until(self, event: str) -> dict[str, Any]:
        """Wait for the next line of this event."""
        end = time.monotonic() + PATIENCE
        while True:
            line = self._waiting.get(timeout=max(end - time.monotonic(), 0.01))
            if line["event"] == event:
                return line

    def metric(self, name: str) -> float:
        with urlopen(f"{self.url}/metrics") as answer:
            lines = answer.read().decode().splitlines()
        return next((float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name)), 0.0)

    def until_true(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end
            time.sleep(0.1)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)
        return self.process.returncode

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(json.loads(line))
            self._waiting.put(self.lines[-1])


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as server:
        yield server


@pytest.fixture
def newsbeam(tmp_path: Path, server: Server) -> Newsbeam:
    server.feeds |= {"/herald": rss(3), "/post": rss(5, 10)}
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "newsbeam.yaml").write_text("fetch: {allow_private_addresses: true}\n")
    configure(tmp_path / "config", server, "herald")
    return Newsbeam(tmp_path / "config", str(tmp_path / "index"))


def configure(config: Path, server: Server, *feeds: str, every: str = "2s") -> None:
    entries = [f"  - {{id: {name}, name: {name}, url: '{server.url}/{name}', every: {every}}}\n" for name in feeds]
    (config / "feeds.yaml").write_text("feeds:\n" + "".join(entries))


def test_feeds_are_polled_when_they_are_due_and_a_changed_configuration_is_followed_if_it_is_right(
    newsbeam: Newsbeam, server: Server
) -> None:
    with Loop(newsbeam) as loop:
        loop.until_true(lambda: loop.metric('newsbeam_runs_total{exit_code="0"}') >= 2)
        assert loop.metric('newsbeam_entries_total{outcome="new"}') == 3
        with urlopen(f"{loop.url}/healthz") as answer:
            assert json.load(answer)["status"] == "ok"
        with pytest.raises(HTTPError, match="404"):
            urlopen(f"{loop.url}/")

        (newsbeam.config / "aliases.yaml").write_text("aliases: [{nam: A}]\n")
        refused = loop.until("the changed configuration is refused, the old one goes on")
        assert "did you mean 'name'?" in refused["reason"]
        assert loop.metric("newsbeam_configuration_right") == 0
        (newsbeam.config / "aliases.yaml").unlink()
        settings = newsbeam.config / "newsbeam.yaml"
        settings.write_text(settings.read_text() + "enrich: {extractor: spacy, spacy: {xx: none}}\n")
        assert "installed" in loop.until("the changed configuration is refused, the old one goes on")["reason"]
        settings.write_text(settings.read_text().partition("enrich")[0])
        polls = len(server.seen["/herald"])
        loop.until_true(lambda: len(server.seen["/herald"]) > polls)

        configure(newsbeam.config, server, "post")
        loop.until_true(lambda: loop.metric('newsbeam_entries_total{outcome="new"}') == 8)
        assert loop.metric("newsbeam_configuration_right") == 1
        polls = len(server.seen["/herald"])
        assert loop.stop() == 0
        assert len(server.seen["/herald"]) == polls
    runs = {line["run_id"] for line in loop.lines if line["event"] == "run ended"}
    assert len(runs) >= 3
    assert all("run_id" in line for line in loop.lines)
    assert len(newsbeam.articles()) == 8


def test_an_index_that_another_run_holds_is_waited_for(newsbeam: Newsbeam) -> None:
    index, state = open_store(Settings(index=newsbeam.index))
    state.setup()
    with ExitStack() as stack:
        with state.lock():
            loop = stack.enter_context(Loop(newsbeam))
            assert "Another run holds the index" in loop.until("waiting")["reason"]
            loop.until_true(lambda: loop.metric("newsbeam_waiting") == 1)
            with urlopen(f"{loop.url}/healthz") as answer:
                assert json.load(answer)["status"] == "waiting"
        index.close()
        state.close()
        loop.until("run ended")
        loop.until_true(lambda: loop.metric("newsbeam_waiting") == 0)
        assert loop.stop() == 0
    assert len(newsbeam.articles()) == 3


def test_an_elasticsearch_that_is_away_is_waited_for_and_a_signal_meanwhile_ends_with_0(newsbeam: Newsbeam) -> None:
    with Loop(Newsbeam(newsbeam.config, "http://127.0.0.1:9/news")) as loop:
        loop.until("started")
        time.sleep(2)
        assert loop.process.poll() is None
        assert loop.stop() == 0


def test_a_signal_during_a_poll_ends_with_0_once_the_work_in_hand_is_committed(
    newsbeam: Newsbeam, server: Server
) -> None:
    configure(newsbeam.config, server, "herald", "slow")
    with Loop(newsbeam) as loop:
        loop.until_true(lambda: bool(server.seen["/slow"]))
        assert loop.stop() == 0
    again = newsbeam.report("--all")
    assert again["totals"]["failed_documents"] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--listen", "nowhere"), "--listen: 'nowhere' is no address"),
        (("--listen", "203.0.113.1:9464"), "can't be listened to"),
        (("--again",), "--forever polls feeds when they are due"),
        (("--source", "heralt"), "did you mean 'herald'?"),
    ],
)
def test_what_can_not_begin_is_2(newsbeam: Newsbeam, arguments: tuple[str, ...], words: str) -> None:
    done = newsbeam("run", "--forever", *arguments)
    assert done.returncode == 2
    assert words in done.stderr


@pytest.mark.timeout(600)
def test_memory_files_and_sockets_stay_flat_over_many_cycles(capsys: pytest.CaptureFixture[str]) -> None:
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.forever", str(CYCLES)],
        capture_output=True,
        text=True,
        check=False,
        cwd=root,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["cycles"] == CYCLES
    samples = found["samples"]
    middle = len(samples) // 2
    early, late = (
        {name: max(s[name] for s in half) for name in samples[0]} for half in (samples[:middle], samples[middle:])
    )
    with capsys.disabled():
        sys.stdout.write(f"\n{found['cycles']} cycles, {found['days']} days: at most {early}, then {late}\n")
    assert found["new"] > CYCLES / 3
    assert late["files"] <= early["files"] + 2
    assert late["sockets"] <= early["sockets"] + 1
    assert late["threads"] <= early["threads"]
    assert late["objects"] < early["objects"] * 1.01
    assert late["mib"] < early["mib"] + 32
