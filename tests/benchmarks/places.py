"""Fresh indexes for the benchmarks: directories, and prefixes in an Elasticsearch; all gone afterwards."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path

from elasticsearch import Elasticsearch

from tests.clearing import delete_all
from tests.elasticsearch_server import elasticsearch
from tests.programs import Unavailable

_SERIAL = count(1)


@dataclass(frozen=True)
class Place:
    """A kind of index. Every call of `fresh` gives the address of an empty one."""

    name: str
    url: str | None

    @contextlib.contextmanager
    def fresh(self) -> Iterator[str]:
        if self.url is None:
            with tempfile.TemporaryDirectory(prefix="newsbeam-benchmark-") as directory:
                yield str(Path(directory) / "index")
            return
        prefix = f"benchmark{next(_SERIAL)}"
        try:
            yield f"{self.url}/{prefix}"
        finally:
            with Elasticsearch(self.url, request_timeout=120) as client:
                delete_all(client, f"{prefix}-")


class Places:
    """The embedded index always, Elasticsearch where one can be had; the server starts when it is first asked for."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self._stack = stack
        self.missing: str | None = None

    @cached_property
    def elasticsearch(self) -> Place | None:
        try:
            return Place("Elasticsearch", self._stack.enter_context(elasticsearch()))
        except Unavailable as error:
            self.missing = str(error)
            return None

    @property
    def all(self) -> list[Place]:
        embedded = Place("embedded", None)
        return [embedded] if self.elasticsearch is None else [embedded, self.elasticsearch]
