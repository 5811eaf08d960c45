"""`newsbeam failures`: the dead letters."""

from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated

import typer
from rich.console import Group
from rich.text import Text

from models.errors import SetupError
from models.outcome import Failure
from pipelines.cli.hits import written
from pipelines.cli.options import ConfigOption, IndexOption, JsonOption, settings_for
from pipelines.cli.output import emit, emit_bytes, output, plain
from pipelines.cli.times import read_moment
from pipelines.logs import without_secrets
from pipelines.state.base import FailureFilter
from pipelines.stores import open_store

app = typer.Typer(no_args_is_help=True, help="Look at what could not be indexed, and why.")

_SHORT_ID = 10
_SHOWN_BYTES = 2000


@app.command("list")
def list_failures(
    ctx: typer.Context,
    source: Annotated[str | None, typer.Option(help="Only those of the source with this id.")] = None,
    stage: Annotated[str | None, typer.Option(help="Only those of this stage: fetch, parse, normalize, ...")] = None,
    reason: Annotated[str | None, typer.Option(help="Only those whose reason has these words in it.")] = None,
    since: Annotated[str | None, typer.Option(metavar="WHEN", help="From 2025-04-01, an instant, or 7d.")] = None,
    until: Annotated[str | None, typer.Option(metavar="WHEN", help="Up to then; a date means its whole day.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many to show, the latest first.")] = 50,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    index: IndexOption = None,
) -> int:
    """List dead letters, the latest first.

    newsbeam failures list
    newsbeam failures list --source bbc-world --since 7d --json
    """
    now = datetime.now(UTC)
    wanted = FailureFilter(
        source_id=source,
        stage=stage,
        reason=reason,
        since=read_moment(since, now, "--since") if since else None,
        until=read_moment(until, now, "--until", end=True) if until else None,
    )
    settings = settings_for(ctx, config, index)
    with ExitStack() as closing:
        articles, state = open_store(settings)
        closing.callback(articles.close)
        closing.callback(state.close)
        found = state.failures(wanted)
        if as_json:
            emit(islice(found, limit))
            return 0
        console, shown = output(), 0
        for failure in islice(found, limit):
            console.print(_line(failure))
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

    newsbeam failures show 3fa94c
    newsbeam failures show 3fa94c --raw > feed.xml
    """
    settings = settings_for(ctx, config, index)
    with ExitStack() as closing:
        articles, state = open_store(settings)
        closing.callback(articles.close)
        closing.callback(state.close)
        failure = state.failure(failure_id)
    if failure is None:
        raise SetupError(f"no failure has the id '{failure_id}'; newsbeam failures list shows them")
    if raw:
        emit_bytes(failure.raw)
    elif as_json:
        emit([failure])
    else:
        output().print(_whole(failure))
    return 0


def _line(failure: Failure) -> Group:
    first = Text.assemble(
        (failure.id[:_SHORT_ID], "bold"),
        (f"  {written(failure.last_failed_at)}  {plain(failure.source_name)}", "dim"),
        (f"  {failure.attempts} times" if failure.attempts > 1 else "", "yellow"),
    )
    second = Text.assemble((f"{'':12}{failure.stage}: ", "red"), plain(without_secrets(failure.reason)))
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
    lines = [
        Text.assemble((f"{name:>13}  ", "dim"), plain(without_secrets(value))) for name, value in facts.items() if value
    ]
    if failure.raw:
        head = failure.raw[:_SHOWN_BYTES].decode("utf-8", errors="replace")
        lines.append(Text())
        lines.append(Text(plain(head, lines=True), style="dim"))
        lines.append(Text(f"the bytes as kept: newsbeam failures show {failure.id[:_SHORT_ID]} --raw", style="dim"))
    return Group(*lines)
