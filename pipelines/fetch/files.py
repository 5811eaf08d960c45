"""Reads files, plain or gzip, one at a time: whole, or in parts where a file holds many records."""

import os
import stat
from collections.abc import Callable, Iterator
from datetime import datetime
from io import FileIO
from itertools import chain

from models.document import Document, Poll
from models.errors import FetchError
from models.outcome import DocumentStatus, Failure, Polled
from models.settings import FileSettings
from models.source import FileSource
from pipelines import NEWSBEAM_VERSION
from pipelines.fetch.records import BLANK, Overlong, Part, cut, holds_records
from pipelines.fetch.unpack import Corrupt, Unpacker

_READ_AT_ONCE = 256 * 1024
_HIGHEST_RATIO = 250
"""Text never packs better; gzip's limit is 1,032."""

_KINDS = (
    (stat.S_ISDIR, "a directory whose files can't be listed; give it read and execute permission"),
    (stat.S_ISFIFO, "a pipe, not a file"),
    (stat.S_ISSOCK, "a socket, not a file"),
    (stat.S_ISCHR, "a device, not a file"),
    (stat.S_ISBLK, "a device, not a file"),
)


def read_file(
    poll: Poll, source: FileSource, settings: FileSettings, now: Callable[[], datetime]
) -> Iterator[Document | Polled]:
    """Yield the file's documents; what can't be read ends as a failed one. Only this poll's share of the parts."""
    number, (turn, of) = 0, poll.share
    try:
        for found in _documents(source.path, settings, whole=turn == 0):
            if number % of == turn:
                yield _yielded(poll, source, number, found, settings, now())
            number += 1
    except FetchError as error:
        if number % of == turn:
            document = f"{poll.id}#{number}" if number else poll.id
            failure = Failure.of(error, source, origin=source.path, at=now(), newsbeam=NEWSBEAM_VERSION)
            yield _failed(document, source, failure)


def _documents(path: str, settings: FileSettings, *, whole: bool) -> Iterator[bytes | Part | Overlong]:
    """The file's bytes (only if `whole` asks for them), or its parts. Raises FetchError."""
    with _opened(path) as file:
        chunks = _unpacked(path, file, settings)
        head = _head(chunks, settings.part_bytes)
        chunks = chain([head], chunks)
        if not holds_records(path, head):
            if whole:
                yield _joined(path, chunks, settings.max_bytes)
            return
        empty = True
        for part in cut(chunks, settings.part_bytes):
            empty = False
            yield part
        if empty and whole:
            yield b""


def _yielded(
    poll: Poll, source: FileSource, number: int, found: bytes | Part | Overlong, settings: FileSettings, at: datetime
) -> Document | Polled:
    match found:
        case bytes():
            return Document(
                id=poll.id,
                source=source,
                url=source.path,
                body=found,
                fetched_at=at,
                state=poll.state,
                again=poll.again,
            )
        case Part():
            return Document(
                id=f"{poll.id}#{number}",
                source=source,
                url=source.path,
                body=found.body,
                fetched_at=at,
                first_record=found.first_record,
                state=poll.state,
                again=poll.again,
            )
        case Overlong():
            return _failed(f"{poll.id}#{number}", source, _overlong(source, found, settings.part_bytes, at))


def _overlong(source: FileSource, record: Overlong, limit: int, at: datetime) -> Failure:
    origin = f"{source.path}#{record.number}"
    error = FetchError(
        f"Record {record.number} of {source.path} is {record.length:,} bytes long, more than the {limit:,} that"
        " 'files.part_bytes' in newsbeam.yaml allows."
    )
    failure = Failure.of(
        error, source, origin=origin, at=at, newsbeam=NEWSBEAM_VERSION, entry_id=origin, raw=record.start
    )
    return failure.model_copy(update={"raw_hash": record.hash, "raw_length": record.length})


def _failed(document: str, source: FileSource, failure: Failure) -> Polled:
    return Polled(document=document, source_id=source.id, status=DocumentStatus.FAILED, failure=failure)


def _opened(path: str) -> FileIO:
    """A regular file, open for reading; anything else is never opened, since that may wait for ever."""
    try:
        _check_kind(path, os.stat(path).st_mode)
        # Without blocking: it may have become a pipe since it was looked at.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except FileNotFoundError as error:
        if "\\x" in path:
            raise FetchError(f"{path} can't be read: its name is no Unicode; give it another.") from error
        raise FetchError(f"{path} does not exist (any more).") from error
    except OSError as error:
        raise FetchError(f"{path} can't be opened: {error.strerror}.") from error
    file = FileIO(descriptor, closefd=True)
    try:
        _check_kind(path, os.fstat(descriptor).st_mode)
    except FetchError:
        file.close()
        raise
    return file


def _check_kind(path: str, mode: int) -> None:
    for is_kind, words in _KINDS:
        if is_kind(mode):
            raise FetchError(f"{path} is {words}.")


def _unpacked(path: str, file: FileIO, settings: FileSettings) -> Iterator[bytes]:
    """The file's bytes, unpacked where they are gzip. Raises FetchError for damaged and for bomb-like data."""
    unpacker = Unpacker("gzip")
    read = given = 0
    try:
        while data := file.read(_READ_AT_ONCE):
            read += len(data)
            for piece in unpacker.pieces(data):
                given += len(piece)
                if given > settings.max_bytes and given > _HIGHEST_RATIO * read:
                    raise FetchError(
                        f"{path} unpacks to more than {_HIGHEST_RATIO} times its size, as only a bomb does."
                    )
                yield piece
        yield from unpacker.rest()
    except Corrupt as error:
        raise FetchError(f"{path} can't be unpacked as gzip: {error}.") from error
    except OSError as error:
        raise FetchError(f"{path} can't be read: {error.strerror}.") from error


def _head(chunks: Iterator[bytes], most: int) -> bytes:
    """The beginning, with the first line that is not blank whole if it is not longer than `most`."""
    head = bytearray()
    for chunk in chunks:
        head += chunk
        if len(head) > most or b"\n" in head.lstrip(BLANK + b"\n"):
            break
    return bytes(head)


def _joined(path: str, chunks: Iterator[bytes], limit: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > limit:
            raise FetchError(
                f"{path} is larger, unpacked, than the {limit:,} bytes that 'files.max_bytes' in newsbeam.yaml allows."
            )
    return bytes(body)
