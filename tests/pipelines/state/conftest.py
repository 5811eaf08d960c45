"""The two state stores that keep one contract."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from clearing import delete_all
from elasticsearch import Elasticsearch

from models.settings import ElasticsearchSettings
from pipelines.state.base import StateStore
from pipelines.state.elasticsearch import ElasticsearchState
from pipelines.state.sqlite import SqliteState

Opener = Callable[[], StateStore]


@pytest.fixture(params=["sqlite", "elasticsearch"])
def open_state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens the same state as often as one likes; it is set up and empty."""
    opened: list[StateStore] = []

    def open_sqlite() -> StateStore:
        opened.append(SqliteState(tmp_path / "index"))
        return opened[-1]

    if request.param == "sqlite":
        open_sqlite().setup()
        yield open_sqlite
    else:
        url, prefix = request.getfixturevalue("elasticsearch_url"), f"t-{uuid4().hex[:12]}"

        def open_elasticsearch() -> StateStore:
            opened.append(ElasticsearchState(f"{url}/{prefix}", ElasticsearchSettings()))
            return opened[-1]

        open_elasticsearch().setup()
        yield open_elasticsearch
        with Elasticsearch(url) as client:
            delete_all(client, f"{prefix}-")
    for state in opened:
        state.close()


@pytest.fixture
def state(open_state: Opener) -> StateStore:
    """A state that is set up and empty."""
    return open_state()
