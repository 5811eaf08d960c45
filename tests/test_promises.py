"""The promises to the operator, kept by the real command on both indexes: nothing lost, nothing doubled."""

import json
import os
import signal
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from command import Newsbeam, write_feeds
from corpus import records, write_records

from models.settings import Settings
from pipelines.stores import open_store

RECORDS = 400
SMALL_PARTS = {"NEWSBEAM_FILES__PART_BYTES": str(2**16)}
OUTCOMES = ("new", "updated", "unchanged", "duplicate", "stale", "filtered", "failed")


@pytest.fixture(params=["embedded", "elasticsearch"])
def newsbeam(request: pytest.FixtureRequest, tmp_path: Path) -> Newsbeam:
    write_feeds(tmp_path / "config", {})
    if request.param == "embedded":
        return Newsbeam(tmp_path / "config", str(tmp_path / "index"))
    url = request.getfixturevalue("elasticsearch_url")
    return Newsbeam(tmp_path / "config", f"{url}/p{uuid4().hex[:12]}")


@pytest.fixture
def other(newsbeam: Newsbeam) -> Newsbeam:
    """The same with another, empty index."""
    return Newsbeam(newsbeam.config, newsbeam.index + "-other")


def adds_up(tally: dict[str, int]) -> bool:
    entries = tally["seen"] == sum(tally[kind] for kind in OUTCOMES)
    documents = tally["due"] == tally["fetched"] + tally["not_modified"] + tally["failed_documents"]
    return entries and documents


def test_the_second_run_writes_nothing_and_says_so(newsbeam: Newsbeam, tmp_path: Path) -> None:
    corpus = str(write_records(tmp_path / "news.jsonl", 40))
    first = newsbeam.report(corpus)
    assert first["totals"]["new"] == 40
    held = newsbeam("export").stdout
    second = newsbeam.report(corpus)
    assert (second["totals"]["new"], second["totals"]["updated"], second["totals"]["unchanged"]) == (0, 0, 40)
    assert newsbeam("export").stdout == held
    assert "unchanged" in newsbeam("run", corpus).stdout


def test_every_entry_is_accounted_for_in_all_and_by_source(newsbeam: Newsbeam, tmp_path: Path) -> None:
    corpus = tmp_path / "news.jsonl"
    lines = [json.dumps(record) for record in records(30)]
    corpus.write_text("\n".join([*lines, lines[3], "{broken", '"no object"', '{"id": "empty"}']), encoding="utf-8")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    report = newsbeam.report(str(corpus), str(tmp_path / "picture.png"))
    totals = report["totals"]
    assert adds_up(totals)
    assert all(adds_up(tally) for tally in report["sources"].values())
    assert (totals["seen"], totals["new"], totals["duplicate"], totals["failed"]) == (34, 30, 1, 3)
    assert totals["failed_documents"] == 1
    assert report["sources"][str(corpus)]["new"] == 30
    listed = [json.loads(line) for line in newsbeam("failures", "list", "--json").stdout.splitlines()]
    assert sorted(failure["stage"] for failure in listed) == ["normalize", "parse", "parse", "parse"]


def test_a_changed_article_is_updated_in_place(newsbeam: Newsbeam, tmp_path: Path) -> None:
    corpus = write_records(tmp_path / "news.jsonl", 5)
    newsbeam.report(str(corpus))
    changed = [{**record, "text": record["text"] + "\n\nA correction."} for record in records(5)][:2]
    corpus.write_text("\n".join(json.dumps(r) for r in [*changed, *list(records(5))[2:]]), encoding="utf-8")
    assert newsbeam.report(str(corpus))["totals"]["updated"] == 2
    articles = newsbeam.articles()
    assert len(articles) == 5
    assert sorted(article["revision"] for article in articles) == [1, 1, 1, 2, 2]


def test_two_processes_index_the_same_as_one(newsbeam: Newsbeam, other: Newsbeam, tmp_path: Path) -> None:
    for n in range(3):
        write_records(tmp_path / f"part{n}.jsonl", 20 * (n + 1))
    write_records(tmp_path / "large.jsonl", 300, sentences=30)
    paths = [str(path) for path in sorted(tmp_path.glob("*.jsonl"))]
    one = newsbeam.report(*paths, env=SMALL_PARTS)
    two = other.report(*paths, "--workers", "2", env=SMALL_PARTS)
    assert adds_up(two["totals"])
    assert one["totals"]["seen"] == two["totals"]["seen"]
    ids = [article["id"] for article in newsbeam.articles()]
    assert [article["id"] for article in other.articles()] == ids
    assert len(ids) == 300


@pytest.mark.parametrize("workers", ["1", "2"])
def test_killed_anywhere_and_run_again_the_index_holds_what_it_would_have_held(
    newsbeam: Newsbeam, other: Newsbeam, tmp_path: Path, workers: str
) -> None:
    corpus = write_records(tmp_path / "news.jsonl", RECORDS, sentences=40)
    undisturbed = time.monotonic()
    newsbeam.report(str(corpus), "--workers", workers, env=SMALL_PARTS)
    undisturbed = time.monotonic() - undisturbed
    for part in (0.5, 0.7, 0.9):
        process = other.start("run", str(corpus), "--workers", workers, env=SMALL_PARTS)
        time.sleep(undisturbed * part)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    again = other.report(str(corpus), "--workers", workers, env=SMALL_PARTS)
    assert adds_up(again["totals"])
    assert other.articles() == newsbeam.articles()
    assert other.report(str(corpus))["totals"]["unchanged"] == RECORDS
    assert not json.loads(other("index", "status", "--json").stdout)["twins"]


def test_one_story_that_two_processes_bring_at_once_in_two_languages_is_one_article(
    newsbeam: Newsbeam, tmp_path: Path
) -> None:
    story = {"url": "https://archive.example/storm", "title": "Storm", "text": "Regen."}
    for name, language in (("a", "de"), ("b", "en")):
        lines = [*map(json.dumps, records(200)), json.dumps({**story, "language": language})]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines if name == "a" else lines[-1:]), encoding="utf-8")
    newsbeam.report(str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl"), "--workers", "2")
    assert json.loads(newsbeam("index", "status", "--json").stdout)["twins"] == []
    assert len(newsbeam.articles()) == 201


def test_what_two_processes_could_not_read_is_kept_and_what_is_mended_is_forgotten(
    newsbeam: Newsbeam, tmp_path: Path
) -> None:
    def failures() -> set[str]:
        lines = newsbeam("failures", "list", "--json").stdout.splitlines()
        return {Path(json.loads(line)["origin"]).name for line in lines}

    good = list(map(json.dumps, records(800)))
    too_long = json.dumps({"id": "long", "text": "x" * 3_000_000})
    corpus = tmp_path / "large.jsonl"
    corpus.write_text("\n".join([good[0], too_long, "{broken", *good, too_long]), encoding="utf-8")
    newsbeam.report(str(corpus), "--workers", "2")
    assert failures() == {"large.jsonl#2", "large.jsonl#3", "large.jsonl#804"}
    newsbeam.report(str(corpus), "--workers", "2")
    assert failures() == {"large.jsonl#2", "large.jsonl#3", "large.jsonl#804"}
    corpus.write_text("\n".join(good), encoding="utf-8")
    newsbeam.report(str(corpus))
    assert failures() == set()


def test_stopped_by_a_signal_a_run_ends_with_75_and_the_next_one_finishes(newsbeam: Newsbeam, tmp_path: Path) -> None:
    for n in range(6):
        write_records(tmp_path / f"part{n}.jsonl", 600, sentences=30)
    process = newsbeam.start("run", str(tmp_path / "*.jsonl"))
    while not newsbeam.has_begun():
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 75
    assert newsbeam.report(str(tmp_path / "*.jsonl"))["totals"]["seen"] == 3600
    assert len(newsbeam.articles()) == 600


def test_a_second_run_finds_the_index_locked_and_says_by_whom(newsbeam: Newsbeam, tmp_path: Path) -> None:
    corpus = write_records(tmp_path / "news.jsonl", 3)
    index, state = open_store(Settings(index=newsbeam.index))
    state.setup()
    with state.lock():
        done = newsbeam("run", str(corpus))
        assert done.returncode == 75
        assert str(os.getpid()) in done.stderr
        assert f"since {datetime.now(UTC):%Y-%m-%d}" in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
    index.close()
    state.close()
    assert newsbeam.report(str(corpus))["totals"]["new"] == 3


def test_an_unreachable_elasticsearch_is_one_line_and_75(tmp_path: Path) -> None:
    write_feeds(tmp_path / "config", {})
    newsbeam = Newsbeam(tmp_path / "config", "http://127.0.0.1:9/news")
    (tmp_path / "newsbeam.jsonl").write_text("", encoding="utf-8")
    done = newsbeam("run", str(tmp_path / "newsbeam.jsonl"), env={"NEWSBEAM_ELASTICSEARCH__RETRY_BUDGET": "1"})
    assert done.returncode == 75
    assert len(done.stderr.strip().splitlines()) == 1
    assert "127.0.0.1:9" in done.stderr
