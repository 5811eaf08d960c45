"""Real feeds that none of us wrote: each ends in entries or in one clear error."""

import gzip
import re
import time
from collections.abc import Callable
from itertools import pairwise
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
    except ParseError:
        return None
    finally:
        assert time.perf_counter() - began < SECONDS, document.url
    parsed.model_dump_json()
    return len(parsed.entries)


def _items(body: bytes) -> int | None:
    """How many there are by their start tags; None for an error page that was kept in a feed's place."""
    return len(re.findall(rb"<(?:item|entry)[\s>]", body)) if re.search(rb"<(?:rss|feed)\s", body) else None


def _bytes(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


@pytest.mark.parametrize("suite", ["feedjira", "node-feedparser", "miniflux", "rss-parser"])
def test_every_feed_of_a_suite_is_entries_or_one_error(shared_data: Path, of_file: OfFile, suite: str) -> None:
    files = [path for path in sorted((shared_data / "feeds" / suite).rglob("*")) if path.is_file()]
    counts = [_read(of_file(_bytes(path), str(path))) for path in files]
    assert counts.count(None) <= len(counts) // 6
    assert sum(count or 0 for count in counts) > len(files) // 2


def test_snapshots_of_real_feeds_keep_their_entries_even_ill_formed(shared_data: Path, of_file: OfFile) -> None:
    for folder in sorted((shared_data / "feeds" / "history").iterdir()):
        for path in sorted(folder.iterdir())[::40]:
            body = _bytes(path)
            assert _read(of_file(body, str(path))) == _items(body), path


def test_ids_of_real_feeds_are_stable_between_snapshots(shared_data: Path, of_file: OfFile) -> None:
    for folder in sorted((shared_data / "feeds" / "history").iterdir()):
        snapshots = [
            {entry.id for entry in parse(of_file(_bytes(path), str(path)), FileSettings()).entries}
            for path in sorted(folder.iterdir())[100:110]
        ]
        assert any(first & second for first, second in pairwise(snapshots)), folder.name
