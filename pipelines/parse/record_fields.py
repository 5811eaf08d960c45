"""Which names the fields of a record go by in JSON, and how their values become text."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from models.settings import RecordField

RECORD_FIELDS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "guid", "uri"),
    "url": ("url", "link", "permalink"),
    "title": ("title", "headline"),
    "text": ("text", "body", "content", "body_html", "body_text", "article"),
    "summary": ("summary", "description", "teaser", "abstract"),
    "authors": ("authors", "author", "byline"),
    "language": ("language", "lang"),
    "section": ("section", "category"),
    "tags": ("tags", "keywords"),
    "published": ("published", "published_at", "date", "datePublished", "date_published", "versioncreated"),
    "updated": ("updated", "updated_at", "modified", "dateModified", "date_modified"),
    "image": ("image", "image_url", "thumbnail"),
    "source": ("source", "publisher"),
}
"""The fields of a record in JSON lines, and the names that are understood for each, the first present one wins."""

_SAME = {
    "author": "authors",
    "body": "text",
    "date": "published",
    "image_url": "image",
    "lang": "language",
    "published_at": "published",
    "updated_at": "updated",
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ABSENT = frozenset({"", "?"})
_LONGEST_BLANK = 16
_LATEST_SECOND = 253_402_300_800


def field_names(mapping: Mapping[RecordField, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The names to look for, those of the configuration first."""
    names = dict(RECORD_FIELDS)
    for written, wanted in mapping.items():
        field = _SAME.get(written, written)
        names[field] = (*wanted, *RECORD_FIELDS[field])
    return names


def look_up(record: Mapping[str, object], names: Iterable[str]) -> object:
    """The first of these names that holds something; `null`, blank text, `?` and empty lists hold nothing.

    A name with dots reaches into objects.
    """
    for name in names:
        value = record.get(name)
        if value is None and "." in name:
            value = _reach(record, name)
        if type(value) is str:
            if len(value) > _LONGEST_BLANK or value.strip() not in _ABSENT:
                return value
        elif value is not None and value not in ([], {}):
            return value
    return None


def _reach(record: Mapping[str, object], name: str) -> object:
    value: object = record
    for step in name.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value


def as_text(value: object) -> str | None:
    """A value as text: numbers written out, a list by its first member, an object by its name, title or address."""
    if type(value) is str:
        return value
    for _ in range(3):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = next((value[key] for key in ("name", "title", "url", "value", "text") if value.get(key)), None)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def as_list(value: object) -> list[str]:
    """A list of texts; one text is cut at semicolons, or else at commas."""
    if value is None:
        return []
    if isinstance(value, list):
        return [text for text in map(as_text, value) if text is not None]
    text = as_text(value)
    if text is None:
        return []
    return text.split(";") if ";" in text else text.split(",")


def as_time(value: object) -> str | None:
    """A time as written; numbers count seconds, milliseconds or microseconds since 1970 and become ISO 8601."""
    if isinstance(value, str) and len(value) in (10, 13) and value.isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return as_text(value)
    for divisor in (1, 1000, 1_000_000):
        if abs(value) < _LATEST_SECOND * divisor:
            return _iso(value, divisor)
    return str(value)


def _iso(value: float, divisor: int) -> str:
    try:
        return (_EPOCH + timedelta(microseconds=round(value * 1_000_000 / divisor))).isoformat()
    except (OverflowError, ValueError):
        return str(value)
