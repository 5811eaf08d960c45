"""`newsbeam run`: ingest what is due, or files."""

import os
from pathlib import Path
from typing import Annotated

import typer

from models.errors import SetupError
from models.run import LOCAL, RunRequest
from models.settings import Configuration
from pipelines.cli.announce import announced, check_writable, write_report
from pipelines.cli.beam_options import beam_options, check_runner
from pipelines.cli.options import ConfigOption, IndexOption, JsonOption, configuration_for, uses_packaged
from pipelines.cli.output import complain, emit, messages, output
from pipelines.cli.progress import RunProgress
from pipelines.cli.summary import summary
from pipelines.cli.times import read_duration
from pipelines.logs import new_run


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
    max_runtime: Annotated[
        str | None, typer.Option(metavar="DURATION", help="Stop after so long (10m, 2h) as after a signal.")
    ] = None,
    grace: Annotated[
        str | None, typer.Option(metavar="DURATION", help="What is in hand may take so long after a signal: 25s.")
    ] = None,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report, as JSON, to a file.")] = None,
    forever: Annotated[bool, typer.Option("--forever", help="Poll each feed when it is due, until a signal.")] = False,
    listen: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="With --forever: serve /metrics and /healthz there.")
    ] = None,
    metrics_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a textfile for Prometheus's node_exporter.")
    ] = None,
    runner: Annotated[
        str, typer.Option(metavar="NAME", help="Where the pipeline runs: local, flink, or another runner of Beam.")
    ] = LOCAL,
    flink_master: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="With --runner flink: the cluster's REST address.")
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    index: IndexOption = None,
) -> int:
    """Ingest the feeds that are due, or these files.

    Running it twice writes nothing twice. Whatever stops it, running it again repairs it. After SIGTERM or SIGINT it
    finishes what is in hand; a second signal, or the end of the grace, ends it at once. What follows `--` is handed to
    Beam's runner.

    ```
    newsbeam run
    newsbeam run --source dw-en
    newsbeam run archive/ 'wires/*.jsonl.gz' --workers 2
    newsbeam run --index http://localhost:9200/news --json
    newsbeam run --forever --listen 127.0.0.1:9464
    newsbeam run archive/ --runner flink --flink-master flink:8081 -- --parallelism=4
    ```
    """
    if paths and (source or everything):
        raise typer.BadParameter("--source and --all choose feeds; they do not go with paths")
    if forever and (paths or again):
        raise typer.BadParameter("--forever polls feeds when they are due; it goes neither with paths nor with --again")
    check_runner(runner, flink_master, beam_options(ctx), forever=forever, workers=workers)
    if listen is not None and not forever:
        raise typer.BadParameter("--listen goes with --forever; one run writes a --metrics-file")

    def load() -> Configuration:
        return configuration_for(ctx, config, index, need_secrets=not paths and source is None)

    configuration = load()
    if not paths and uses_packaged(ctx, config):
        complain(f"there is no config here, in {os.getcwd()}; the one that comes with Newsbeam is used")
    if not paths and not configuration.feeds:
        raise SetupError("no feed is enabled and no path was given; add feeds to feeds.yaml or name files")
    for what, file in (("the report", report), ("the metrics", metrics_file)):
        if file is not None:
            check_writable(what, file)
    request = RunRequest(
        paths=tuple(paths or ()),
        source_id=source,
        all=everything,
        again=again,
        workers=workers,
        max_runtime=read_duration(max_runtime, "--max-runtime"),
        grace=read_duration(grace, "--grace"),
        runner=runner,
        beam_options=((f"--flink_master={flink_master}",) if flink_master else ()) + beam_options(ctx),
    )
    if forever:
        from pipelines.cli.forever import run_without_end

        return run_without_end(load, request, listen=listen, metrics_file=metrics_file, report=report, as_json=as_json)
    with new_run(), announced(configuration, metrics_file) as ending:
        from pipelines.run import run as run_pipeline  # it imports Beam, which takes more than a second

        ending.report = done = run_pipeline(configuration, request, RunProgress(messages()))
        if report is not None:
            write_report(report, done)
    if as_json:
        emit([done])
    else:
        output().print(summary(done, {feed.id: feed.name for feed in configuration.feeds}))
    if done.exit_code:
        complain(done.exit_reason)
    return done.exit_code
