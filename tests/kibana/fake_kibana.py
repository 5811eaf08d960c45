"""Something that speaks like Kibana's API for saved objects: for refusals that a real one has seldom."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

Saved = dict[str, Any]


class FakeKibana(ThreadingHTTPServer):
    """`objects` holds what is saved in each space; each import gives all it writes the next time of the clock.

    `answers` holds what it says instead, by path.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.version: str | None = "8.12.2"
        self.spaces = ["default", "desk"]
        self.objects: dict[str, dict[tuple[str, str], Saved]] = {}
        self.key: str | None = None
        self.forbidden = False
        self.starting = False
        self.refused_type: str | None = None
        self.imports = 0
        self.answers: dict[str, bytes] = {}
        self.authorizations: set[str | None] = set()
        self._clock = count()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def saved(self, space: str = "default") -> dict[tuple[str, str], Saved]:
        """What is saved in a space."""
        return self.objects.setdefault(space, {})

    def now(self) -> str:
        """A time that was not there before."""
        return f"2026-01-01T00:00:{next(self._clock):06.3f}Z"

    def edit(self, id_: str, space: str = "default", **attributes: Any) -> None:
        """What happens when somebody saves an object with these attributes."""
        key = next(key for key in self.saved(space) if key[1] == id_)
        saved = self.saved(space)[key]
        self.saved(space)[key] = saved | {"attributes": saved["attributes"] | attributes, "updated_at": self.now()}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeKibana

    def do_GET(self) -> None:
        if self._refused():
            return
        if self.path == "/api/status":
            known = {"version": {"number": self.server.version}} if self.server.version else {}
            self._say(200, {"name": "kibana", "status": {"overall": {"level": "available"}}} | known)
        elif self.path == "/api/spaces/space":
            self._say(200, [{"id": space, "name": space} for space in self.server.spaces])
        else:
            self._error(404, "Not Found")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self._refused():
            return
        space, _, what = re.fullmatch(r"(?:/s/([^/]+))?(/api/saved_objects/)(.+)", self.path).groups()  # type: ignore[union-attr]
        if "kbn-xsrf" not in self.headers:
            self._error(400, "Request must contain a kbn-xsrf header.")
        elif self.server.forbidden:
            self._error(403, "Unable to bulk_create dashboard,index-pattern,search,visualization")
        elif what == "_export":
            self._export(self.server.saved(space or "default"), json.loads(body)["objects"])
        elif what == "_import?overwrite=true":
            self._import(self.server.saved(space or "default"), _file(body))
        else:
            self._error(404, "Not Found")

    def _export(self, saved: dict[tuple[str, str], Saved], asked: list[dict[str, str]]) -> None:
        missing = [each for each in asked if (each["type"], each["id"]) not in saved]
        if missing:
            errors = [each | {"error": {"statusCode": 404, "error": "Not Found"}} for each in missing]
            self._error(400, "Error fetching objects to export", attributes={"objects": errors})
            return
        lines = "\n".join(json.dumps(saved[each["type"], each["id"]]) for each in asked)
        self._send(200, lines.encode(), "application/ndjson")

    def _import(self, saved: dict[tuple[str, str], Saved], lines: list[Saved]) -> None:
        self.server.imports += 1
        now = self.server.now()
        there = saved.keys() | {(each["type"], each["id"]) for each in lines}
        errors = []
        for each in lines:
            lost = [needed for needed in each["references"] if (needed["type"], needed["id"]) not in there]
            about = {"type": each["type"], "id": each["id"]}
            if each["type"] == self.server.refused_type:
                errors.append(about | {"error": {"type": "unsupported_type"}})
            elif lost:
                errors.append(about | {"error": {"type": "missing_references", "references": lost}})
            else:
                saved[each["type"], each["id"]] = each | {"updated_at": now}
        done = len(lines) - len(errors)
        self._say(200, {"success": not errors, "successCount": done} | ({"errors": errors} if errors else {}))

    def _refused(self) -> bool:
        self.server.authorizations.add(self.headers.get("authorization"))
        if (answer := self.server.answers.get(self.path.partition("?")[0])) is not None:
            self._send(200, answer, "application/json")
        elif self.server.starting:
            self._send(503, b"Kibana server is not ready yet", "text/html")
        elif self.server.key and self.headers.get("authorization") != f"ApiKey {self.server.key}":
            self._error(401, "Unauthorized")
        else:
            return False
        return True

    def _error(self, status: int, message: str, **more: Any) -> None:
        self._say(status, {"statusCode": status, "error": "Error", "message": message} | more)

    def _say(self, status: int, value: Any) -> None:
        self._send(status, json.dumps(value).encode(), "application/json")

    def _send(self, status: int, content: bytes, media_type: str) -> None:
        self.send_response(status)
        self.send_header("content-type", media_type)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def _file(body: bytes) -> list[Saved]:
    """The objects in the one file of a form."""
    _, _, rest = body.partition(b"\r\n\r\n")
    content, _, _ = rest.rpartition(b"\r\n--")
    return [json.loads(line) for line in content.decode().splitlines()]


@contextmanager
def fake_kibana() -> Iterator[FakeKibana]:
    """One that listens until the end."""
    server = FakeKibana()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
