"""OpenSearch Dashboards 2.5, the open fork of Kibana 7.10: a stand-in that shows in a browser what Kibana would show.

It renders the same data views, saved searches and visualizations and has the same API for saved objects. What Kibana 8
has and it does not know is taken out by `for_stand_in`.
"""

import contextlib
import http.client
import http.server
import json
import re
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from tests.programs import Unavailable, alone, archive_from_npm, ending_with_us, free_port

VERSION = "2.5.0"
PARTS = tuple(f"@dragon-den/install-opensearch-dashboards-{number}@0.0.4" for number in range(1, 4))
ARCHIVE_SHA512 = (
    "9aade46bad66769ec987b1999f574f89e0258b2bb3a0381409fd9a6b07e1fc81"
    "ab21ff47c49e9901df751dbef0e369c1b5fd0f4af8ce4f8e3664b3b774c8eb1d"
)
START_SECONDS = 180
_OF_THE_HOP = {"transfer-encoding", "content-length", "connection", "host", "accept-encoding", "keep-alive"}


@contextlib.contextmanager
def dashboards(elasticsearch: str) -> Iterator[str]:
    """The base address of a server that is ready, in front of this Elasticsearch; it keeps its objects there too."""
    home = _installation()
    with tempfile.TemporaryDirectory(prefix="newsbeam-dashboards-") as name, _proxy(elasticsearch) as proxied:
        place, port = Path(name), free_port()
        config = place / "dashboards.yml"
        config.write_text(
            json.dumps(
                {
                    "server.host": "127.0.0.1",
                    "server.port": port,
                    "path.data": name,
                    "opensearch.hosts": [proxied],
                    "opensearchDashboards.index": f".newsbeam-dashboards-{port}",
                    "map.includeOpenSearchMapsService": False,
                    "logging.quiet": True,
                }
            )
        )
        log = place / "console.log"
        with log.open("wb") as console:
            server = subprocess.Popen(
                [home / "bin" / "opensearch-dashboards", "--config", config, "--allow-root"],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        url = f"http://127.0.0.1:{port}"
        try:
            with ending_with_us(server):
                _wait_until_ready(url, server, log)
                yield url
        finally:
            _forget(elasticsearch, f".newsbeam-dashboards-{port}*")


def for_stand_in(line: str) -> str:
    """An object of Kibana 8 as the stand-in takes it: its migrations end with 7.10, and dashboards have no controls."""
    saved = json.loads(line.replace("kibanaAddFilter", "opensearchDashboardsAddFilter"))
    for key in ("coreMigrationVersion", "migrationVersion"):
        saved.pop(key, None)
    attributes = saved["attributes"]
    attributes.pop("name", None)
    if attributes.pop("controlGroupInput", None):
        saved["references"] = [each for each in saved["references"] if not each["name"].startswith("controlGroup_")]
    if saved["type"] == "dashboard":
        for reference in saved["references"]:  # there a panel's reference is not prefixed with the panel
            reference["name"] = reference["name"].partition(":")[2]
    return json.dumps(saved)


def import_objects(url: str, lines: list[str]) -> dict[str, Any]:
    """What the server says of these objects, as its import of a file takes them."""
    border = "newsbeam-border"
    content = "\n".join(map(for_stand_in, lines))
    body = (
        f'--{border}\r\ncontent-disposition: form-data; name="file"; filename="objects.ndjson"\r\n'
        f"content-type: application/ndjson\r\n\r\n{content}\r\n--{border}--\r\n"
    )
    request = urllib.request.Request(
        f"{url}/api/saved_objects/_import?overwrite=true",
        data=body.encode(),
        headers={"osd-xsrf": "true", "content-type": f"multipart/form-data; boundary={border}"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        said: dict[str, Any] = json.load(answer)
    return said


class _Proxy(http.server.BaseHTTPRequestHandler):
    """Passes everything on, and answers the one question for the server's version with one that is expected."""

    protocol_version = "HTTP/1.1"
    target: ClassVar[str]

    def _forward(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        parts = urlsplit(self.target)
        upstream = http.client.HTTPConnection(parts.hostname or "", parts.port or 9200, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _OF_THE_HOP}
        upstream.request(self.command, self.path, self.rfile.read(length) if length else None, headers)
        answer = upstream.getresponse()
        body = answer.read()
        if self.path == "/" or self.path.startswith("/_nodes"):
            body = re.sub(rb'("(?:number|version)"\s*:\s*")\d+\.\d+\.\d+', rb"\g<1>" + VERSION.encode(), body)
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _OF_THE_HOP:
                self.send_header(name, value)
        own = answer.getheader("content-length") if self.command == "HEAD" else None
        self.send_header("content-length", own or str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        upstream.close()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _forward  # named by http.server

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextlib.contextmanager
def _proxy(elasticsearch: str) -> Iterator[str]:
    handler = type("_ProxyTo", (_Proxy,), {"target": elasticsearch})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def _installation() -> Path:
    """The unpacked archive from the cache, fetched first where it is missing, without the plugins that it carries."""
    with alone("dashboards") as place:
        home = place / f"opensearch-dashboards-{VERSION}"
        if not home.is_dir():
            with tempfile.TemporaryDirectory(dir=place) as name:
                work = Path(name)
                subprocess.run(["tar", "xzf", archive_from_npm(PARTS, ARCHIVE_SHA512, work), "-C", work], check=True)
                shutil.rmtree(work / home.name / "plugins")
                (work / home.name / "plugins").mkdir()
                (work / home.name).replace(home)
    return home


def _wait_until_ready(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        if _is_ready(url):
            return
        if server.poll() is not None or time.monotonic() > deadline:
            tail = log.read_text(errors="replace")[-1500:]
            raise Unavailable(f"the stand-in for Kibana did not start: {tail}")
        time.sleep(0.25)


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/api/status", timeout=10) as answer:
            return bool(json.load(answer)["status"]["overall"]["state"] == "green")
    except (urllib.error.URLError, ConnectionError, TimeoutError, http.client.HTTPException):
        return False


def _forget(elasticsearch: str, pattern: str) -> None:
    with urllib.request.urlopen(f"{elasticsearch}/_cat/indices/{pattern}?format=json&expand_wildcards=all") as answer:
        names = [each["index"] for each in json.load(answer)]
    for name in names:
        urllib.request.urlopen(urllib.request.Request(f"{elasticsearch}/{name}", method="DELETE"), timeout=30).close()
