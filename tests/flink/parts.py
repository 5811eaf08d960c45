"""What a real Flink is made of, brought into a cache outside the checkout: Flink, and Beam's job server for it."""

import fcntl
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from tests.programs import Unavailable

FLINK = "apache-flink-libraries==1.19.3"
FLINK_SHA256 = "4a58e3a1fb7d83340bc96b6c080624c6d792d69fae5d294b96224775204a9c60"
NEEDED = ("flink-dist-", "log4j-")
"""Of the libraries that are in there; the rest is for SQL."""

POM = Path(__file__).with_name("pom.xml")


class Parts(NamedTuple):
    """Where Flink's libraries lie, and the job server."""

    libraries: Path
    job_server: Path


def parts() -> Parts:
    """The parts from the cache, fetched first where they are missing; one process at a time."""
    if shutil.which("java") is None:
        raise Unavailable("java is not on this machine; install Java 17")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "newsbeam" / "flink"
    cache.mkdir(parents=True, exist_ok=True)
    jar = f"job-server-{sha256(POM.read_bytes()).hexdigest()[:12]}.jar"
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return Parts(_brought(cache / FLINK.replace("==", "-"), _bring_flink), _brought(cache / jar, _bring_job_server))


def _brought(place: Path, bring: Callable[[Path], Path]) -> Path:
    if not place.exists():
        with tempfile.TemporaryDirectory(dir=place.parent) as work:
            bring(Path(work)).replace(place)
    return place


def _bring_flink(work: Path) -> Path:
    """Flink's libraries, out of the archive that PyPI carries."""
    # An environment of its own: pip looks into the archive before it hands it out, and what for it needs then.
    _do(sys.executable, "-m", "venv", str(work / "venv"))
    fetch = [str(work / "venv" / "bin" / "pip"), "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    _do(*fetch, "--dest", str(work), FLINK)
    (archive,) = work.glob("apache*.tar.gz")
    with archive.open("rb") as content:
        digest = sha256()
        while chunk := content.read(1 << 20):
            digest.update(chunk)
    if digest.hexdigest() != FLINK_SHA256:
        raise Unavailable(f"{archive.name} is not the archive that is known: its SHA-256 differs")
    libraries = work / "libraries"
    libraries.mkdir()
    with tarfile.open(archive) as members:
        for member in members:
            name = member.name.rpartition("/")[2]
            if "/deps/lib/" in member.name and name.startswith(NEEDED) and (content := members.extractfile(member)):
                with (libraries / name).open("wb") as file:
                    shutil.copyfileobj(content, file)
    return libraries


def _bring_job_server(work: Path) -> Path:
    """Beam's job server with all that it needs, put together by Maven."""
    if shutil.which("mvn") is None:
        raise Unavailable("mvn is not on this machine, and nothing else puts the job server together; install Maven")
    shutil.copy(POM, work / "pom.xml")
    _do("mvn", "--quiet", "--batch-mode", "--file", str(work / "pom.xml"), "package")
    return work / "target" / "job-server.jar"


def _do(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stdout + done.stderr).strip()[-500:]
        raise Unavailable(f"{' '.join(command[:3])} failed: {said}")
