"""`newsbeam index re-enrich`: people, places and quotes of what is indexed, found anew."""

from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from models.re_enrich import ReEnrichReport
from pipelines.cli.options import ConfigOption, IndexOption, JsonOption, settings_for
from pipelines.cli.output import complain, emit, messages, output, plain
from pipelines.cli.progress import ArticleProgress
from pipelines.cli.search import FilterOption, LanguageOption, SinceOption, SourceOption, UntilOption, request_of
from pipelines.logs import without_secrets

_MOST_REASONS = 10
_MEANINGS = {
    "changed": ("cyan", "written again"),
    "unchanged": ("dim", "found the same as before, nothing written"),
    "stale": ("dim", "held in a higher version by now"),
    "failed": ("red", "stay as they were"),
}


def re_enrich(
    ctx: typer.Context,
    query: Annotated[str, typer.Argument(help="Which articles; all of them if empty.", show_default=False)] = "",
    language: LanguageOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    source: SourceOption = None,
    filters: FilterOption = None,
    again: Annotated[bool, typer.Option("--again", help="Write every article that is read, changed or not.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    index: IndexOption = None,
) -> int:
    """Look anew for people, organizations, places and quotes in the articles of the index; write those that changed.

    For a new alias, or a new version of Newsbeam. Nothing is fetched. It may be stopped at any time and run again.

    ```
    newsbeam index re-enrich
    newsbeam index re-enrich 'people:Selenskyj' --since 2025-04-01
    newsbeam index re-enrich --language de --json
    ```
    """
    request = request_of(query, language, since, until, source, filters)
    settings = settings_for(ctx, config, index, need_aliases=True)
    from pipelines.enrich import open_enricher  # with it come the extractors
    from pipelines.re_enrich import re_enrich as renew

    done = renew(settings, request, open_enricher(settings.enrich), ArticleProgress(messages()), again=again)
    if as_json:
        emit([done])
    else:
        output().print(_summary(done))
    if done.exit_code:
        complain(done.exit_reason)
    return done.exit_code


def _summary(done: ReEnrichReport) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column()
    table.add_column(style="dim")
    for name, (style, meaning) in _MEANINGS.items():
        if number := getattr(done, name):
            table.add_row(Text(f"{number:,}", style=style), Text(name, style=style), meaning)
    parts: list[RenderableType] = [Text(f"{done.read:,} articles read in {done.seconds:.1f} s", style="bold"), table]
    for reason, number in list(done.failures_by_reason.items())[:_MOST_REASONS]:
        parts.append(Text(f"{number:,}  {plain(without_secrets(reason))}", style="red"))
    return Group(*parts)
