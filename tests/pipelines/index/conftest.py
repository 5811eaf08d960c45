"""The two indexes that keep one contract."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from articles import draft_of
from clearing import delete_all
from elasticsearch import Elasticsearch
from news import press

from models.settings import ElasticsearchSettings
from pipelines.index.base import SearchIndex
from pipelines.index.elasticsearch import ElasticsearchIndex
from pipelines.index.embedded import EmbeddedIndex


@contextmanager
def _empty(kind: str, directory: Path, request: pytest.FixtureRequest) -> Iterator[SearchIndex]:
    if kind == "embedded":
        yield EmbeddedIndex(directory)
        return
    url, prefix = request.getfixturevalue("elasticsearch_url"), f"t-{uuid4().hex[:12]}"
    yield ElasticsearchIndex(f"{url}/{prefix}", ElasticsearchSettings())
    with Elasticsearch(url) as client:
        delete_all(client, f"{prefix}-")


@pytest.fixture(params=["embedded", "elasticsearch"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchIndex]:
    """An index that is set up and empty."""
    with _empty(request.param, tmp_path / "index", request) as made:
        made.setup()
        yield made
        made.close()


@pytest.fixture(params=["embedded", "elasticsearch"], scope="module")
def shared_index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    """An index that is set up and empty, one for all the tests of a file."""
    with _empty(request.param, tmp_path_factory.mktemp("shared"), request) as made:
        made.setup()
        yield made
        made.close()


@pytest.fixture(params=["embedded", "elasticsearch"], scope="module")
def press_index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    """An index with the articles of `news`, to be read only."""
    with _empty(request.param, tmp_path_factory.mktemp("press"), request) as made:
        made.setup()
        made.write([draft_of(article) for article in press().values()])
        made.refresh()
        yield made
        made.close()
