"""Fixtures that every package's tests share."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from elasticsearch_server import elasticsearch
from hypothesis import settings

from tests.programs import brought, shared

# How long an example takes is measured elsewhere; on a busy machine it says nothing.
settings.register_profile("newsbeam", deadline=None)
settings.load_profile("newsbeam")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole runs take longest: they come first, so that all processes end at about the same time."""
    items.sort(key=lambda item: item.path.parent != Path(__file__).parent)


@pytest.fixture(scope="session")
def elasticsearch_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base address of a real Elasticsearch, one for the session; every test chooses a prefix of its own."""
    own = tmp_path_factory.getbasetemp()
    place = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "elasticsearch"
    place.mkdir(exist_ok=True)
    with contextlib.ExitStack() as stack:
        yield brought("elasticsearch", lambda: stack.enter_context(shared(place, elasticsearch)))
