"""A real HTTP server on this machine that answers as good and bad servers do."""

import gzip
import threading
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

from corpus import rss

from pipelines.fetch import robots

FEED = rss(3)
HTML = b"<html><head><title>Sorry</title></head><body><h1>Out of order</h1></body></html>"
PAGE = (
    b"<html><head><title>The long story</title></head><body><article><h1>The long story</h1>"
    + b"".join(b"<p>Paragraph %d of the story says what happened in the harbour that day.</p>" % n for n in range(12))
    + b"</article></body></html>"
)


class Server(ThreadingHTTPServer):
    """`seen` holds the headers of every request, by path; `feeds` what test code wants served."""

    daemon_threads = True
    request_queue_size = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: dict[str, list[dict[str, str]]] = defaultdict(list)
        self.feeds: dict[str, bytes] = {}
        self.robots = b"User-agent: *\nDisallow: /private/\n"
        self.robots_status = 200
        self.under_way = 0
        self.most_under_way = 0
        self.counting = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are what we are here for."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.seen[path].append({name.lower(): value for name, value in self.headers.items()})
        with self.server.counting:
            self.server.under_way += 1
            self.server.most_under_way = max(self.server.most_under_way, self.server.under_way)
        try:
            if path in self.server.feeds:
                self.validated(self.server.feeds[path])
            else:
                ANSWERS.get(path.split("/")[1], Handler.missing)(self)
        finally:
            with self.server.counting:
                self.server.under_way -= 1

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def answer(self, body: bytes, status: int = 200, kind: str = "application/rss+xml", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def validated(self, body: bytes) -> None:
        """An honest server: validators that follow the content."""
        etag = f'"{zlib.crc32(body):x}"'
        if self.headers.get("If-None-Match") == etag:
            self.answer(b"", 304, ETag=etag)
        else:
            self.answer(body, ETag=etag, Last_Modified="Thu, 01 Jan 2026 12:00:00 GMT")

    def missing(self) -> None:
        self.answer(HTML, 404, "text/html")

    def lying(self) -> None:
        """Validators that change each time though the content does not."""
        self.answer(FEED, ETag=f'"{time.monotonic_ns()}"')

    def stuck(self) -> None:
        """A 304 whatever it is asked."""
        self.answer(b"", 304) if "If-None-Match" in self.headers else self.answer(FEED, ETag='"stuck"')

    def drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(600):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.05)

    def endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(10_000):
            self.wfile.write(b"x" * 65536)

    def bomb(self) -> None:
        self.answer(gzip.compress(bytes(100 * 2**20)), Content_Encoding="gzip")

    def loop(self) -> None:
        self.answer(b"", 302, Location="/loop")

    def hops(self) -> None:
        """/hops/3 sends on three times."""
        left = int(self.path.rsplit("/", 1)[1])
        self.answer(FEED) if left == 0 else self.answer(b"", 307, Location=f"/hops/{left - 1}")

    def elsewhere(self) -> None:
        """/elsewhere?ADDRESS redirects there."""
        self.answer(b"", 301, Location=self.path.partition("?")[2])

    def status(self) -> None:
        """/status/503 answers so."""
        self.answer(HTML, int(self.path.partition("?")[0].rsplit("/", 1)[1]), "text/html")

    def wait_seconds(self) -> None:
        self.answer(b"", 429, Retry_After="7200")

    def wait_date(self) -> None:
        self.answer(b"", 503, Retry_After=formatdate(time.time() + 7200, usegmt=True))

    def broken_off(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "10000")
        self.end_headers()
        self.wfile.write(FEED[:100])
        self.close_connection = True

    def broken_gzip(self) -> None:
        self.answer(gzip.compress(FEED)[:-20], Content_Encoding="gzip")

    def gzipped(self) -> None:
        self.answer(gzip.compress(FEED), Content_Encoding="gzip")

    def deflated(self) -> None:
        self.answer(zlib.compress(FEED), Content_Encoding="deflate")

    def raw_deflated(self) -> None:
        packer = zlib.compressobj(wbits=-15)
        self.answer(packer.compress(FEED) + packer.flush(), Content_Encoding="deflate")

    def brotli(self) -> None:
        self.answer(b"\x0b\x02\x80hello\x03", Content_Encoding="br")

    def html(self) -> None:
        self.answer(HTML, kind="text/html")

    def typed(self) -> None:
        """/typed/text/html is a feed that is called so."""
        self.answer(FEED, kind=self.path.removeprefix("/typed/"))

    def nonsense(self) -> None:
        self.wfile.write(b"HTTP/9.9 what\r\n\r\n")
        self.close_connection = True

    def hang_up(self) -> None:
        self.close_connection = True

    def slow(self) -> None:
        time.sleep(0.3)
        self.answer(FEED)

    def said(self) -> None:
        """/said?Name=value is a feed with these headers."""
        headers = dict(parse_qsl(self.path.partition("?")[2]))
        self.answer(FEED, **{name.replace("-", "_"): value for name, value in headers.items()})

    def page(self) -> None:
        self.answer(PAGE, kind="text/html; charset=utf-8")

    def robots(self) -> None:
        self.answer(self.server.robots, self.server.robots_status, "text/plain")


PLAIN = (
    *("lying", "stuck", "drip", "endless", "bomb", "loop", "hops", "elsewhere", "status", "wait_seconds", "wait_date"),
    *("broken_off", "broken_gzip", "gzipped", "deflated", "raw_deflated", "brotli", "html", "nonsense", "hang_up"),
    *("slow", "page", "typed", "said"),
)

ANSWERS: dict[str, Callable[[Handler], None]] = {
    "feed": lambda handler: handler.validated(FEED),
    "private": Handler.page,
    "robots.txt": Handler.robots,
    **{name.replace("_", "-"): getattr(Handler, name) for name in PLAIN},
}


@contextmanager
def serve() -> Iterator[Server]:
    """A server for the time of a `with`."""
    # What this process was told by an earlier server of the same port holds no longer.
    robots.forget()
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
