"""JSON lines: one object a line is one entry; a bad line fails alone."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic_core import from_json

from models.article import TextStatus
from models.document import Document
from models.settings import FileSettings
from pipelines.parse.decode import decode, wide_encoding
from pipelines.parse.found import Found, Item, Unread, provenance
from pipelines.parse.identity import canonical_url, web_link
from pipelines.parse.json_text import read_json
from pipelines.parse.markup import Markup, one_line, read_text
from pipelines.parse.names import clean_names, clean_tags
from pipelines.parse.record_fields import as_list, as_text, as_time, field_names, look_up

RECORD_LIMIT = 16 * 2**20
"""A longer line is no article."""

_NO_TEXT = Markup("")

Names = Mapping[str, tuple[str, ...]]


def read_records(document: Document, files: FileSettings) -> Found:
    """Every line of JSON lines, or the objects of one JSON value. Raises SetupError for a wrong mapping."""
    names = field_names(files.mapping)
    items: list[Item] = []
    unread: list[Unread] = []
    for number, line in _lines(document):
        value = _value(line)
        if isinstance(value, dict):
            items.append(_item(value, names, number))
        else:
            unread.append(Unread(number, _reason(number, document.url, value), line))
    return Found(kind="record", items=tuple(items), unread=tuple(unread))


def _lines(document: Document) -> Iterator[tuple[int, bytes]]:
    """Records with their number in the file; blank lines are none, and do not count."""
    body = document.body
    if wide_encoding(body[:400]) is not None:
        body = decode(body).encode()
    number = document.first_record or 1
    for line in _one_value(body) if document.first_record is None else body.split(b"\n"):
        line = line.strip(b" \t\r\xef\xbb\xbf")
        if line:
            yield number, line
            number += 1


def _one_value(body: bytes) -> list[bytes]:
    """The lines; where all of them are one JSON value, that value's objects as a line each."""
    lines = body.split(b"\n")
    first = next((line for line in lines if line.strip()), b"")
    if len(first) > RECORD_LIMIT or isinstance(_value(first.strip(b" \t\r\xef\xbb\xbf")), dict):
        return lines
    whole = _value(body.strip(b" \t\r\n\xef\xbb\xbf"), RECORD_LIMIT * 4)
    if isinstance(whole, list):
        return [json.dumps(value, ensure_ascii=True).encode() for value in whole]
    if isinstance(whole, dict):
        return [json.dumps(whole, ensure_ascii=True).encode()]
    # Where no line is a record either, it is one broken value and not as many as it has lines.
    return lines if any(isinstance(_value(line.strip()), dict) for line in lines) else [body]


class _NoJson:
    """Stands for a line that is no JSON."""

    def __init__(self, error: str) -> None:
        self.error = error


def _value(line: bytes, limit: int = RECORD_LIMIT) -> object:
    """The line's value. Python's own parser gets a second try: it takes raw control characters."""
    if len(line) > limit:
        return _NoJson(f"it is {len(line):,} bytes long, and at most {limit:,} are read")
    try:
        return from_json(line)
    except ValueError as error:
        first_error = str(error)
    try:
        return read_json(decode(line))
    except (ValueError, RecursionError):
        return _NoJson(first_error)


def _reason(number: int, url: str, value: object) -> str:
    if isinstance(value, _NoJson):
        return f"Record {number} of {url} is no JSON: {value.error}."
    return f"Record {number} of {url} is {_kind(value)}, and a record must be an object."


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a truth value"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "a number"


def _item(record: dict[str, Any], names: Names, number: int) -> Item:
    guid = _line(as_text(look_up(record, names["id"])), 2000)
    url = canonical_url(as_text(look_up(record, names["url"])) or "") or canonical_url(guid or "")
    title = _line(as_text(look_up(record, names["title"])))
    text = _text(record, names["text"])
    summary = _text(record, names["summary"]).text or None
    authors = clean_names(as_list(look_up(record, names["authors"])))
    published = _line(as_time(look_up(record, names["published"])), 500)
    updated = _line(as_time(look_up(record, names["updated"])), 500)
    language = _line(as_text(look_up(record, names["language"])), 100)
    body = text.text or summary
    return Item(
        guid=guid,
        url=url,
        title=title,
        summary=summary if summary != body else None,
        body=body,
        text_status=TextStatus.FULL if text.text else TextStatus.TEASER,
        authors=authors,
        tags=clean_tags(as_list(look_up(record, names["tags"]))),
        section=_line(as_text(look_up(record, names["section"])), 1000),
        language=language,
        image_url=web_link(as_text(look_up(record, names["image"]))) or web_link(text.image),
        published=published,
        updated=updated,
        channel_name=_line(as_text(look_up(record, names["source"])), 1000),
        number=number,
        provenance=provenance(
            "record",
            title=title,
            body=body,
            authors=authors,
            published_at=published,
            updated_at=updated,
            language=language,
        ),
    )


def _line(text: str | None, limit: int = 10_000) -> str | None:
    return one_line(text, limit) or None if text else None


def _text(record: dict[str, Any], names: tuple[str, ...]) -> Markup:
    value = look_up(record, names)
    if isinstance(value, list):
        value = "\n\n".join(part for part in map(as_text, value) if part)
    written = as_text(value)
    return read_text(written) if written else _NO_TEXT
