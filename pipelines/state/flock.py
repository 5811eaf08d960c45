"""The lock of a directory on this machine: held by one process, free at once when that process is gone."""

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from models.errors import DISK_FULL, SetupError, TryLater


@contextmanager
def exclusive(path: Path, now: datetime) -> Iterator[None]:
    """Hold the lock file; it says who holds it since `now`. Raises TryLater that names the holder there is."""
    descriptor = _open(path)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise TryLater(f"Another run holds the index in {path.parent}: {_holder(descriptor)}.") from error
        _sign(descriptor, path, now)
        try:
            yield
        finally:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise _meaning(error, path) from error


def _sign(descriptor: int, path: Path, now: datetime) -> None:
    holder = {"host": socket.gethostname(), "pid": os.getpid(), "since": now.isoformat(timespec="seconds")}
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(holder).encode(), 0)
    except OSError as error:
        raise _meaning(error, path) from error


def _holder(descriptor: int) -> str:
    try:
        holder = json.loads(os.pread(descriptor, 4096, 0))
        return f"process {holder['pid']} on {holder['host']} since {holder['since']}"
    except (ValueError, KeyError, TypeError):
        return "a process that has only just begun or is about to end"


def _meaning(error: OSError, path: Path) -> SetupError | TryLater:
    if error.errno in DISK_FULL:
        return TryLater(f"The disk that holds {path} is full; make room and run again, nothing is lost.")
    return SetupError(f"{path} can't be written ({error.strerror}); run newsbeam index setup, or change its owner.")
