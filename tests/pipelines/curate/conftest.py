"""A site of our own to look at, and settings that allow it."""

from collections.abc import Iterator

import pytest
from misbehaving_server import Server, serve

from models.settings import FetchSettings, Settings
from pipelines.curate import discovery


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(discovery, "PAUSE", 0.0)
    with serve() as running:
        yield running


@pytest.fixture
def settings() -> Settings:
    return Settings(fetch=FetchSettings(allow_private_addresses=True, timeout=5))
