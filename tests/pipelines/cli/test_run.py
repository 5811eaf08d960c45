"""`newsbeam run`, the real command: what an operator and a scheduler get from it."""

import json
from pathlib import Path

import pytest

from models.report import RunReport, Tally
from pipelines.configuration.schemas import schema
from tests.command import Newsbeam, write_feeds

STORY = "The council voted on Monday to rebuild the old bridge, and the ferry will go on until the work is done."


@pytest.fixture
def newsbeam(tmp_path: Path) -> Newsbeam:
    write_feeds(tmp_path / "config", {})
    return Newsbeam(tmp_path / "config", str(tmp_path / "index"))


@pytest.fixture
def articles(tmp_path: Path) -> str:
    """A directory with three articles, one of them unreadable."""
    directory = tmp_path / "articles"
    directory.mkdir()
    (directory / "one.txt").write_text(f"Bridge to be rebuilt\n\n{STORY}\n")
    (directory / "two.txt").write_text(f"Ferry goes on\n\n{STORY} Nobody knows for how long.\n")
    (directory / "three.pdf").write_bytes(b"%PDF-1.7 and so on")
    return str(directory)


def test_a_run_is_summed_up_and_a_second_one_says_that_nothing_is_new(newsbeam: Newsbeam, articles: str) -> None:
    first = newsbeam("run", articles)
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("2 articles written from 3 documents, 1 failed\n")
    assert "PDF document" in first.stdout
    assert "newsbeam failures list" in first.stdout
    assert "seen 2 = 2 new" in first.stdout
    assert "due 3 = 2 fetched + 1 failed" in first.stdout
    assert first.stderr == ""
    Path(articles, "three.pdf").unlink()
    second = newsbeam("run", articles)
    assert second.returncode == 0, second.stderr
    assert second.stdout.startswith("nothing new: 2 unchanged\n")


def test_json_is_the_report_as_one_object(newsbeam: Newsbeam, articles: str) -> None:
    report = newsbeam.report(articles)
    assert set(report) == set(schema("run")["properties"]) == {*RunReport.model_fields, "seconds"}
    assert set(report["totals"]) == set(Tally.model_fields)
    assert (report["totals"]["seen"], report["totals"]["new"], report["exit_code"]) == (2, 2, 0)
    assert set(report["sources"]) == {str(path) for path in Path(articles).iterdir()}


def test_the_report_is_written_to_a_file_too(newsbeam: Newsbeam, articles: str, tmp_path: Path) -> None:
    done = newsbeam("run", articles, "--report", str(tmp_path / "report.json"), "--json")
    assert json.loads((tmp_path / "report.json").read_text()) == json.loads(done.stdout)


def test_feeds_that_can_not_be_reached_are_75_and_said(newsbeam: Newsbeam) -> None:
    write_feeds(newsbeam.config, {"gone": "http://127.0.0.1:1/feed"})
    done = newsbeam("run")
    assert done.returncode == 75
    assert "exit 75 (try again later)" in done.stdout
    assert done.stderr == "newsbeam: nothing that was due could be reached\n"


def test_more_failures_than_allowed_are_3(newsbeam: Newsbeam, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"title": "T", "text": "A text."}\n' + "not json\n" * 20)
    done = newsbeam("run", str(tmp_path / "bad.jsonl"))
    assert done.returncode == 3, done.stderr
    assert "more than the error budget" in done.stderr
    assert "exit 3 (too many failures)" in done.stdout


def test_a_source_that_is_none_is_2_with_the_nearest(newsbeam: Newsbeam) -> None:
    write_feeds(newsbeam.config, {"courier": "http://127.0.0.1:1/feed"})
    done = newsbeam("run", "--source", "courrier")
    assert done.returncode == 2
    assert done.stderr.startswith("newsbeam: ")
    assert "did you mean 'courier'?" in done.stderr


def test_an_index_that_can_not_be_written_is_2_before_anything_is_fetched(newsbeam: Newsbeam, articles: str) -> None:
    Path(newsbeam.index).write_text("a file where the index should be")
    done = newsbeam("run", articles)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("newsbeam: ")
    assert done.stderr.count("\n") == 1
