"""Cuts a file of many records (JSON lines) into parts at record borders, as a stream."""

import json
from collections.abc import Iterator
from typing import NamedTuple, Protocol

HEAD = 1024 * 1024
"""How much of a file is looked at to find out what it is, in bytes."""

_NAMES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")


class Readable(Protocol):
    """Whatever bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""


class Part(NamedTuple):
    """Some whole lines. `first_record` counts lines that are not blank, from 1; no body: one record, too long."""

    first_record: int
    body: bytes | None


def holds_records(name: str, head: bytes) -> bool:
    """Whether a file is one of many records: by its name, or because its first line is a whole JSON object.

    A JSON Feed is not, whatever its name (https://www.jsonfeed.org/version/1.1/: `version` names the format).
    """
    line, newline, _ = head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")
    first = _json_object(line) if newline or len(head) < HEAD else None
    if first is not None and str(first.get("version", "")).startswith("https://jsonfeed.org/"):
        return False
    return first is not None or name.lower().endswith(_NAMES)


def cut_records(stream: Readable, part_bytes: int, longest: int) -> Iterator[Part]:
    """Parts of at most `part_bytes`, which joined give the stream again but for lines longer than that.

    Raises OverflowError for a line of more than `longest` bytes: that is no file of records.
    """
    record, rest = 1, b""
    while block := stream.read(part_bytes - len(rest)):
        body = rest + block
        end = body.rfind(b"\n") + 1
        if not end and len(body) < part_bytes:
            rest = body
            continue
        if not end:
            rest = _skip_line(stream, part_bytes, longest - len(body))
            yield Part(record, None)
            record += 1
            continue
        whole, rest = body[:end], body[end:]
        yield Part(record, whole)
        record += _count(whole)
    if rest:
        yield Part(record, rest)


def _skip_line(stream: Readable, block_bytes: int, allowed: int) -> bytes:
    """Read to the end of the line; gives what was read of the next."""
    while block := stream.read(block_bytes):
        line, newline, rest = block.partition(b"\n")
        if newline:
            return rest
        allowed -= len(line)
        if allowed < 0:
            raise OverflowError
    return b""


def _count(lines: bytes) -> int:
    return sum(1 for line in lines.split(b"\n") if line and not line.isspace())


def _json_object(line: bytes) -> dict[str, object] | None:
    if not line.lstrip().startswith(b"{"):
        return None
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
