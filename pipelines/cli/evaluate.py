"""`newsbeam evaluate`: how well an extractor finds the names of an annotated text, and how fast."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from models.errors import SetupError
from models.tagging import Evaluation, Score
from pipelines.cli.options import ConfigOption, IndexOption, JsonOption, settings_for
from pipelines.cli.output import complain, emit, messages, output, plain
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

_MOST_IGNORED = 10


def evaluate(
    ctx: typer.Context,
    file: FileArgument,
    language: LanguageOption = None,
    extractor: ExtractorOption = None,
    column: Annotated[
        int | None, typer.Option(min=1, help="Column of the tags, from 1; the last one if absent.", show_default=False)
    ] = None,
    word_column: Annotated[int, typer.Option(min=1, help="Column of the tokens.")] = 1,
    kinds: Annotated[str, typer.Option(metavar="KIND,...", help="What is measured, by itself and together.")] = (
        "PER,ORG,LOC"
    ),
    mapped: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="KIND=TO",
            help="What another kind is called here: 'location-*=LOC'; nothing behind = leaves it out. The first fits.",
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    index: IndexOption = None,
) -> int:
    """Print precision, recall and F1 (in percent) of the names found in an annotated file, and tokens a second.

    The file holds one token and its tag on a line, a blank line behind each sentence; tags are IOB1, IOB2 or BIOES.
    Right is a name with exactly the same tokens and kind.

    ```
    newsbeam evaluate gold.conll --language de
    newsbeam evaluate gold.conll --extractor spacy --json
    newsbeam evaluate germeval.tsv --word-column 2 --column 3 --map 'OTH=MISC'
    newsbeam evaluate mobie.conll --map 'location-route=' --map 'location*=LOC' --map 'organization*=ORG'
    ```
    """
    measured = tuple(kind.strip().upper() for kind in kinds.split(",") if kind.strip())
    if not measured:
        raise typer.BadParameter("--kinds names no kind; write them as PER,ORG,LOC")
    settings = settings_with(settings_for(ctx, config, index).enrich, extractor)
    called = _mapping(mapped or ())
    from pipelines.enrich.columns import read_rows  # with it come the models
    from pipelines.enrich.evaluation import evaluate as measure
    from pipelines.enrich.evaluation import read_annotated

    name = named(file)
    with opened(file) as content, waiting(messages(), "measuring"):
        sentences = read_annotated(read_rows(content, name), name, called, word_column, column)
        told = language_of(" ".join(word for sentence in sentences[:100] for word in sentence.words), language)
        done = measure(recognizer_for(settings, told), told, sentences, measured)
    if not done.micro.given:
        said = f", only {', '.join(done.ignored)}; say with --map what they are" if done.ignored else "; see --column"
        raise SetupError(f"{name}: no name of {', '.join(measured)} is annotated{said}")
    if as_json:
        emit([done])
        return 0
    output().print(_shown(done))
    if done.ignored:
        ignored = [f"{kind} ({number:,})" for kind, number in list(done.ignored.items())[:_MOST_IGNORED]]
        complain(f"not measured: {', '.join(ignored)}; --kinds and --map change that")
    return 0


def _mapping(given: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in given:
        kind, equals, to = one.partition("=")
        if not equals or not kind.strip():
            raise typer.BadParameter(f"--map '{one}' says nothing; write it as location-city=LOC")
        found.setdefault(kind.strip(), to.strip().upper())
    return found


def _shown(done: Evaluation) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("")
    for column in ("precision", "recall", "F1", "right", "found", "given"):
        table.add_column(column, justify="right")
    for kind, score in done.kinds.items():
        table.add_row(plain(kind), *_cells(score))
    table.add_row("together", *_cells(done.micro), style="bold")
    size = f"{done.sentences:,} sentences, {done.tokens:,} tokens"
    speed = f"{done.tokens_per_second:,.0f} tokens a second"
    return Group(Text(f"{size} of {done.language}, read by {plain(done.model)}: {speed}", style="dim"), table)


def _cells(score: Score) -> tuple[str, ...]:
    measures = (score.precision, score.recall, score.f1)
    return (*(f"{measure:.1f}" for measure in measures), *(f"{n:,}" for n in (score.right, score.found, score.given)))
