"""`newsbeam failures`: the dead letters."""

import json
import sys
from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated

import typer
from rich.console import Group
from rich.text import Text

from models.errors import RecordError, SetupError
from models.outcome import Failure
from models.replay import Replayed, ReplayResult
from pipelines.cli.hits import written
from pipelines.cli.options import ConfigOption, IndexOption, JsonOption, configuration_for, settings_for
from pipelines.cli.output import complain, emit, emit_bytes, emit_line, messages, output, plain
from pipelines.cli.progress import RunProgress
from pipelines.cli.times import read_moment
from pipelines.configuration import nearest
from pipelines.dead_letters import publishable
from pipelines.state.base import FailureFilter, chosen
from pipelines.stores import opened_store

app = typer.Typer(no_args_is_help=True, help="Look at what could not be indexed, and why; try it again.")

SourceOption = Annotated[str | None, typer.Option("--source", help="Only those of the source with this id.")]
StageOption = Annotated[
    str | None, typer.Option("--stage", help="Only those of this stage: fetch, parse, normalize, enrich or index.")
]
ReasonOption = Annotated[str | None, typer.Option("--reason", help="Only those whose reason has these words in it.")]
SinceOption = Annotated[str | None, typer.Option("--since", metavar="WHEN", help="From 2025-04-01, an instant, or 7d.")]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="WHEN", help="Up to then; a date means its whole day.")
]
IdsArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[ID]...", help="Ids, or the beginnings of them.", show_default=False)
]

_STAGES = tuple(kind.stage for kind in RecordError.__subclasses__())
_SOME_FAILED = 3
_SHORT_ID = 10
_SHOWN_BYTES = 2000


@app.command("list")
def list_failures(
    ctx: typer.Context,
    source: SourceOption = None,
    stage: StageOption = None,
    reason: ReasonOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    limit: Annotated[int, typer.Option(min=1, help="How many to show, the latest first.")] = 50,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    index: IndexOption = None,
) -> int:
    """List dead letters, the latest first.

    ```
    newsbeam failures list
    newsbeam failures list --source bbc-world --since 7d --json
    ```
    """
    wanted = _wanted(source, stage, reason, since, until)
    settings = settings_for(ctx, config, index)
    with opened_store(settings) as (_, state):
        found = state.failures(wanted)
        if as_json:
            emit(map(publishable, islice(found, limit)))
            if next(found, None) is not None:
                complain(f"only the latest {limit} are here; more with --limit")
            return 0
        console, shown = output(), 0
        for failure in islice(found, limit):
            console.print(_line(publishable(failure)))
            shown += 1
        if not shown:
            console.print("no failures" if wanted == FailureFilter() else "no failures that fit")
        elif next(found, None) is not None:
            console.print(Text(f"only the latest {limit} are shown; more with --limit", style="dim"))
        if shown:
            console.print(Text("each in full: newsbeam failures show ID", style="dim"))
    return 0


@app.command()
def show(
    ctx: typer.Context,
    failure_id: Annotated[str, typer.Argument(metavar="ID", help="Its id, or the beginning of it.")],
    raw: Annotated[bool, typer.Option("--raw", help="Write the bytes that were kept, and nothing else.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    index: IndexOption = None,
) -> int:
    """Show one dead letter whole.

    ```
    newsbeam failures show 3fa94c
    newsbeam failures show 3fa94c --raw > feed.xml
    ```
    """
    settings = settings_for(ctx, config, index)
    with opened_store(settings) as (_, state):
        failure = state.failure(failure_id)
    if failure is None:
        raise SetupError(f"no failure has the id '{failure_id}'; newsbeam failures list shows them")
    if raw:
        emit_bytes(failure.raw)
    elif as_json:
        emit([publishable(failure)])
    else:
        output().print(_whole(publishable(failure)))
    return 0


@app.command("replay")
def replay_failures(
    ctx: typer.Context,
    ids: IdsArgument = None,
    source: SourceOption = None,
    stage: StageOption = None,
    reason: ReasonOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    index: IndexOption = None,
) -> int:
    """Try dead letters again from the bytes that were kept; what succeeds is indexed and removed.

    Nothing is doubled, and nothing older is written over anything newer. Ends with 3 when some failed again.

    ```
    newsbeam failures replay 3fa94c
    newsbeam failures replay --stage normalize --since 7d
    ```
    """
    wanted = _wanted(source, stage, reason, since, until)
    _only_one_way(ids, wanted)
    configuration = configuration_for(ctx, config, index)
    from pipelines.replay import replay  # it imports Beam, which takes more than a second

    numbers = Counter[ReplayResult]()
    for done in replay(configuration, ids or (), wanted, RunProgress(messages())):
        numbers[done.result] += 1
        if as_json:
            emit([done])
        elif done.reason is not None:
            output().print(_replayed(done))
    if not as_json:
        said = ", ".join(f"{numbers[result]:,} {result}" for result in ReplayResult if numbers[result])
        output().print(said or "no failures" + ("" if wanted == FailureFilter() else " that fit"))
    return _SOME_FAILED if numbers[ReplayResult.FAILED] else 0


@app.command()
def drop(
    ctx: typer.Context,
    ids: IdsArgument = None,
    source: SourceOption = None,
    stage: StageOption = None,
    reason: ReasonOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    index: IndexOption = None,
) -> int:
    """Remove dead letters for good. What fails in a later poll again comes back as a new one.

    ```
    newsbeam failures drop 3fa94c
    newsbeam failures drop --source old-feed --yes
    ```
    """
    wanted = _wanted(source, stage, reason, since, until)
    _only_one_way(ids, wanted)
    settings = settings_for(ctx, config, index)
    with opened_store(settings) as (_, state):
        found = chosen(state, ids or (), wanted)
        if found and not yes and not _confirmed(len(found)):
            found = []
        state.drop_failures(found)
    if as_json:
        emit_line(json.dumps({"dropped": len(found)}))
    else:
        output().print(f"{_count(len(found))} dropped")
    return 0


def _wanted(
    source: str | None, stage: str | None, reason: str | None, since: str | None, until: str | None
) -> FailureFilter:
    if stage is not None and stage not in _STAGES:
        near = nearest(stage, _STAGES)
        said = f"did you mean '{near}'?" if near else f"one of {', '.join(_STAGES)}"
        raise typer.BadParameter(f"--stage: no stage is called '{stage}'; {said}")
    now = datetime.now(UTC)
    return FailureFilter(
        source_id=source,
        stage=stage,
        reason=reason,
        since=read_moment(since, now, "--since") if since else None,
        until=read_moment(until, now, "--until", end=True) if until else None,
    )


def _only_one_way(ids: list[str] | None, wanted: FailureFilter) -> None:
    if ids and wanted != FailureFilter():
        raise typer.BadParameter("name ids, or choose with --source, --stage, --reason, --since and --until; not both")


def _confirmed(number: int) -> bool:
    """Ask on a terminal; where nobody can answer, `--yes` has to be said."""
    if not sys.stdin.isatty():
        raise SetupError(f"{_count(number)} would be dropped for good; say --yes")
    return typer.confirm(f"drop {_count(number)} for good?", err=True)


def _count(number: int) -> str:
    return f"{number:,} failure" if number == 1 else f"{number:,} failures"


def _replayed(done: Replayed) -> Text:
    style = "red" if done.result is ReplayResult.FAILED else "yellow"
    return Text.assemble(
        (done.id[:_SHORT_ID], "bold"),
        (f"  {done.result}  ", style),
        (f"{plain(done.source_name)}  ", "dim"),
        plain(done.reason or ""),
    )


def _line(failure: Failure) -> Group:
    first = Text.assemble(
        (failure.id[:_SHORT_ID], "bold"),
        (f"  {written(failure.last_failed_at)}  {plain(failure.source_name)}", "dim"),
        (f"  {failure.attempts} times" if failure.attempts > 1 else "", "yellow"),
    )
    second = Text.assemble((f"{'':12}{failure.stage}: ", "red"), plain(failure.reason))
    return Group(first, second)


def _whole(failure: Failure) -> Group:
    facts = {
        "id": failure.id,
        "source": f"{failure.source_name} ({failure.source_id})",
        "stage": failure.stage,
        "reason": failure.reason,
        "next poll": "may do better" if failure.transient else "will not do better by itself",
        "title": failure.title,
        "url": failure.url,
        "origin": failure.origin,
        "entry": failure.entry_id,
        "first failed": written(failure.first_failed_at),
        "last failed": f"{written(failure.last_failed_at)}, {failure.attempts} times so far",
        "newsbeam": failure.newsbeam,
        "bytes": f"{failure.raw_length:,} of {failure.media_type or 'an unnamed type'}" if failure.raw_length else None,
    }
    lines = [Text.assemble((f"{name:>13}  ", "dim"), plain(value)) for name, value in facts.items() if value]
    if failure.raw:
        head = failure.raw[:_SHOWN_BYTES].decode("utf-8", errors="replace")
        lines.append(Text())
        lines.append(Text(plain(head, lines=True), style="dim"))
        lines.append(Text(f"the bytes as kept: newsbeam failures show {failure.id[:_SHORT_ID]} --raw", style="dim"))
    return Group(*lines)
