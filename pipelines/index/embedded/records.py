"""Between articles and tantivy's documents."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError
from tantivy import Document

from models.article import Article
from models.document import Known
from models.errors import SetupError
from pipelines.index.embedded.analysis import Analysis
from pipelines.index.embedded.schema import ARTICLE, ID, ID_ORDER, KNOWN, PRESENT, exact, spelled
from pipelines.index.fields import SEARCHABLE, Kind
from pipelines.names import fold_name

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SEARCHABLE = tuple((name, name.split("."), kind) for name, kind in SEARCHABLE.items())


def to_microseconds(at: datetime) -> int:
    """An instant as tantivy holds it: microseconds since 1970, exactly."""
    return (at - _EPOCH) // _MICROSECOND


def id_order(article_id: str) -> int:
    """The first eight bytes of an id as a number, so that numbers sort as ids do."""
    return int.from_bytes(article_id.encode()[:8].ljust(8, b"\0"), "big")


def to_document(article: Article, analysis: Analysis) -> Document:
    """The document of an article, with all that is searched and the record itself."""
    document = Document()
    for name, path, kind in _SEARCHABLE:
        for value in _values(article, path):
            match kind:
                case Kind.TEXT:
                    analysis.add(document, name, value)
                    document.add_text(exact(name), value)
                    if value:
                        document.add_text(PRESENT, name)
                case Kind.KEYWORD:
                    document.add_text(name, value)
                case Kind.NAME:
                    document.add_text(name, value)
                    document.add_text(spelled(name), fold_name(value))
                case Kind.DATE:
                    document.add_integer(name, to_microseconds(value))
                case _:
                    document.add_integer(name, value)
    document.add_text(ID, article.id)
    document.add_unsigned(ID_ORDER, id_order(article.id))
    document.add_text(KNOWN, _known_text(article))
    document.add_bytes(ARTICLE, article.model_dump_json().encode())
    return document


def texts_of(article: Article, field: str) -> Iterator[str]:
    """What stands in a text field of an article: one text, or one from each of its parts."""
    return _values(article, field.split("."))


def to_article(document: Document) -> Article:
    """The article that a document was made from. Raises SetupError for one of another generation of Newsbeam."""
    try:
        return Article.model_validate_json(bytes(document.get_first(ARTICLE) or b""))
    except ValidationError as error:
        first = error.errors()[0]
        raise SetupError(
            "The index holds an article that this version of Newsbeam can't read"
            f" ({'.'.join(map(str, first['loc']))}: {first['msg']}); use the version that wrote it, or remove it."
        ) from error


def to_known(text: str, index: str) -> Known:
    """What the field `_known` says of an article in this index."""
    id_, owner, rank, entry_hash, content_hash, first_seen, revision, version, status, fetched = json.loads(text)
    return Known(
        id=id_,
        index=index,
        owner=owner,
        owner_rank=rank,
        entry_hash=entry_hash,
        content_hash=content_hash,
        first_seen_at=_EPOCH + first_seen * _MICROSECOND,
        revision=revision,
        version=version,
        text_status=status,
        fetched_at=_EPOCH + fetched * _MICROSECOND,
    )


def _known_text(article: Article) -> str:
    parts = (
        article.id,
        article.source_id,
        article.source_rank,
        article.entry_hash,
        article.content_hash,
        to_microseconds(article.first_seen_at),
        article.revision,
        article.version,
        article.text_status.value,
        to_microseconds(article.fetched_at),
    )
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


def _values(value: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(value, tuple):
        for each in value:
            yield from _values(each, path)
    elif path:
        yield from _values(getattr(value, path[0], None), path[1:])
    elif value is not None:
        yield value
