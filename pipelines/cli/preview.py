"""`newsbeam preview`: the records that would be indexed, without an index."""

from itertools import islice
from typing import Annotated

import typer

from models.outcome import Failure
from pipelines.cli.options import ConfigOption, IndexOption, JsonOption, configuration_for
from pipelines.cli.output import complain, emit, messages, output
from pipelines.cli.progress import waiting
from pipelines.cli.record import record
from pipelines.logs import without_secrets


def preview(
    ctx: typer.Context,
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH|URL...", help="Files, directories, globs, feeds or pages.")
    ],
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after so many records.", show_default=False)] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    index: IndexOption = None,
) -> int:
    """Print the records that would be indexed; no index is touched.

    The address of a configured feed is read with that feed's settings.

    ```
    newsbeam preview seeds
    newsbeam preview https://rss.dw.com/rdf/rss-de-all --limit 3
    newsbeam preview article.html --json | jq .published_at
    ```
    """
    configuration = configuration_for(ctx, config, index)
    from pipelines.preview import preview as preview_records  # it loads models and gazetteers

    shown = failed = 0
    console = output()
    found = iter(preview_records(configuration, paths))
    if limit is not None:
        found = islice(found, limit)
    while True:
        with waiting(messages(), "reading"):
            item = next(found, None)
        if item is None:
            break
        if isinstance(item, Failure):
            failed += 1
            reason = item.reason if item.origin in item.reason else f"{item.origin}: {item.reason}"
            complain(without_secrets(reason))
            continue
        shown += 1
        if as_json:
            emit([item])
        else:
            console.print(record(item))
    if not shown and not failed:
        complain("there is nothing to index here: no files, no entries, or none that a feed's words let through")
    return 3 if failed and not shown else 0
