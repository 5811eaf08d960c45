"""Shows one article for reading."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from models.article import Article, Precision
from pipelines.cli.hits import language_name
from pipelines.cli.output import plain

_MOST_NAMES = 20


def record(article: Article) -> RenderableType:
    """The article: title, what is known of it, its text."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", justify="right")
    table.add_column(overflow="fold")
    for name, value in _facts(article):
        if value:
            table.add_row(name, Text(plain(value)))
    return Group(
        Rule(style="dim"),
        Text(plain(article.title), style="bold"),
        Padding(table, (1, 0, 1, 0)),
        Text(plain(article.body, lines=True)),
        Text(),
    )


def _facts(article: Article) -> Iterator[tuple[str, str | None]]:
    """Name and value of each field that a reader asks for, in the order of the record."""
    yield "id", article.id
    yield "url", article.url
    yield "source", f"{article.source_name} ({article.origin})"
    yield "section", article.section
    yield "tags", _names(article.tags)
    yield "language", f"{language_name(article.language)} ({article.language})"
    yield "text", f"{article.text_status}, {article.word_count:,} words"
    yield "published", _moment(article.published_at, article.published_at_raw, article.published_at_precision)
    yield "updated", _moment(article.updated_at, article.updated_at_raw, article.updated_at_precision)
    if article.dateline is not None:
        country = f", {article.dateline.country}" if article.dateline.country else ""
        yield "dateline", article.dateline.place + country
    yield "authors", _names(article.authors)
    yield "editors", _names(article.editors)
    yield "agencies", _names(article.agencies)
    yield "people", _names(article.people)
    yield "organizations", _names(article.organizations)
    yield "places", _names(article.places)
    yield "countries", _names(article.countries)
    for quote in article.quotes[:_MOST_NAMES]:
        yield "quote", f"{quote.text} ({quote.speaker})" if quote.speaker else quote.text
    yield "update note", article.update_note
    yield "summary", article.summary


def _names(names: Sequence[str]) -> str:
    more = f", and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def _moment(moment: datetime | None, raw: str | None, precision: Precision | None) -> str | None:
    """The moment in UTC and how it was written; what could not be used is shown as such."""
    if moment is None:
        return f"not understood: {raw}" if raw else None
    text = f"{moment:%Y-%m-%d}" if precision is Precision.DAY else f"{moment:%Y-%m-%d %H:%M:%S} UTC"
    note = " (no zone given)" if precision is Precision.NO_ZONE else ""
    return text + note + (f", written {raw}" if raw else "")
