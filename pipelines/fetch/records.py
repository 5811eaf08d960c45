"""Cuts a stream of JSON lines at the borders of records, in bounded memory."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import NamedTuple

from pydantic_core import from_json

from models.outcome import RAW_LIMIT

BLANK = b" \t\r\xef\xbb\xbf"
"""A line of nothing but these (a byte order mark among them) is no record; the same as Parse holds it."""

_NAMES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
_JSON_FEED = ("https://jsonfeed.org/", "http://jsonfeed.org/", "https://www.jsonfeed.org/")
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\x0c\r\x1b")


class Part(NamedTuple):
    """Whole lines with at least one record; `first_record` counts from 1."""

    first_record: int
    records: int
    body: bytes


class Overlong(NamedTuple):
    """A record longer than a part may be: its number, its first bytes, and of all of them length and SHA-256."""

    number: int
    start: bytes
    length: int
    hash: str


def holds_records(name: str, head: bytes) -> bool:
    """Whether a file is one of many records, by its name and its beginning (unpacked, with the first line whole).

    By content: its first line is a JSON object and no JSON Feed. By name: it is called .jsonl or .ndjson and is
    neither binary nor markup nor UTF-16.
    """
    first = first_line(head)
    if head.startswith(_WIDE_MARKS):
        return False
    if _is_record(first):
        return True
    sample = head[:512]
    binary = len(sample) - len(sample.translate(None, _CONTROLS)) > max(8, len(sample) // 20)
    return name.lower().endswith(_NAMES) and not binary and not first.startswith(b"<")


def first_line(head: bytes) -> bytes:
    """The first line that is not blank, without what surrounds it."""
    return head.lstrip(BLANK + b"\n").partition(b"\n")[0].strip(BLANK)


def cut(chunks: Iterable[bytes], part_bytes: int) -> Iterator[Part | Overlong]:
    """Parts of at most `part_bytes`, each of whole lines; all that was cut, in order, without a byte lost.

    A line that is longer (its end included) is named instead, and the stream goes on behind it. Parts of blank lines
    alone are left out. Where the cuts fall depends on the bytes alone, not on how they come in chunks.
    """
    number = 1
    buffer = bytearray()
    overlong: _Skipped | None = None
    for chunk in chunks:
        buffer += chunk
        while overlong is not None or len(buffer) > part_bytes:
            if overlong is None:
                end = buffer.rfind(b"\n", 0, part_bytes) + 1
                if end == 0:
                    overlong = _Skipped()
                    continue
                part = _part(number, bytes(buffer[:end]))
                del buffer[:end]
                if part.records:
                    yield part
                    number += part.records
            elif overlong.take(buffer):
                if not overlong.blank:
                    yield overlong.as_record(number)
                    number += 1
                overlong = None
            else:
                break
    if overlong is not None:
        if not overlong.blank:
            yield overlong.as_record(number)
    elif (part := _part(number, bytes(buffer))).records:
        yield part


def _part(number: int, body: bytes) -> Part:
    return Part(number, sum(1 for line in body.split(b"\n") if line.strip(BLANK)), body)


class _Skipped:
    """A line that is passed over while it streams by."""

    def __init__(self) -> None:
        self.start = b""
        self.length = 0
        self.blank = True
        self.hash = sha256()

    def take(self, buffer: bytearray) -> bool:
        """Take the line's bytes out of the buffer; true when its end was among them."""
        end = buffer.find(b"\n")
        taken = bytes(buffer) if end < 0 else bytes(buffer[:end])
        del buffer[: len(taken) + (end >= 0)]
        self.start += taken[: RAW_LIMIT - len(self.start)]
        self.length += len(taken)
        self.blank = self.blank and not taken.strip(BLANK)
        self.hash.update(taken)
        return end >= 0

    def as_record(self, number: int) -> Overlong:
        return Overlong(number, self.start, self.length, self.hash.hexdigest())


def _is_record(line: bytes) -> bool:
    if not line.startswith(b"{"):
        return False
    try:
        value = from_json(line)
    except ValueError:
        return False
    return isinstance(value, dict) and not str(value.get("version", "")).startswith(_JSON_FEED)
