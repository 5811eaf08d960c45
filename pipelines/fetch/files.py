"""Reads a file, plain or gzip, as one document or as the parts of many records."""

import gzip
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from models.document import Document, Poll
from models.errors import FetchError
from models.outcome import DocumentStatus, Failure, Polled
from models.settings import FileSettings
from models.source import FileSource
from pipelines import NEWSBEAM_VERSION
from pipelines.fetch.records import HEAD, cut_records, holds_records

_GZIP = b"\x1f\x8b"


def read_file(poll: Poll, settings: FileSettings, now: Callable[[], datetime]) -> Iterator[Document | Polled]:
    """The documents of a file, of those parts that are this poll's share.

    What can't be read is a failed Polled; parts before a fault are read all the same. A file without content is
    one document without content.
    """
    source = poll.source
    assert isinstance(source, FileSource)
    mine, shares = poll.share
    part = 0
    try:
        with _open(source.path) as stream:
            for first_record, body in _bodies(source, stream, settings):
                if part % shares == mine:
                    yield _document(poll, part, first_record, body, settings, now())
                part += 1
    except FetchError as error:
        # Every share meets the fault at the same part; one of them reports it.
        if part % shares == mine:
            yield _failed(poll, part, error, now())


def _bodies(source: FileSource, stream: IO[bytes], settings: FileSettings) -> Iterator[tuple[int | None, bytes | None]]:
    """Bodies with the number of their first record; a record that is too long has none."""
    path = source.path
    with _reading(path):
        head = stream.read(HEAD)
    if head and holds_records(source.name, head):
        parts = cut_records(_Rejoined(head, stream), settings.part_bytes, settings.max_bytes)
        while True:
            with _reading(path):
                part = next(parts, None)
            if part is None:
                return
            yield part
    with _reading(path):
        body = head + stream.read(settings.max_bytes + 1 - len(head))
    if len(body) > settings.max_bytes:
        raise FetchError(
            f"{path} unpacks to more than {settings.max_bytes} bytes; raise files.max_bytes, or cut it into JSON lines"
        )
    yield None, body


@dataclass
class _Rejoined:
    """A stream with the head that was already read in front of it."""

    head: bytes
    stream: IO[bytes]

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; less only at the end of the head or of the stream."""
        if self.head:
            found, self.head = self.head[:size], self.head[size:]
            return found
        return self.stream.read(size)


@contextmanager
def _open(path: str) -> Iterator[IO[bytes]]:
    """The file unpacked. Never blocks: what is no regular file is refused before it is read."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise FetchError(f"can't open {path}: {error.strerror}") from error
    with os.fdopen(number, "rb") as file:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise FetchError(f"{path} is no regular file; only files can be read")
        packed = file.peek(2)[:2] == _GZIP
        if packed:
            with gzip.GzipFile(fileobj=file) as unpacked:
                yield unpacked  # type: ignore[misc]  # a GzipFile reads like an IO[bytes]
        else:
            yield file


@contextmanager
def _reading(path: str) -> Iterator[None]:
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FetchError(f"{path} is gzip that breaks off or is corrupt: {error}") from error
    except OverflowError as error:
        raise FetchError(f"{path} has a line longer than files.max_bytes: no file of records") from error
    except OSError as error:
        raise FetchError(f"can't read {path}: {error.strerror or error}") from error


def _document(
    poll: Poll, part: int, first_record: int | None, body: bytes | None, settings: FileSettings, at: datetime
) -> Document | Polled:
    if body is None:
        limit = settings.part_bytes
        error = FetchError(
            f"record {first_record} of {poll.source.id} is longer than {limit} bytes; raise files.part_bytes"
        )
        return _failed(poll, part, error, at)
    return Document(
        id=_part_id(poll, part, first_record),
        source=poll.source,
        url=poll.source.id,
        body=body,
        fetched_at=at,
        first_record=first_record,
        again=poll.again,
    )


def _failed(poll: Poll, part: int, error: FetchError, at: datetime) -> Polled:
    failure = Failure.of(error, poll.source, origin=poll.source.id, at=at, newsbeam=NEWSBEAM_VERSION)
    return Polled(
        document=_part_id(poll, part, part),
        source_id=poll.source.id,
        status=DocumentStatus.FAILED,
        failure=failure,
    )


def _part_id(poll: Poll, part: int, first_record: int | None) -> str:
    return poll.id if first_record is None else f"{poll.id}#{part}"
