"""Reads the texts that teach, each with whether its licence is free, in an order that mixes the sources."""

import gzip
import json
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

_FREE = ("CC BY", "CC0", "public domain", "Bundestag", "US Senate", "Gobierno")
"""A free licence, or a government's own words."""
_NEVER = ("wmt22", "frontpage-archive-2026")
"""Kept for measuring."""


class Text(NamedTuple):
    """A text in paragraphs, and whether its licence lets anybody use it."""

    paragraphs: tuple[str, ...]
    free: bool
    source: str


def read_texts(data: Path, language: str) -> Iterator[Text]:
    """The unlabelled texts of a language, mixed by the hash of each, none twice."""
    rows = [*_lines(data / "text" / "unlabelled" / f"{language}.jsonl.gz")]
    rows += [row for row in _lines(data / "text" / "articles.jsonl.gz") if row.get("lang") == language]
    keyed = {_digest(row): row for row in rows if not any(name in row["source"] for name in _NEVER)}
    for key in sorted(keyed):
        row = keyed[key]
        free = any(mark in (row.get("license") or "") for mark in _FREE)
        body = [part for part in row["text"].split("\n") if part.strip()]
        title = [row["title"]] if row.get("title") else []
        yield Text((*title, *body), free, row["source"])


def _digest(row: dict[str, str]) -> str:
    return blake2b(f"{row.get('title')}\n{row['text']}".encode(), digest_size=12).hexdigest()


def _lines(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
