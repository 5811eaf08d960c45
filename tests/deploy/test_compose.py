"""config/deploy/compose: a file that Compose takes, and accounts that a real Elasticsearch with security makes."""

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from command import Newsbeam
from corpus import write_records
from deploy.tools import DEPLOY, ROOT
from elasticsearch import AuthenticationException, Elasticsearch
from secured_elasticsearch import secured_elasticsearch

from tests.programs import brought

COMPOSE = DEPLOY / "compose" / "compose.yaml"
PASSWORDS = {"ELASTIC_PASSWORD": "battery-1", "KIBANA_PASSWORD": "horse-22", "NEWSBEAM_PASSWORD": "staple-3"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The compose file where it lies in a checkout, with passwords as its example says."""
    place = tmp_path / COMPOSE.parent.relative_to(ROOT)
    place.mkdir(parents=True)
    shutil.copy(COMPOSE, place)
    text = (COMPOSE.parent / "example.env").read_text(encoding="utf-8")
    for name, password in PASSWORDS.items():
        assert f"{name}=\n" in text
        text = text.replace(f"{name}=\n", f"{name}={password}\n")
    (place / ".env").write_text(text, encoding="utf-8")
    return place


def _read(reader: Path, place: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in PASSWORDS}
    return subprocess.run(
        [reader, COMPOSE.name], cwd=place, env=environment, capture_output=True, text=True, check=False
    )


def _project(reader: Path, place: Path) -> Mapping[str, Any]:
    done = _read(reader, place)
    assert done.returncode == 0, done.stderr
    project: Mapping[str, Any] = json.loads(done.stdout)
    return project


def test_the_schema_of_compose_knows_the_file(linters: Path) -> None:
    command = [linters / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_compose_reads_the_file_as_it_is_meant(compose_reader: Path, checkout: Path) -> None:
    services = _project(compose_reader, checkout)["services"]
    newsbeam = services["newsbeam"]
    assert newsbeam["build"]["context"] == str(checkout.parents[2])
    assert newsbeam["volumes"][0]["source"] == str(checkout.parents[1])
    assert newsbeam["environment"]["NEWSBEAM_ELASTICSEARCH_PASSWORD"] == PASSWORDS["NEWSBEAM_PASSWORD"]
    ways = {
        name: {other: how["condition"] for other, how in service.get("depends_on", {}).items()}
        for name, service in services.items()
    }
    assert ways["newsbeam"] == dict.fromkeys(("accounts", "indices"), "service_completed_successfully")
    assert ways["dashboards"] == {"kibana": "service_healthy", "indices": "service_completed_successfully"}


def test_only_this_machine_reaches_what_runs(compose_reader: Path, checkout: Path) -> None:
    services = _project(compose_reader, checkout)["services"]
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert {port["published"] for port in ports} == {"9200", "5601", "9464"}
    assert {port["host_ip"] for port in ports} == {"127.0.0.1"}


def test_a_password_that_is_missing_is_asked_for(compose_reader: Path, checkout: Path) -> None:
    (checkout / ".env").unlink()
    done = _read(compose_reader, checkout)
    assert done.returncode == 1
    assert "_PASSWORD" in done.stderr


def test_a_service_that_waits_for_nobody_would_be_found(compose_reader: Path, checkout: Path) -> None:
    file = checkout / COMPOSE.name
    file.write_text(file.read_text().replace("indices: {condition", "indexes: {condition"))
    assert "undefined service" in _read(compose_reader, checkout).stderr


@pytest.mark.usefixtures("patient")
def test_the_accounts_are_made_and_newsbeams_own_may_only_fill_its_indices(tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        server = brought("deploy", lambda: stack.enter_context(secured_elasticsearch(tmp_path)))
        _accounts_do(server.url, server.ca_certs, server.password, tmp_path)


def _accounts_do(url: str, authority: Path, password: str, place: Path) -> None:
    given = PASSWORDS | {"ELASTICSEARCH_URL": url, "ELASTIC_PASSWORD": password}
    given |= {"CURL_CA_BUNDLE": str(authority), "INGEST_ROLE": str(ROOT / "config" / "elasticsearch" / "ingest.json")}
    for _ in range(2):  # a second start changes nothing
        done = subprocess.run(
            [COMPOSE.parent / "accounts"], env={**os.environ, **given}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    wrong = {**os.environ, **given, "ELASTIC_PASSWORD": "not-this-one"}
    assert subprocess.run([COMPOSE.parent / "accounts"], env=wrong, capture_output=True, check=False).returncode

    (place / "newsbeam.yaml").write_text(f"elasticsearch: {{ca_certs: {authority}}}\n")
    (place / "feeds.yaml").write_text("feeds: []\n")
    newsbeam = Newsbeam(place, f"{url}/newsbeam")
    everything = {"NEWSBEAM_ELASTICSEARCH__USERNAME": "elastic", "NEWSBEAM_ELASTICSEARCH_PASSWORD": password}
    own = {
        "NEWSBEAM_ELASTICSEARCH__USERNAME": "newsbeam",
        "NEWSBEAM_ELASTICSEARCH_PASSWORD": PASSWORDS["NEWSBEAM_PASSWORD"],
    }
    records = write_records(place / "records.jsonl", 20)
    assert newsbeam("index", "setup", env=own).returncode == 2
    assert newsbeam("index", "setup", env=everything).returncode == 0
    assert newsbeam.report(str(records), env=own)["totals"]["new"] == 20
    with _client(url, authority, "kibana_system", PASSWORDS["KIBANA_PASSWORD"]) as kibana:
        assert kibana.security.authenticate()["username"] == "kibana_system"
    with _client(url, authority, "newsbeam", "not-this-one") as nobody, pytest.raises(AuthenticationException):
        nobody.security.authenticate()


def _client(url: str, authority: Path, user: str, password: str) -> Elasticsearch:
    return Elasticsearch(url, ca_certs=str(authority), basic_auth=(user, password))
