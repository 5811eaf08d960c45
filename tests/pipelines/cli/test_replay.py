"""`newsbeam failures replay` and `drop`: what failed goes through the same graph again, and nothing is doubled."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from command import write_feeds
from corpus import write_records
from in_process import Command
from misbehaving_server import serve

from models.errors import EnrichError, NormalizeError, ParseError
from models.outcome import Failure, OutcomeKind, Verdict
from models.settings import Settings
from models.status import Status
from pipelines.enrich import Enricher
from pipelines.index.embedded import EmbeddedIndex
from pipelines.state.base import FailureFilter
from pipelines.stores import open_store
from pipelines.transforms import stages

NUMBER = 8
VOLATILE = {"fetched_at", "first_seen_at", "version", "timestamp"}


def _raise(error: Exception) -> Callable[..., Any]:
    def refuse(*_: object) -> Any:
        raise error

    return refuse


def _reject(_: object, drafts: list[Any]) -> list[Verdict]:
    return [Verdict(id=draft.article.id, kind=OutcomeKind.FAILED, reason="the index refused it") for draft in drafts]


BREAK: dict[str, tuple[object, str, Callable[..., Any]]] = {
    "parse": (stages, "parse", _raise(ParseError("these bytes can't be read"))),
    "normalize": (stages, "normalize", _raise(NormalizeError("nothing can be made of it"))),
    "enrich": (Enricher, "_read", lambda _, articles: [EnrichError("too odd")] * len(articles)),
    "index": (EmbeddedIndex, "write", _reject),
}


@pytest.fixture
def corpus(tmp_path: Path) -> str:
    return str(write_records(tmp_path / "news.jsonl", NUMBER))


def held(newsbeam: Command, index: str = "data/index") -> list[dict[str, Any]]:
    articles = (json.loads(line) for line in newsbeam("export", "--index", index).out.splitlines())
    return [{name: value for name, value in article.items() if name not in VOLATILE} for article in articles]


def kept(index: str = "data/index") -> list[Failure]:
    articles, state = open_store(Settings(index=index))
    found = [state.failure(each.id) for each in state.failures(FailureFilter())]
    articles.close()
    state.close()
    return [failure for failure in found if failure is not None]


def record(failures: list[Failure], index: str = "data/index") -> None:
    articles, state = open_store(Settings(index=index))
    state.record_failures(failures)
    articles.close()
    state.close()


def results(newsbeam: Command, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
    done = newsbeam("failures", "replay", "--json", *arguments)
    assert done.code == code, done.err
    return [json.loads(line) for line in done.out.splitlines()]


@pytest.mark.parametrize("stage", list(BREAK))
def test_what_failed_in_any_stage_is_indexed_as_if_it_had_not(
    newsbeam: Command, corpus: str, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    assert newsbeam("run", corpus, "--index", "undisturbed").code == 0
    with monkeypatch.context() as broken:
        broken.setattr(*BREAK[stage])
        newsbeam("run", corpus)
    failures = kept()
    assert {failure.stage for failure in failures} == {stage}
    assert held(newsbeam) == []
    replayed = results(newsbeam, "--stage", stage)
    assert [each["result"] for each in replayed] == ["succeeded"] * len(failures)
    assert kept() == []
    assert held(newsbeam) == held(newsbeam, "undisturbed")
    assert newsbeam("failures", "replay").out == "no failures\n"
    again = json.loads(newsbeam("run", corpus, "--json").out)["totals"]
    assert (again["unchanged"], again["new"], again["updated"]) == (NUMBER, 0, 0)


def test_elasticsearch_keeps_and_replays_as_the_directory_does(
    newsbeam: Command, corpus: str, monkeypatch: pytest.MonkeyPatch, elasticsearch_url: str
) -> None:
    index = f"{elasticsearch_url}/r{uuid4().hex[:12]}"
    assert newsbeam("run", corpus, "--index", "undisturbed").code == 0
    with monkeypatch.context() as broken:
        broken.setattr(*BREAK["normalize"])
        newsbeam("run", corpus, "--index", index)
    old = kept(index)
    assert [each["result"] for each in results(newsbeam, "--index", index)] == ["succeeded"] * NUMBER
    assert kept(index) == []
    assert held(newsbeam, index) == held(newsbeam, "undisturbed")
    newest = newsbeam("export", "--index", index).out
    record(old, index)
    assert [each["result"] for each in results(newsbeam, "--index", index)] == ["succeeded"] * NUMBER
    assert newsbeam("export", "--index", index).out == newest
    status = Status.model_validate_json(newsbeam("status", "--index", index, "--json").out)
    assert status.runs[0].failed == NUMBER


@pytest.mark.parametrize("stage", ["normalize", "index"])
def test_an_old_failure_never_goes_over_what_came_since(
    newsbeam: Command, corpus: str, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(*BREAK[stage])
        newsbeam("run", corpus)
    old = kept()
    records = [json.loads(line) for line in Path(corpus).read_text().splitlines()]
    Path(corpus).write_text("\n".join(json.dumps({**each, "title": "Corrected"}) for each in records))
    newsbeam("run", corpus)
    newest = newsbeam("export").out
    record(old)
    assert {each["result"] for each in results(newsbeam)} == {"succeeded"}
    assert newsbeam("export").out == newest
    assert kept() == []


def test_what_another_source_has_brought_meanwhile_is_left_to_it(
    newsbeam: Command, corpus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(*BREAK["index"])
        newsbeam("run", corpus)
    old, other = kept(), Path(corpus).with_name("other.jsonl")
    other.write_text(Path(corpus).read_text().replace('"title": "', '"title": "Others say: '))
    newsbeam("run", str(other))
    record(old)
    replayed = results(newsbeam)
    assert {(each["result"], each["reason"]) for each in replayed} == {
        ("succeeded", "another source has brought the article")
    }
    assert {article["source_id"] for article in held(newsbeam)} == {str(other)}


def test_what_fails_again_stays_and_counts_one_attempt_more(newsbeam: Command, corpus: str) -> None:
    with Path(corpus).open("a") as file:
        file.write('\n{broken\n{"id": "empty"}\n')
    newsbeam("run", corpus)
    assert sorted((each.stage, each.attempts) for each in kept()) == [("normalize", 1), ("parse", 1)]
    replayed = results(newsbeam, code=3)
    assert [each["result"] for each in replayed] == ["failed", "failed"]
    assert any("is no JSON" in each["reason"] for each in replayed)
    assert sorted((each.stage, each.attempts) for each in kept()) == [("normalize", 2), ("parse", 2)]
    assert newsbeam("failures", "replay").out.endswith("2 failed\n")


def test_bytes_that_were_cut_or_never_came_are_left_and_said(newsbeam: Command, tmp_path: Path) -> None:
    (tmp_path / "large.bin").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(2 * 2**20))
    (tmp_path / "gone.txt.gz").write_bytes(b"\x1f\x8bno gzip")
    newsbeam("run", "large.bin", "gone.txt.gz")
    before = kept()
    replayed = {each["source_name"]: each for each in results(newsbeam)}
    assert {each["result"] for each in replayed.values()} == {"left"}
    assert replayed["large.bin"]["reason"].startswith("only the first 1,048,576 of its 2,097,160 bytes were kept")
    assert replayed["gone.txt.gz"]["reason"].startswith("nothing was received")
    assert kept() == before


def test_an_id_that_is_none_is_2_and_nothing_is_tried(newsbeam: Command, corpus: str) -> None:
    newsbeam("run", corpus)
    done = newsbeam("failures", "replay", "ffffff")
    assert (done.code, done.err) == (2, "newsbeam: no failure has the id 'ffffff'; newsbeam failures list shows them\n")
    assert newsbeam("failures", "replay", "ffff", "--stage", "parse").code == 2


def test_failures_are_dropped_only_when_that_is_said(newsbeam: Command, corpus: str) -> None:
    Path(corpus).write_text('{broken\n{"id": "empty"}\n')
    newsbeam("run", corpus)
    refused = newsbeam("failures", "drop")
    assert (refused.code, refused.err) == (2, "newsbeam: 2 failures would be dropped for good; say --yes\n")
    assert len(kept()) == 2
    assert newsbeam("failures", "drop", "--stage", "parse", "--yes").out == "1 failure dropped\n"
    assert json.loads(newsbeam("failures", "drop", kept()[0].id[:8], "--yes", "--json").out) == {"dropped": 1}
    assert kept() == []


def test_on_a_terminal_it_is_asked_first(newsbeam: Command, corpus: str) -> None:
    Path(corpus).write_text("{broken\n")
    newsbeam("run", corpus)
    for answer, left in ((b"n\n", 1), (b"y\n", 0)):
        keyboard, terminal = pty.openpty()
        os.write(keyboard, answer)
        done = subprocess.run(
            [sys.executable, "-m", "pipelines.cli", "failures", "drop", "--index", "data/index"],
            stdin=terminal,
            capture_output=True,
            text=True,
            check=False,
        )
        os.close(keyboard)
        os.close(terminal)
        assert done.returncode == 0
        assert "drop 1 failure for good?" in done.stderr
        assert len(kept()) == left


@pytest.mark.parametrize("removed", [False, True])
def test_a_feed_with_a_secret_in_its_address_gives_its_articles_the_same_ids_when_tried_again(
    newsbeam: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, removed: bool
) -> None:
    def told(title: str) -> bytes:
        item = "<item><guid isPermaLink='false'>g{n}</guid><title>{title} {n}</title></item>"
        items = "".join(item.format(n=n, title=title) for n in range(3))
        return f"<rss version='2.0'><channel><title>Private</title>{items}</channel></rss>".encode()

    config = tmp_path / "config"
    with serve() as server:
        server.feeds["/private"] = told("First")
        write_feeds(config, {"private": f"{server.url}/private?token=hunter2"})
        assert newsbeam("run").code == 0
        before = {article["id"] for article in held(newsbeam)}
        server.feeds["/private"] = told("Second")
        with monkeypatch.context() as patched:
            patched.setattr(*BREAK["parse"])
            newsbeam("run", "--all")
    if removed:
        write_feeds(config, {})
    assert {each["result"] for each in results(newsbeam)} == {"succeeded"}
    assert {article["id"] for article in held(newsbeam)} == before
    assert {article["title"][:6] for article in held(newsbeam)} == {"Second"}


def test_a_file_whose_name_looks_like_a_query_is_refused_again_for_what_it_is(
    newsbeam: Command, tmp_path: Path
) -> None:
    mirrored = tmp_path / "feed?key=1.rss"
    mirrored.write_text("<!doctype html><html><body><h1>503 Service Unavailable</h1></body></html>")
    newsbeam("run", str(mirrored))
    assert [failure.origin for failure in kept()] == [str(mirrored)]
    assert [each["result"] for each in results(newsbeam, code=3)] == ["failed"]
    assert held(newsbeam) == []
