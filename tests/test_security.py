"""Against an Elasticsearch with TLS and API keys: each role can do its work, and nothing that is not its own."""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from command import Newsbeam
from corpus import write_records
from secured_elasticsearch import Secured, secured_elasticsearch

from tests.programs import brought

KEY = "NEWSBEAM_ELASTICSEARCH_API_KEY"


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    if named := os.environ.get("NEWSBEAM_TEST_SECURED_ELASTICSEARCH"):
        url, ca_certs, password = named.split()
        yield Secured(url, Path(ca_certs), password)
        return
    opened = secured_elasticsearch(tmp_path_factory.mktemp("certificates"))
    with contextlib.ExitStack() as stack:
        yield brought("elasticsearch", lambda: stack.enter_context(opened))


@pytest.fixture
def newsbeam(secured: Secured, tmp_path: Path) -> Newsbeam:
    config = tmp_path / "config"
    config.mkdir()
    (config / "feeds.yaml").write_text("feeds: []\n")
    (config / "newsbeam.yaml").write_text(f"elasticsearch:\n  ca_certs: {secured.ca_certs}\n")
    return Newsbeam(config, f"{secured.url}/{tmp_path.name.replace('_', '-')}")


@pytest.fixture
def keys(secured: Secured, newsbeam: Newsbeam) -> Mapping[str, dict[str, str]]:
    """The environment of each role."""
    prefix = newsbeam.index.rpartition("/")[2]
    return {role: {KEY: secured.key(role, prefix)} for role in ("setup", "ingest", "read")}


def test_each_role_does_its_own_work(newsbeam: Newsbeam, keys: Mapping[str, dict[str, str]], tmp_path: Path) -> None:
    corpus = write_records(tmp_path / "news.jsonl", 20)
    early = newsbeam("run", str(corpus), env=keys["ingest"])
    assert (early.returncode, early.stdout) == (2, "")
    assert "create_index" in early.stderr
    assert newsbeam("index", "setup", env=keys["setup"]).returncode == 0
    assert newsbeam.report(str(corpus), env=keys["ingest"])["totals"]["new"] == 20
    assert newsbeam.report(str(corpus), env=keys["ingest"])["totals"]["unchanged"] == 20
    assert newsbeam("index", "status", env=keys["ingest"]).returncode == 0
    found = newsbeam("search", "*:*", "--json", env=keys["read"])
    assert json.loads(found.stdout)["total"] == 20
    assert len(newsbeam("export", env=keys["read"]).stdout.splitlines()) == 20
    refused = newsbeam("run", str(corpus), env=keys["read"])
    assert refused.returncode == 2
    assert "does not permit" in refused.stderr


def test_wrong_credentials_are_one_line_and_2(newsbeam: Newsbeam, tmp_path: Path) -> None:
    corpus = write_records(tmp_path / "news.jsonl", 1)
    done = newsbeam("run", str(corpus), env={KEY: "d3Jvbmc6d3Jvbmc="})
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "refused the credentials" in done.stderr
    assert "d3Jvbmc6d3Jvbmc" not in done.stderr


def test_a_user_with_a_password_is_let_in(newsbeam: Newsbeam, secured: Secured, tmp_path: Path) -> None:
    with (newsbeam.config / "newsbeam.yaml").open("a") as settings:
        settings.write("  username: elastic\n")
    corpus = write_records(tmp_path / "news.jsonl", 2)
    report = newsbeam.report(str(corpus), env={"NEWSBEAM_ELASTICSEARCH_PASSWORD": secured.password})
    assert report["totals"]["new"] == 2
    assert secured.password not in json.dumps(report)


def test_a_certificate_that_nobody_vouches_for_is_2_and_says_what_to_set(
    newsbeam: Newsbeam, keys: Mapping[str, dict[str, str]]
) -> None:
    (newsbeam.config / "newsbeam.yaml").unlink()
    done = newsbeam("search", "peace", env=keys["read"])
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "elasticsearch.ca_certs" in done.stderr
    plain = Newsbeam(newsbeam.config, newsbeam.index.replace("https:", "http:"))
    done = plain("search", "peace", env=keys["read"])
    assert done.returncode == 75
    assert "https://" in done.stderr
