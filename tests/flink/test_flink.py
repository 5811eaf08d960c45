"""Bounded runs on a real Flink cluster with a real Elasticsearch: the index is that of a run on one machine."""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from clearing import delete_all
from command import Newsbeam, write_feeds
from corpus import records, rss, write_records
from elasticsearch import Elasticsearch
from flink.cluster import Cluster
from misbehaving_server import serve

ROOT = Path(__file__).resolve().parents[2]
RECORDS = 300
PATIENCE = 120

pytestmark = [pytest.mark.flink, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def prefix(elasticsearch_url: str) -> Iterator[str]:
    """What the prefixes of these tests begin with."""
    prefix = f"flink-{uuid4().hex[:12]}"
    yield f"{elasticsearch_url}/{prefix}"
    with Elasticsearch(elasticsearch_url) as client:
        delete_all(client, prefix)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration without feeds."""
    config = tmp_path_factory.mktemp("flink-config")
    write_feeds(config, {})
    return config


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """All seeds, a few hundred records, some of them a second time in another file, and what can't be read."""
    place = tmp_path_factory.mktemp("sources")
    write_records(place / "archive.jsonl", RECORDS)
    copies = [json.dumps(record | {"title": "The same, told again"}) for record in list(records(RECORDS))[::10]]
    (place / "copies.jsonl").write_text("\n".join([*copies, "{broken", '{"id": "empty"}']), encoding="utf-8")
    (place / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    return [str(ROOT / "seeds"), str(place)]


@pytest.fixture(scope="module")
def articles(config: Path, prefix: str, sources: list[str]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """What a run on this machine makes of these sources, and how it reports that."""
    here = Newsbeam(config, f"{prefix}-here")
    report = here.report(*sources)
    return here.articles(), report


def told(report: dict[str, Any]) -> object:
    """What a report says of entries and documents, in all and by source, and of failures."""
    return report["totals"], report["sources"], report["failures_by_reason"], report["exit_code"]


def test_the_index_and_the_report_are_those_of_one_machine_and_a_second_run_writes_nothing(
    cluster: Cluster,
    config: Path,
    prefix: str,
    sources: list[str],
    articles: tuple[list[dict[str, Any]], dict[str, Any]],
) -> None:
    there = Newsbeam(config, f"{prefix}-there")
    report = there.report(*sources, *cluster.options())
    assert told(report) == told(articles[1])
    assert report["totals"]["duplicate"] == RECORDS // 10
    assert there.articles() == articles[0]
    held = there("export").stdout
    with cluster.job_server() as endpoint:
        again = there.report(*sources, *cluster.options(f"--job_endpoint={endpoint}"))["totals"]
    assert (again["new"], again["updated"], again["unchanged"]) == (0, 0, len(articles[0]))
    assert there("export").stdout == held


def test_feeds_good_and_bad_go_the_same_way_and_are_remembered(cluster: Cluster, prefix: str, tmp_path: Path) -> None:
    with serve() as server:
        server.feeds = {"/good": rss(5), "/copy": rss(8, title="Copy")}
        paths = ("good", "copy", "hang_up", "html", "status/404", "broken_gzip", "hops/2")
        write_feeds(tmp_path, {path.replace("/", "-"): f"{server.url}/{path}" for path in paths}, timeout=5)
        here, there = Newsbeam(tmp_path, f"{prefix}-feeds-here"), Newsbeam(tmp_path, f"{prefix}-feeds-there")
        report = there.report(*cluster.options())
        assert server.most_under_way <= 2
        assert told(report) == told(here.report())
        assert there.articles() == here.articles()
        assert there.report()["totals"]["due"] == 0
        assert there.report("--source", "good")["totals"]["not_modified"] == 1


def test_a_secret_that_the_workers_do_not_have_is_said_to_be_missing_there(
    cluster: Cluster, prefix: str, tmp_path: Path
) -> None:
    write_feeds(tmp_path, {})
    (tmp_path / "feeds.yaml").write_text(
        "feeds:\n  - id: wire\n    name: Wire\n    url: https://wire.example/rss\n"
        "    auth: {username_env: WIRE_USER, password_env: WIRE_PASSWORD}\n"
    )
    newsbeam = Newsbeam(tmp_path, f"{prefix}-secret")
    done = newsbeam("run", *cluster.options(), env={"WIRE_USER": "us", "WIRE_PASSWORD": "tell-nobody"})
    assert done.returncode == 2, done.stderr
    assert "feed 'wire' needs the environment variable WIRE_USER" in done.stderr
    assert "worker" in done.stderr
    assert "tell-nobody" not in done.stdout + done.stderr + cluster.logs()


def test_whatever_is_stopped_or_killed_in_the_middle_the_next_run_repairs(
    cluster: Cluster,
    config: Path,
    prefix: str,
    sources: list[str],
    articles: tuple[list[dict[str, Any]], dict[str, Any]],
    tmp_path: Path,
) -> None:
    newsbeam = Newsbeam(config, f"{prefix}-killed")
    slow = Newsbeam(tmp_path, f"{prefix}-killed")

    stopped = started(cluster, newsbeam, sources)
    stopped.send_signal(signal.SIGTERM)
    assert stopped.wait(PATIENCE) == 75
    assert "stopped by SIGTERM" in ended(stopped)
    assert cluster.running() == []

    killed = started(cluster, newsbeam, sources)
    killed.kill()
    ended(killed)

    with serve() as server:
        write_feeds(tmp_path, {"drip": f"{server.url}/drip"})  # half a minute: its job outlives its driver
        killed = slow.start("run", *cluster.options())
        wait_for(killed, cluster, lambda: "/drip" in server.seen)
        killed.kill()
        ended(killed)
        assert len(cluster.running()) == 1

        bereft = started(cluster, newsbeam, [*sources, "--again"])  # what is left to do may be done too soon
        cluster.kill_task_manager()
        assert bereft.wait(PATIENCE) == 75
        said = ended(bereft)
    assert "left behind" in said
    assert "run again" in said

    newsbeam.report(*sources, *cluster.options())
    assert newsbeam.articles() == articles[0]
    assert cluster.running() == []


def started(cluster: Cluster, newsbeam: Newsbeam, sources: list[str]) -> "subprocess.Popen[str]":
    """A run whose job is at work on the cluster, once one that was there before has ended."""
    before = cluster.jobs()
    process = newsbeam.start("run", *sources, *cluster.options())
    wait_for(process, cluster, lambda: bool(cluster.working() - before.keys() and len(cluster.running()) == 1))
    return process


def wait_for(process: "subprocess.Popen[str]", cluster: Cluster, ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not ready():
        assert process.poll() is None, ended(process)
        assert time.monotonic() < deadline, cluster.logs()
        time.sleep(0.2)


def ended(process: "subprocess.Popen[str]") -> str:
    """What it said on standard error."""
    return process.communicate()[1]
