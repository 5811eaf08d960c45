"""The stand-in behind the face of Kibana 8: `newsbeam kibana install` reaches its saved objects."""

import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from kibana.dashboards_server import for_stand_in


class _Face(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    target: ClassVar[str]

    def do_GET(self) -> None:
        self._say(200, json.dumps({"version": {"number": "8.0.0"}, "status": {}}).encode(), "application/json")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path.startswith("/api/saved_objects/_import"):
            body = re.sub(rb"(?m)^\{.*\}(?=\r?$)", lambda line: for_stand_in(line[0].decode()).encode(), body)
        headers = {"osd-xsrf": self.headers["kbn-xsrf"], "content-type": self.headers["content-type"]}
        request = urllib.request.Request(self.target + self.path, data=body, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                self._say(answer.status, answer.read(), answer.headers["content-type"])
        except urllib.error.HTTPError as error:
            self._say(error.code, error.read(), error.headers["content-type"])

    def _say(self, status: int, content: bytes, media_type: str) -> None:
        self.send_response(status)
        self.send_header("content-type", media_type)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def kibana_face(dashboards: str) -> Iterator[str]:
    """The address that Newsbeam is told."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("_FaceOf", (_Face,), {"target": dashboards}))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
