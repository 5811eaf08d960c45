"""What the disk says when it refuses, and whose turn it is to write."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EACCES, EMFILE, ENFILE, ENOTDIR, EPERM, EROFS
from pathlib import Path

from models.errors import DISK_FULL, NewsbeamError, SetupError, TryLater

_REFUSED = frozenset({EACCES, EPERM, EROFS, ENOTDIR})
_TOO_MANY_FILES = frozenset({EMFILE, ENFILE})
_DAMAGE = ("corrupt", "incompatible", "doesnotexist", "failed to open the directory")
_LITTLE = 1 << 20
"""Bytes; where less than this is free, a writer that failed without a reason failed for want of room."""


@contextmanager
def disk_errors(directory: Path) -> Iterator[None]:
    """Turn what the operating system refuses below this directory into SetupError or TryLater."""
    try:
        yield
    except OSError as error:
        meaning = _meaning(error.errno or 0, directory)
        if meaning is None:
            raise
        raise meaning from error
    except ValueError as error:  # tantivy's only exception
        number = re.search(r"\(os error (\d+)\)|code: (\d+),", str(error))
        meaning = _meaning(int(number[1] or number[2]) if number else 0, directory) or _damage(error, directory)
        if meaning is None:
            raise
        raise meaning from error


@contextmanager
def turn(directory: Path) -> Iterator[None]:
    """Wait for the one turn to write in this directory, and hold it. A dead process's turn is over at once."""
    with disk_errors(directory):
        descriptor = os.open(directory / "write.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _meaning(number: int, directory: Path) -> NewsbeamError | None:
    if number in DISK_FULL:
        return TryLater(f"The disk that holds {directory} is full; make room and run again, nothing is lost.")
    if number in _REFUSED:
        return SetupError(
            f"The index in {directory} can't be used ({os.strerror(number)}); who reads it must be able to write there"
            " too, since readers lock its files: change its owner or name another."
        )
    if number in _TOO_MANY_FILES:
        return TryLater(f"Too many files are open to read the index in {directory}; raise the limit with ulimit -n.")
    return None


def _damage(error: ValueError, directory: Path) -> NewsbeamError | None:
    said = str(error)
    if any(sign in said.lower() for sign in _DAMAGE):
        return SetupError(
            f"The index in {directory} is damaged or of another version ({said[:200]}); remove it and ingest again."
        )
    room = os.statvfs(directory) if directory.exists() else None
    if room is not None and room.f_bavail * room.f_frsize < _LITTLE:
        return TryLater(f"The disk that holds {directory} is full; make room and run again, nothing is lost.")
    return None
