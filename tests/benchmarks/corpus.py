"""The articles that the benchmarks run over: as many as wanted, each with an id, an address and a title of its own."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any

from tests.collected import COLLECTED

ROOT = Path(__file__).resolve().parents[2]
ARTICLES = COLLECTED / "text" / "articles.jsonl.gz"
WRITTEN = ROOT / "seeds" / "records" / "world.jsonl"

Record = dict[str, Any]


@dataclass(frozen=True)
class Corpus:
    """So many articles in one file of JSON lines."""

    path: Path
    articles: int
    source: str

    def __str__(self) -> str:
        size = self.path.stat().st_size / 2**20
        each = self.path.stat().st_size / max(self.articles, 1) / 1024
        return f"{self.articles:,} articles, {size:.1f} MiB of JSON lines ({each:.1f} KiB each), from {self.source}"


def make_corpus(directory: Path, articles: int) -> Corpus:
    """Write the file, repeating the originals with new ids, addresses and titles until there are enough."""
    originals, source = _originals()
    path = directory / f"articles-{articles}.jsonl"
    with path.open("w", encoding="utf-8") as lines:
        for record in islice(_repeated(originals), articles):
            lines.write(json.dumps(record, ensure_ascii=False) + "\n")
    return Corpus(path, articles, f"{source} ({len(originals):,} different texts)")


def records_of(corpus: Corpus) -> Iterator[Record]:
    """The records as they stand in the file."""
    with corpus.path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _originals() -> tuple[list[Record], str]:
    if ARTICLES.is_file():
        with gzip.open(ARTICLES, "rt", encoding="utf-8") as lines:
            return [json.loads(line) for line in lines], ARTICLES.name
    with WRITTEN.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines], "seeds/records/world.jsonl (short texts: figures flatter)"


def _repeated(originals: list[Record]) -> Iterator[Record]:
    for turn in count():
        for number, record in enumerate(originals):
            serial = turn * len(originals) + number
            yield record | {
                "id": f"article-{serial}",
                "url": f"https://benchmark.example/{serial}",
                "title": f"{record.get('title') or 'Untitled'} ({serial})",
            }
