"""`newsbeam run --runner`: what is refused before anything is fetched, and with which words."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from in_process import Command

INDEX = ("--index", "http://127.0.0.1:9/news")
FLINK = ("run", "news.txt", *INDEX, "--runner", "flink", "--flink-master")
AWAY = "127.0.0.1:9"


class FlinkAnswers(BaseHTTPRequestHandler):
    """The first thing that a Flink is asked."""

    version = "1.19.3"

    def do_GET(self) -> None:
        body = f'{{"flink-version": "{self.version}"}}'.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def master() -> Iterator[str]:
    """An address at which something answers as Flink 1.19.3 does."""
    with ThreadingHTTPServer(("127.0.0.1", 0), FlinkAnswers) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--runner", "flink", "--flink-master", AWAY, "--index", "data/index"), "is a directory of this machine"),
        (("--runner", "flink", "--flink-master", AWAY, "--forever"), "--forever runs on this machine"),
        (("--runner", "flink", "--flink-master", AWAY, "--workers", "4"), "write -- --parallelism=4"),
        (("--flink-master", AWAY), "--flink-master goes with --runner flink"),
        (("--", "--parallelism=4"), "goes with --runner"),
        (("--runner", "flink", *INDEX), "say where Flink is: --flink-master HOST:PORT"),
        (("--runner", "flink", *INDEX, "--", "seeds"), "'seeds' behind -- is no option of Beam"),
        (("--runner", "flink", *INDEX, "--", "--streaming"), "a run on a cluster is bounded"),
        (("--runner", "flink", *INDEX, "--", "--parallelism=many"), "the options behind -- are not right"),
        (("--runner", "spork", *INDEX), "'spork' is no runner"),
        (("--runner", "direct", *INDEX), "'direct' is no runner"),
        (("--runner", "dataflow", *INDEX), "apache-beam[gcp]"),
    ],
)
def test_what_does_not_go_together_is_refused_with_the_cure(
    newsbeam: Command, arguments: tuple[str, ...], words: str
) -> None:
    Path("news.txt").write_text("News\n\nThere is none.\n")
    paths = () if "--forever" in arguments else ("news.txt",)
    done = newsbeam("run", *paths, *arguments)
    assert (done.code, words in done.err) == (2, True), done.err


def test_a_flink_that_can_not_be_reached_is_tried_again_later(newsbeam: Command) -> None:
    done = newsbeam(*FLINK, AWAY)
    assert done.code == 75
    assert f"Flink at http://{AWAY} can't be reached" in done.err


def test_a_job_server_that_can_not_be_reached_is_tried_again_later(newsbeam: Command, master: str) -> None:
    done = newsbeam(*FLINK, master, "--", f"--job-endpoint={AWAY}")
    assert done.code == 75
    assert f"no job server answers at {AWAY}" in done.err


def test_a_job_server_that_is_not_there_is_said(newsbeam: Command, master: str) -> None:
    done = newsbeam(*FLINK, master, "--", "--flink_job_server_jar", "nowhere.jar", "--job_server_java_launcher=sh")
    assert done.code == 2
    assert "the job server nowhere.jar is not there" in done.err


def test_a_job_server_that_does_not_start_says_why(newsbeam: Command, master: str, tmp_path: Path) -> None:
    launcher = tmp_path / "java"
    launcher.write_text("#!/bin/sh\necho 'this is no Java'\nexit 1\n")
    launcher.chmod(0o755)
    jar = ("--flink_job_server_jar", str(launcher))
    done = newsbeam(*FLINK, master, "--", *jar, "--job_server_java_launcher", str(launcher))
    assert done.code == 2
    assert "did not start: this is no Java" in done.err


def test_without_java_the_cure_is_said(newsbeam: Command, master: str) -> None:
    done = newsbeam(*FLINK, master, "--", "--job_server_java_launcher=no-java-here")
    assert done.code == 2
    assert "'no-java-here' is not on this machine" in done.err
    assert "--job_endpoint" in done.err


def test_a_flink_that_beam_has_no_job_server_for_is_said(
    newsbeam: Command, master: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = newsbeam(*FLINK, master, "--", "--flink_version=2.0")
    assert done.code == 2
    assert "the cluster is Flink 1.19.3, but --flink_version says 2.0" in done.err
    monkeypatch.setattr(FlinkAnswers, "version", "1.12.0")
    done = newsbeam(*FLINK, master)
    assert done.code == 2
    assert "Beam has no job server for Flink 1.12.0" in done.err


def test_what_is_no_flink_is_said(newsbeam: Command, master: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FlinkAnswers, "version", 'x"}<html>')
    done = newsbeam(*FLINK, master)
    assert done.code == 2
    assert "is no Flink" in done.err
