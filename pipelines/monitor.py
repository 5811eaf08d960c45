"""The little web server of a process that runs without end: `/metrics` for Prometheus, `/healthz` for Kubernetes."""

import json
import logging
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from time import monotonic
from typing import Any
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app

from models.errors import SetupError

STUCK_AFTER = 900.0
"""Seconds without a sign of life; waiting out an index that is away takes up to 300 by default."""

_IDLE = 10
"""Seconds that a client may take for its request."""

_log = logging.getLogger("newsbeam.monitor")

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Health:
    """Whether the loop goes on, and what it waits for."""

    def __init__(self) -> None:
        self.waits_for: str | None = None
        self._alive = monotonic()

    def alive(self) -> None:
        """It has moved on."""
        self._alive = monotonic()

    def state(self) -> dict[str, object]:
        """What `/healthz` says. Who waits for the index is well: starting it anew would not help."""
        quiet = monotonic() - self._alive
        word = "stuck" if quiet > STUCK_AFTER else "waiting" if self.waits_for else "ok"
        return {"status": word, "waits_for": self.waits_for, "seconds_since_life": round(quiet, 1)}


@contextmanager
def monitor(address: str | None, registry: CollectorRegistry, health: Health) -> Iterator[None]:
    """Serve for the time of a `with`; without an address nothing. Raises SetupError where it can't be listened to."""
    if address is None:
        yield
        return
    host, port = _host_and_port(address)
    kind = _Server6 if ":" in host else _Server
    try:
        server = make_server(host, port, _app(registry, health), kind, _Handler)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SetupError(f"--listen: {address} can't be listened to: {reason}") from error
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True)
    thread.start()
    _log.info("listening", extra={"host": host, "port": server.server_port})
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _host_and_port(address: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{address}")
        port = parts.port
    except ValueError:
        port = None
    if port is None or parts.path:
        raise SetupError(f"--listen: '{address}' is no address; write 127.0.0.1:9464, or 0.0.0.0:9464 for all")
    return parts.hostname or "127.0.0.1", port


def _app(registry: CollectorRegistry, health: Health) -> App:
    metrics: App = make_wsgi_app(registry)

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        match environ["PATH_INFO"]:
            case "/metrics":
                return metrics(environ, start_response)
            case "/healthz":
                state = health.state()
                status = "503 Service Unavailable" if state["status"] == "stuck" else "200 OK"
                kind, body = "application/json", json.dumps(state).encode() + b"\n"
            case _:
                status, kind, body = "404 Not Found", "text/plain", b"there are /metrics and /healthz\n"
        start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [body]

    return answer


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Handler(WSGIRequestHandler):
    timeout = _IDLE

    def log_message(self, *_: object) -> None:
        """Requests are not logged."""
