"""What is secret stands in no log, no report and no error, whatever goes wrong."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import Newsbeam
from corpus import write_records
from fake_elasticsearch import fake_elasticsearch
from misbehaving_server import Server, serve

SECRETS = {
    "FEED_USER": "curator",
    "FEED_PASSWORD": "hunter2",
    "FEED_KEY": "hunter2",
    "HTTP_PROXY": "http://me:hunter2@127.0.0.1:9",
    "NEWSBEAM_LOG_LEVEL": "debug",
}
HIDDEN = ("hunter2", "Y3VyYXRvcjpodW50ZXIy")
"""The password, and how it goes over the wire with its user."""


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as server:
        yield server


@pytest.fixture
def newsbeam(tmp_path: Path, server: Server) -> Newsbeam:
    config = tmp_path / "config"
    config.mkdir()
    (config / "newsbeam.yaml").write_text("fetch: {allow_private_addresses: true, timeout: 5}\n")
    own = "auth: {username_env: FEED_USER, password_env: FEED_PASSWORD}, headers: {X-Key: '${FEED_KEY}'}"
    entries = [
        f"  - {{id: f{number}, name: F, url: '{server.url}{path}token=hunter2', {own}}}\n"
        for number, path in enumerate(("/status/401?", "/elsewhere?/status/403?", "/hang-up?", "/html?", "/feed?"))
    ]
    (config / "feeds.yaml").write_text("feeds:\n" + "".join(entries))
    return Newsbeam(config, str(tmp_path / "index"))


def test_feeds_that_refuse_their_credentials_give_none_of_them_away(
    newsbeam: Newsbeam, server: Server, tmp_path: Path
) -> None:
    env = SECRETS | {"NEWSBEAM_PING_URL": server.url + "/ping?key=hunter2"}
    report, metrics = tmp_path / "report.json", tmp_path / "newsbeam.prom"
    files = ("--report", str(report), "--metrics-file", str(metrics))
    done = newsbeam("run", "--json", *files, env=env)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["totals"]["failed_documents"] == 4
    assert server.seen["/status/401"][0]["x-key"] == "hunter2"
    said = [done.stdout, done.stderr, report.read_text(), metrics.read_text()]
    failures = newsbeam("failures", "list", "--json", env=env)
    assert len(failures.stdout.splitlines()) == 4
    first = json.loads(failures.stdout.splitlines()[0])["id"]
    for arguments in (
        ("failures", "list", "--json"),
        ("failures", "show", first),
        ("failures", "show", first, "--json"),
        ("feeds", "status", "--json"),
        ("status",),
        ("config", "show"),
    ):
        done = newsbeam(*arguments, env=env)
        said += [done.stdout, done.stderr]
    assert [secret for secret in HIDDEN for text in said if secret in text] == []


def test_an_elasticsearch_that_refuses_its_key_does_not_show_it(newsbeam: Newsbeam, tmp_path: Path) -> None:
    corpus = write_records(tmp_path / "news.jsonl", 1)
    with fake_elasticsearch() as elasticsearch:
        elasticsearch.refuse_all = 401
        refused = Newsbeam(newsbeam.config, f"{elasticsearch.url}/news")
        done = refused("run", str(corpus), env=SECRETS | {"NEWSBEAM_ELASTICSEARCH_API_KEY": "hunter2"})
    assert done.returncode == 2
    assert "refused the credentials" in done.stderr.splitlines()[-1]
    assert "hunter2" not in done.stdout + done.stderr
