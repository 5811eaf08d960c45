"""`newsbeam status`: how all of it does, on one screen and for a monitor."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from models.curation import FeedStatus
from models.status import Status
from pipelines.cli.hits import written
from pipelines.cli.options import ConfigOption, IndexOption, JsonOption, configuration_for
from pipelines.cli.output import emit, output, plain
from pipelines.logs import without_secrets
from pipelines.stores import opened_store

_BROKEN = 3
_FEEDS_SHOWN = 8


def status(
    ctx: typer.Context, as_json: JsonOption = False, config: ConfigOption = None, index: IndexOption = None
) -> int:
    """Show the last runs, what is due, what is broken and what is silent.

    Ends with 0 when all is well, 3 when something is broken, 75 when the index is away and nobody can tell.

    ```
    newsbeam status
    newsbeam status --json | jq .problems
    ```
    """
    configuration = configuration_for(ctx, config, index)
    from pipelines.status import judge  # with it comes all of Fetch

    with opened_store(configuration.settings) as (_, state):
        found = judge(configuration, state, datetime.now(UTC))
    if as_json:
        emit([found])
    else:
        output().print(Group(*_shown(found)))
    return _BROKEN if found.problems else 0


def _shown(status: Status) -> Iterator[RenderableType]:
    for problem in status.problems:
        yield Text(plain(without_secrets(problem)), style="bold red")
    if not status.problems:
        yield _no_problem(status)
    yield Text()
    yield _runs(status)
    yield Text()
    yield _feeds(status)
    for heading, feeds in (("broken", status.broken), ("failing", status.failing), ("silent", status.silent)):
        if feeds:
            yield Text()
            yield _list(heading, feeds, status.checked_at)
    yield Text()
    yield Text(f"index {plain(without_secrets(status.index))} · newsbeam {status.newsbeam}", style="dim")


def _no_problem(status: Status) -> Text:
    """Nothing for a monitor to call about; but well is only what has worked, and works."""
    if status.last_success_at is None:
        return Text("no run has ended well yet" if status.runs else "nothing has run yet", style="bold yellow")
    if status.failing:
        return Text("well, but for what is failing below", style="bold yellow")
    return Text("all is well", style="bold green")


def _runs(status: Status) -> RenderableType:
    if not status.runs:
        return Text("no run so far")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("run", "took", "due", "new", "updated", "failed", "exit", ""):
        table.add_column(heading, justify="left" if heading in ("run", "") else "right", overflow="ellipsis")
    for run in status.runs:
        style = "" if run.exit_code == 0 else "yellow" if run.exit_code == 75 else "red"
        numbers = (f"{run.due:,}", f"{run.new:,}", f"{run.updated:,}", f"{run.failed:,}", str(run.exit_code))
        reason = plain(without_secrets(run.exit_reason))
        table.add_row(written(run.started_at), f"{run.seconds:.1f} s", *numbers, Text(reason, style=style))
    return table


def _feeds(status: Status) -> Text:
    said = f"{status.feeds:,} feed" if status.feeds == 1 else f"{status.feeds:,} feeds"
    if status.due:
        said += f", {len(status.due):,} due"
    if status.next_due_at is not None:
        said += f", the next at {written(status.next_due_at)}"
    return Text(said)


def _list(heading: str, feeds: Sequence[FeedStatus], now: datetime) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", title_justify="left")
    table.add_column(
        heading, no_wrap=True, max_width=32, overflow="ellipsis", style="red" if heading == "broken" else ""
    )
    table.add_column("", overflow="fold")
    for feed in feeds[:_FEEDS_SHOWN]:
        table.add_row(Text(plain(feed.name)), Text(plain(without_secrets(_why(feed, now)))))
    if len(feeds) > _FEEDS_SHOWN:
        table.add_row(Text(f"and {len(feeds) - _FEEDS_SHOWN:,} more", style="dim"), "newsbeam feeds status")
    return table


def _why(feed: FeedStatus, now: datetime) -> str:
    if feed.retired:
        return f"gone for good, says its server, and polled no more: newsbeam feeds remove {feed.id}"
    if feed.failures_in_a_row:
        since = f", last success {_ago(now - feed.last_success_at)}" if feed.last_success_at else ", never a success"
        times = "once" if feed.failures_in_a_row == 1 else f"{feed.failures_in_a_row:,} times in a row"
        return f"{times}{since}: {feed.last_error}"
    return f"nothing new for {_ago(now - feed.last_new_at, '')}" if feed.last_new_at else "nothing new"


def _ago(past: timedelta, word: str = " ago") -> str:
    minutes = int(past.total_seconds() // 60)
    for size, unit in ((1440, "d"), (60, "h")):
        if minutes >= 2 * size:
            return f"{minutes // size} {unit}{word}"
    return f"{max(minutes, 0)} min{word}"
