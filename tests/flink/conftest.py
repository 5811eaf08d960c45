"""Fixtures: a real Flink, brought by `make test-flink` alone; it fails there where NEWSBEAM_REQUIRE names `flink`."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flink.cluster import Cluster
from flink.parts import parts

from tests.programs import brought


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    if not os.environ.get("NEWSBEAM_TEST_FLINK"):
        pytest.skip("needs a Flink and takes minutes: `make test-flink` runs it")
    found = brought("flink", parts)
    with contextlib.ExitStack() as stack:
        yield Cluster(found, Path(tmp_path_factory.mktemp("flink")), stack)
