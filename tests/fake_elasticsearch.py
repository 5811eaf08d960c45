"""Something that speaks like Elasticsearch and says what a test tells it to: for troubles a real one has seldom."""

import gzip
import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Step = int | str | Sequence[int]
"""How one bulk request ends: with a status, with "reset" (no answer), or item by item."""

ERRORS = {
    400: ("document_parsing_exception", "failed to parse field [title]"),
    403: ("security_exception", "action is unauthorized for this key"),
    404: ("index_not_found_exception", "no such index"),
    409: ("version_conflict_engine_exception", "current version is higher"),
    429: ("es_rejected_execution_exception", "queue is full"),
    503: ("unavailable_shards_exception", "primary shard is not active"),
}


class FakeElasticsearch(ThreadingHTTPServer):
    """`script` holds the ends of the next bulk requests (then all goes well); `bulks` what was asked, by ids."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script: deque[Step] = deque()
        self.bulks: list[list[str]] = []
        self.actions: list[dict[str, Any]] = []
        self.item_status: Callable[[str], int] = lambda _id: 201
        self.refuse_all: int | None = None
        self.version = "8.12.2"
        self.product = "Elasticsearch"
        self.authorizations: set[str | None] = set()
        self.turn = threading.Lock()

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeElasticsearch

    def do_GET(self) -> None:
        self.server.authorizations.add(self.headers.get("authorization"))
        if self.server.refuse_all:
            self._error(self.server.refuse_all)
        elif self.path == "/":
            self._say(200, {"version": {"number": self.server.version}, "tagline": "You Know, for Search"})
        elif self.path.startswith("/_synonyms/"):
            self._error(404)
        elif self.path.startswith("/_alias/"):
            self._say(200, {"news-articles-v1-en": {"aliases": {"news-articles": {}}}})
        else:
            self._say(200, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        if self.server.refuse_all:
            self._error(self.server.refuse_all)
        elif "/_bulk" in self.path:
            self._bulk([json.loads(line) for line in body.splitlines()[::2]])
        else:
            self._say(200, {})

    do_PUT = do_POST

    def _bulk(self, lines: list[dict[str, Any]]) -> None:
        actions = [line["index"] for line in lines]
        with self.server.turn:
            self.server.actions += actions
            self.server.bulks.append([action["_id"] for action in actions])
            step = self.server.script.popleft() if self.server.script else None
        if step == "reset":
            self.close_connection = True
            return
        if isinstance(step, int):
            self._error(step)
            return
        statuses = step if step is not None else [self.server.item_status(action["_id"]) for action in actions]
        self._say(200, {"items": [_item(action, status) for action, status in zip(actions, statuses, strict=True)]})

    def _error(self, status: int) -> None:
        kind, reason = ERRORS.get(status, ("exception", "it went wrong"))
        self._say(status, {"error": {"type": kind, "reason": reason, "root_cause": []}, "status": status})

    def _say(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/vnd.elasticsearch+json;compatible-with=8")
        self.send_header("content-length", str(len(content)))
        if self.server.product:
            self.send_header("x-elastic-product", self.server.product)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _item(action: dict[str, Any], status: int) -> dict[str, Any]:
    item: dict[str, Any] = {"_index": action["_index"], "_id": action["_id"], "status": status}
    if status >= 300:
        kind, reason = ERRORS[status]
        item["error"] = {"type": kind, "reason": reason}
    return {"index": item}


@contextmanager
def fake_elasticsearch() -> Iterator[FakeElasticsearch]:
    """One that listens until the end of the block."""
    with FakeElasticsearch() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
