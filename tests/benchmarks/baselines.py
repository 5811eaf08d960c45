"""What Newsbeam is measured against: ready-made documents in bulk, and the plain loop a user would write instead.

As a program it is that loop: `python -m tests.benchmarks.baselines FILE URL INDEX`.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from time import perf_counter
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch.helpers import parallel_bulk, streaming_bulk
from pydantic import BaseModel

from tests.benchmarks.corpus import Corpus, records_of

TITLE_AND_BODY = {"dynamic": False, "properties": {"title": {"type": "text"}, "body": {"type": "text"}}}
PLAIN = {
    "dynamic": False,
    "properties": {
        "title": {"type": "text"},
        "text": {"type": "text"},
        "url": {"type": "keyword"},
        "lang": {"type": "keyword"},
        "section": {"type": "keyword"},
        "published": {"type": "date", "ignore_malformed": True},
    },
}


class PlainArticle(BaseModel):
    """The record of the plain loop."""

    id: str
    url: str
    title: str
    text: str
    lang: str | None = None
    section: str | None = None
    published: datetime | str | None = None


@contextmanager
def _index(url: str, name: str, mappings: dict[str, Any]) -> Iterator[Elasticsearch]:
    with Elasticsearch(url, request_timeout=120) as client:
        client.indices.create(index=name, mappings=mappings, settings={"number_of_replicas": 0})
        try:
            yield client
        finally:
            client.indices.delete(index=name)


def bulk_seconds(corpus: Corpus, url: str, name: str, threads: int) -> float:
    """Seconds to push the articles, already in memory, with `parallel_bulk`, and to refresh."""
    actions = [
        {"_index": name, "_id": record["id"], "title": record["title"], "body": record["text"]}
        for record in records_of(corpus)
    ]
    with _index(url, name, TITLE_AND_BODY) as client:
        start = perf_counter()
        for _ in parallel_bulk(client, actions, thread_count=threads, chunk_size=500):
            pass
        client.indices.refresh(index=name)
        return perf_counter() - start


def _plain_loop(path: str, url: str, name: str) -> None:
    """Read, validate, write: no state, no language, no places, no second thoughts."""
    with _index(url, name, PLAIN) as client, open(path, encoding="utf-8") as lines:
        articles = (PlainArticle.model_validate(json.loads(line)) for line in lines)
        actions = ({"_index": name, "_id": article.id, **article.model_dump(mode="json")} for article in articles)
        for _ in streaming_bulk(client, actions):
            pass
        client.indices.refresh(index=name)


if __name__ == "__main__":
    _plain_loop(*sys.argv[1:])
