"""`newsbeam tag`: the entities in a text, or the tag of each token."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from models.errors import EnrichError, SetupError
from models.settings import EnrichSettings
from models.tagging import TaggedText
from pipelines.cli.hits import language_name
from pipelines.cli.options import ConfigOption, IndexOption, JsonOption, settings_for
from pipelines.cli.output import complain, emit, emit_bytes, messages, output, plain
from pipelines.cli.progress import waiting
from pipelines.cli.recognizing import (
    ExtractorOption,
    FileArgument,
    LanguageOption,
    language_of,
    named,
    opened,
    recognizer_for,
    settings_with,
)
from pipelines.languages import UNDETERMINED

if TYPE_CHECKING:
    from pipelines.enrich.columns import Row

_TOLD_BY = 400
"""Tokens that the language is detected from."""
_AT_ONCE, _AT_MOST = 20_000, 200_000
"""Tokens that are tagged together, and where a sentence that goes on and on is cut."""


def tag(
    ctx: typer.Context,
    file: FileArgument,
    language: LanguageOption = None,
    tokens: Annotated[
        bool, typer.Option("--tokens", help="Read one token a line (first column) and print 'token TAB tag' lines.")
    ] = False,
    extractor: ExtractorOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    index: IndexOption = None,
) -> int:
    """Print the people, organizations, places and quotes of a text.

    With `--tokens` a blank line ends a sentence, tags are IOB2 (PER, ORG, LOC, MISC), and as many lines come out as go
    in; comments (`# `) stay as they are.

    ```
    newsbeam tag article.txt
    newsbeam tag - --language de --json < article.txt
    newsbeam tag --tokens gold.conll --language en > tagged.tsv
    ```
    """
    if tokens and as_json:
        raise typer.BadParameter("--json prints the entities of a text; it does not go with --tokens")
    settings = settings_with(settings_for(ctx, config, index, need_aliases=True).enrich, extractor)
    with opened(file) as content:
        if tokens:
            for lines in _tagged(content, named(file), language, settings):
                emit_bytes("".join(f"{line}\n" for line in lines).encode())
            return 0
        with waiting(messages(), "reading"):
            text = _text(content, named(file))
            found = _read(text, language, settings)
    _tell_of_cut(text)
    if as_json:
        emit([found])
    elif found.entities or found.quotes:
        output().print(_shown(found))
    else:
        complain(f"no names found in this text, read as {_language(found)}")
    return 0


def _text(content: BinaryIO, file: str) -> str:
    data = content.read()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SetupError(f"{file}:{line}: this is not UTF-8; convert the file first") from error


def _tell_of_cut(text: str) -> None:
    from pipelines.enrich.names import LONGEST  # with it come the models

    if len(text) > LONGEST:
        complain(
            f"a text of {len(text):,} characters; people and organizations are looked for in its first {LONGEST:,}"
        )


def _read(text: str, told: str | None, settings: EnrichSettings) -> TaggedText:
    from pipelines.enrich import open_enricher  # with it come the models
    from pipelines.enrich.base import Reading

    enricher, language = open_enricher(settings), language_of(text, told)
    try:
        (found,) = enricher.read([Reading(text=text, language=language)])
    except EnrichError as error:
        raise SetupError(str(error)) from error
    return TaggedText(
        language=language,
        model=enricher.model(language),
        **{name: getattr(found, name) for name in ("entities", "countries", "locations", "quotes")},
    )


def _shown(found: TaggedText) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("kind", "name", "country"):
        table.add_column(column, overflow="fold")
    table.add_column("times", justify="right")
    table.add_column("first at", justify="right")
    for entity in found.entities:
        first = min((mention.start for mention in entity.mentions), default=0)
        name = Text(plain(entity.name), style="bold")
        table.add_row(entity.kind, name, entity.country or "", f"{len(entity.mentions):,}", f"{first:,}")
    parts: list[RenderableType] = [Text(f"{_language(found)}, read by {plain(found.model)}", style="dim")]
    if found.entities:
        parts.append(table)
    for quote in found.quotes:
        speaker = Text(f"  {plain(quote.speaker)}" if quote.speaker else "", style="bold")
        parts.append(Text(f"\u201c{plain(quote.text)}\u201d").append_text(speaker))
    return Group(*parts)


def _language(found: TaggedText) -> str:
    if found.language == UNDETERMINED:
        return "a language that can't be told (see --language)"
    return f"{language_name(found.language)} ({found.language})"


def _tagged(content: BinaryIO, file: str, told: str | None, settings: EnrichSettings) -> Iterator[list[str]]:
    """The lines that come out, a batch at a time."""
    from pipelines.enrich.columns import read_rows, sentences_of  # with it come the models

    rows = read_rows(content, file)
    head = list(islice(rows, _TOLD_BY))
    if not head:
        return
    language = language_of(" ".join(row.columns[0] for row in head if row.columns), told)
    recognizer = recognizer_for(settings, language)
    for batch in _batches(chain(head, rows)):
        sentences = list(sentences_of(batch))
        tags = recognizer.tag([[row.columns[0] for row in sentence] for sentence in sentences], language)
        by_line = {
            row.number: tag
            for sentence, found in zip(sentences, tags, strict=True)
            for row, tag in zip(sentence, found, strict=True)
        }
        yield [
            f"{row.columns[0]}\t{by_line.get(row.number, 'O')}" if row.columns else row.text.strip(" \t")
            for row in batch
        ]


def _batches(rows: "Iterable[Row]") -> "Iterator[list[Row]]":
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) >= _AT_ONCE and (not row.columns or len(batch) >= _AT_MOST):
            yield batch
            batch = []
    if batch:
        yield batch
