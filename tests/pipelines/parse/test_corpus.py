"""Real feeds that none of us wrote: each ends in entries or in one clear error."""

import gzip
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from models.document import Document
from models.errors import ParseError
from models.settings import FileSettings
from pipelines.parse import parse

OfFile = Callable[..., Document]

SECONDS = 5


def _read(document: Document) -> int | None:
    began = time.perf_counter()
    try:
        parsed = parse(document, FileSettings())
    except ParseError as error:
        assert document.url in str(error)
        return None
    finally:
        assert time.perf_counter() - began < SECONDS, document.url
    parsed.model_dump_json()
    return len(parsed.entries)


def _bytes(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


@pytest.mark.parametrize("suite", ["feedjira", "node-feedparser", "miniflux", "rss-parser"])
def test_every_feed_of_a_suite_is_entries_or_one_error(shared_data: Path, of_file: OfFile, suite: str) -> None:
    files = [path for path in sorted((shared_data / "feeds" / suite).rglob("*")) if path.is_file()]
    counts = [_read(of_file(_bytes(path), str(path))) for path in files]
    assert counts.count(None) <= 4
    assert sum(count or 0 for count in counts) > len(files) // 2


def test_snapshots_of_real_feeds_keep_their_entries_even_ill_formed(shared_data: Path, of_file: OfFile) -> None:
    for folder in sorted((shared_data / "feeds" / "history").iterdir()):
        for path in sorted(folder.iterdir())[::40]:
            count = _read(of_file(_bytes(path), str(path)))
            assert count, path


def test_ids_of_real_feeds_are_stable_between_snapshots(shared_data: Path, of_file: OfFile) -> None:
    for folder in sorted((shared_data / "feeds" / "history").iterdir()):
        first, second = (
            {entry.id for entry in parse(of_file(_bytes(path), str(path)), FileSettings()).entries}
            for path in sorted(folder.iterdir())[:2]
        )
        assert first & second, folder.name
