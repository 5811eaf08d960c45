"""`newsbeam run`: ingest what is due, or files."""

import os
from pathlib import Path
from typing import Annotated

import typer

from models.errors import SetupError
from models.report import RunReport
from models.run import RunRequest
from pipelines.cli.options import ConfigOption, IndexOption, JsonOption, configuration_for
from pipelines.cli.output import complain, emit, messages, output
from pipelines.cli.progress import RunProgress
from pipelines.cli.summary import summary


def run(
    ctx: typer.Context,
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Files, directories or globs to read instead of the feeds.", show_default=False),
    ] = None,
    source: Annotated[str | None, typer.Option(help="Poll only the feed with this id, due or not.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Poll every feed, due or not.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Ignore what is known: fetch and write all anew.")] = False,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="Processes to work in.")] = None,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report, as JSON, to a file.")] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    index: IndexOption = None,
) -> int:
    """Ingest the feeds that are due, or these files.

    Running it twice writes nothing twice. Whatever stops it, running it again repairs it.

    ```
    newsbeam run
    newsbeam run --source dw-en
    newsbeam run archive/ 'wires/*.jsonl.gz' --workers 2
    newsbeam run --index http://localhost:9200/news --json
    ```
    """
    if paths and (source or everything):
        raise typer.BadParameter("--source and --all choose feeds; they do not go with paths")
    configuration = configuration_for(ctx, config, index, need_secrets=not paths and source is None)
    if not paths and not configuration.feeds:
        raise SetupError("no feed is enabled and no path was given; add feeds to feeds.yaml or name files")
    if report is not None:
        _check_writable(report)
    request = RunRequest(paths=tuple(paths or ()), source_id=source, all=everything, again=again, workers=workers)
    from pipelines.run import run as run_pipeline  # it imports Beam, which takes more than a second

    done = run_pipeline(configuration, request, RunProgress(messages()))
    if report is not None:
        _write(report, done)
    if as_json:
        emit([done])
    else:
        output().print(summary(done, {feed.id: feed.name for feed in configuration.feeds}))
    if done.exit_code:
        complain(done.exit_reason)
    return done.exit_code


def _check_writable(report: Path) -> None:
    """Before anything is fetched: a run whose report gets lost is worse than none."""
    target = report if report.exists() else report.absolute().parent
    if report.is_dir() or not target.exists() or not os.access(target, os.W_OK):
        raise SetupError(f"the report can't be written to {report}; name a file in a directory that can be written")


def _write(report: Path, done: RunReport) -> None:
    try:
        report.write_text(done.model_dump_json(indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise SetupError(f"the run is done, but its report can't be written to {report}: {error.strerror}") from error
