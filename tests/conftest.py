"""Fixtures that every package's tests share."""

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from elasticsearch_server import elasticsearch
from hypothesis import settings

from tests.programs import Unavailable, shared

# How long an example takes is measured elsewhere; on a busy machine it says nothing.
settings.register_profile("newsbeam", deadline=None)
settings.load_profile("newsbeam")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole runs take longest: they come first, so that all processes end at about the same time."""
    items.sort(key=lambda item: item.path.parent != Path(__file__).parent)


def _required(part: str) -> bool:
    return part in re.split(r"[,\s]+", os.environ.get("NEWSBEAM_REQUIRE", ""))


@pytest.fixture(scope="session")
def elasticsearch_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base address of a real Elasticsearch, one for the session; every test chooses a prefix of its own."""
    own = tmp_path_factory.getbasetemp()
    place = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "elasticsearch"
    place.mkdir(exist_ok=True)
    with contextlib.ExitStack() as stack:
        try:
            url = stack.enter_context(shared(place, elasticsearch))
        except Unavailable as error:
            if _required("elasticsearch"):
                pytest.fail(f"NEWSBEAM_REQUIRE names elasticsearch, but {error}")
            pytest.skip(str(error))
        yield url
