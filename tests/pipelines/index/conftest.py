"""The two indexes that keep one contract."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from articles import draft_of
from news import press

from models.settings import ElasticsearchSettings
from pipelines.index.base import SearchIndex
from pipelines.index.elasticsearch import ElasticsearchIndex
from pipelines.index.embedded import EmbeddedIndex


def _made(kind: str, directory: Path, request: pytest.FixtureRequest) -> SearchIndex:
    if kind == "embedded":
        return EmbeddedIndex(directory)
    url = request.getfixturevalue("elasticsearch_url")
    return ElasticsearchIndex(f"{url}/t-{uuid4().hex[:12]}", ElasticsearchSettings())


@pytest.fixture(params=["embedded", "elasticsearch"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchIndex]:
    """An index that is set up and empty."""
    made = _made(request.param, tmp_path / "index", request)
    made.setup()
    yield made
    made.close()


@pytest.fixture(params=["embedded", "elasticsearch"], scope="module")
def press_index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    """An index with the articles of `news`, to be read only."""
    made = _made(request.param, tmp_path_factory.mktemp("press"), request)
    made.setup()
    made.write([draft_of(article) for article in press().values()])
    made.refresh()
    yield made
    made.close()
