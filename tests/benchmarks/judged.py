"""The texts and the judged queries that searches are measured with: which texts, by which key, and how good each is."""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.benchmarks.corpus import ARTICLES
from tests.collected import COLLECTED

LANGUAGES = ("de", "en")
_QUERIES = Path(__file__).parent / "queries"
_UNLABELLED = COLLECTED / "text" / "unlabelled" / "de.jsonl.gz"
_SHARES = {"justusmattern/fang-covid": "01234", "defgsus/frontpage-archive-2026": "01234567"}
"""Of these sources the records with a title whose key begins with one of these digits are taken."""
_ENGLISH = ("en", "us")
_TITLE = 120

KEY = 12
"""Digits of a key."""


@dataclass(frozen=True)
class Text:
    """One text of the corpus; the key is the same on every machine."""

    key: str
    language: str
    title: str
    body: str
    published: str | None


@dataclass(frozen=True)
class Query:
    """A query and its grades: 3 answers it, 2 is about it, 1 touches it, 0 is not about it."""

    id: str
    language: str
    text: str
    grades: dict[str, int]


def queries(language: str) -> list[Query]:
    """The judged queries of a language: `<language>.tsv` beside the judgements in the format of TREC."""
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    judged = _QUERIES / f"{language}.qrels"
    for line in judged.read_text(encoding="utf-8").splitlines() if judged.exists() else ():
        query, _, key, grade = line.split()
        grades[query][key] = int(grade)
    lines = (_QUERIES / f"{language}.tsv").read_text(encoding="utf-8").splitlines()
    return [Query(id_, language, text, grades[id_]) for id_, text in (line.split("\t") for line in lines)]


def texts() -> Iterator[Text]:
    """Every text once. Raises FileNotFoundError where the collected texts are absent."""
    seen: set[tuple[str, str]] = set()
    for text in (*_collected(), *_german()):
        if (text.title, text.body) not in seen:
            seen.add((text.title, text.body))
            yield text


def _collected() -> Iterator[Text]:
    for record in _records(ARTICLES):
        if record["lang"] in _ENGLISH or record["lang"] == "de":
            yield _text(record, "de" if record["lang"] == "de" else "en", record["published"])


def _german() -> Iterator[Text]:
    for record in _records(_UNLABELLED):
        share = next((digits for source, digits in _SHARES.items() if record["source"].startswith(f"{source}:")), "")
        if record.get("title") and share and _key(record)[0] in share:
            yield _text(record, "de", record.get("date"))


def _text(record: dict[str, Any], language: str, published: str | None) -> Text:
    body = record["text"].strip()
    title = record["title"] or body[:_TITLE].rpartition(" ")[0]
    return Text(_key(record), language, title, body, published)


def _key(record: dict[str, Any]) -> str:
    return sha256(f"{record['source']} {record['id']}".encode()).hexdigest()[:KEY]


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)
