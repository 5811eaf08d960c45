"""Fixtures: a full index, the stand-in for Kibana in front of it, a browser. They take long, so they are asked for.

`make test-kibana` asks; elsewhere such a test is skipped, or fails where NEWSBEAM_REQUIRE names `browser`.
"""

import contextlib
import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from clearing import delete_all
from elasticsearch import Elasticsearch
from kibana.browser import browser as open_browser
from kibana.dashboards_server import dashboards as start_dashboards
from kibana.kibana_face import kibana_face
from kibana.newsroom import fill

from tests.collected import COLLECTED
from tests.programs import brought, required

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ARTICLES = COLLECTED / "text" / "articles.jsonl.gz"
REAL = 2000
"""Of the collected articles, where they are there; a few thousand invented ones are always there."""


@pytest.fixture(scope="session")
def asked() -> None:
    """For what takes long."""
    if not os.environ.get("NEWSBEAM_TEST_KIBANA") and not required("browser"):
        pytest.skip("takes long: `make test-kibana` runs it")


@pytest.fixture(scope="session")
def chromium(asked: None) -> Iterator["Browser"]:  # noqa: ARG001
    with contextlib.ExitStack() as stack:
        yield brought("browser", lambda: stack.enter_context(open_browser()))


@pytest.fixture(scope="session")
def dashboards(asked: None, elasticsearch_url: str) -> Iterator[str]:  # noqa: ARG001
    """The address of the stand-in, as a browser opens it."""
    with contextlib.ExitStack() as stack:
        yield brought("browser", lambda: stack.enter_context(start_dashboards(elasticsearch_url)))


@pytest.fixture(scope="session")
def kibana(dashboards: str) -> Iterator[str]:
    """The address of the stand-in, as Newsbeam reaches it."""
    with kibana_face(dashboards) as url:
        yield url


@pytest.fixture(scope="session")
def newsroom(
    asked: None,  # noqa: ARG001
    elasticsearch_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The address of an index with some thousand articles of the last days, invented ones and real ones."""
    prefix = f"k{uuid4().hex[:10]}"
    address = f"{elasticsearch_url}/{prefix}"
    try:
        fill(address)
        if ARTICLES.is_file():
            _ingest(_collected(tmp_path_factory.mktemp("collected") / "articles.jsonl"), address)
        yield address
    finally:
        with Elasticsearch(elasticsearch_url) as client:
            delete_all(client, f"{prefix}-")


@pytest.fixture(scope="session")
def installed(kibana: str, newsroom: str) -> str:
    """The prefix of the index whose dashboards are installed, with the real command."""
    command = [sys.executable, "-m", "pipelines.cli", "kibana", "install", "--url", kibana, "--index", newsroom]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return newsroom.rpartition("/")[2]


@pytest.fixture(scope="session")
def window(chromium: "Browser") -> Iterator["BrowserContext"]:
    """What pages share: one loads the program of the stand-in, the others have it."""
    opened = chromium.new_context(viewport={"width": 1600, "height": 2600})
    opened.set_default_timeout(30_000)
    yield opened
    opened.close()


@pytest.fixture
def page(window: "BrowserContext") -> Iterator["Page"]:
    """A page of its own, large enough to show a dashboard."""
    opened = window.new_page()
    yield opened
    opened.close()


def _collected(file: Path) -> Path:
    """Some of the real articles, dated as of the last days: the dashboards show those."""
    with gzip.open(ARTICLES, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    now, step = datetime.now(UTC), max(1, len(records) // REAL)
    with file.open("w", encoding="utf-8") as out:
        for number, record in enumerate(records[::step][:REAL]):
            kept = {name: record[name] for name in ("id", "title", "text", "source", "section")}
            kept["published"] = (now - timedelta(minutes=4 * number)).isoformat()
            out.write(json.dumps(kept) + "\n")
    return file


def _ingest(file: Path, address: str) -> None:
    command = [sys.executable, "-m", "pipelines.cli", "run", str(file), "--index", address]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
