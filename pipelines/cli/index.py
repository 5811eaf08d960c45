"""`newsbeam index`: make it, look at it, bring it up to date."""

import json

import typer
from rich.table import Table
from rich.text import Text

from pipelines.cli.options import ConfigOption, IndexOption, JsonOption, settings_for
from pipelines.cli.output import emit, emit_line, messages, output, plain
from pipelines.cli.progress import waiting
from pipelines.cli.re_enrich import re_enrich
from pipelines.index.base import IndexStatus, LanguageIndex, QuotesIndex
from pipelines.logs import without_secrets
from pipelines.stores import opened_store

app = typer.Typer(no_args_is_help=True, help="Make, look at, migrate and re-enrich the index.")
app.command("re-enrich")(re_enrich)


@app.command()
def setup(
    ctx: typer.Context, as_json: JsonOption = False, config: ConfigOption = None, index: IndexOption = None
) -> int:
    """Create what is missing, load synonyms that changed, and say what differs. No article is touched.

    `newsbeam run` creates what is missing, too; synonyms are loaded by this command only, and hold from then on.

    ```
    newsbeam index setup --index http://localhost:9200/news
    ```
    """
    with (
        opened_store(settings_for(ctx, config, index)) as (articles, state),
        waiting(messages(), "setting up the index"),
    ):
        state.setup()
        done = articles.setup()
        if loaded := articles.load_synonyms():
            done = articles.setup().model_copy(update={"created": done.created, "loaded": loaded})
    if as_json:
        emit([done])
        return 0
    console = output()
    for name in done.created:
        console.print(f"created {plain(name)}", markup=False)
    for name in done.loaded:
        console.print(f"loaded {plain(name)}; searches use them from now on", markup=False)
    if not done.created and not done.loaded:
        console.print("everything is there already")
    _print_differences(list(done.differences))
    return 0


@app.command()
def status(
    ctx: typer.Context, as_json: JsonOption = False, config: ConfigOption = None, index: IndexOption = None
) -> int:
    """Show how many articles there are in which language, what differs from what should be, and any twins.

    ```
    newsbeam index status
    ```
    """
    with opened_store(settings_for(ctx, config, index)) as (articles, _), waiting(messages(), "looking at the index"):
        found = articles.status()
    if as_json:
        emit([found])
    else:
        _print_status(found)
    return 0


@app.command()
def migrate(
    ctx: typer.Context, as_json: JsonOption = False, config: ConfigOption = None, index: IndexOption = None
) -> int:
    """Rebuild indices that differ from what this version of Newsbeam and newsbeam.yaml would make.

    ```
    newsbeam index migrate --index http://localhost:9200/news
    ```
    """
    with opened_store(settings_for(ctx, config, index)) as (articles, state):
        state.setup()
        with state.lock(), waiting(messages(), "migrating the index"):
            done = articles.migrate()
    if as_json:
        emit_line(json.dumps({"migrated": done}))
        return 0
    console = output()
    for line in done:
        console.print(plain(line), markup=False)
    if not done:
        console.print("nothing to migrate")
    return 0


def _print_status(found: IndexStatus) -> None:
    console = output()
    console.print(Text(plain(without_secrets(found.address)), style="bold"))
    filled = [index for index in found.indices if index.articles]
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("language")
    table.add_column("articles", justify="right")
    table.add_column("size", justify="right")
    table.add_column("index", style="dim")
    for index in sorted(filled, key=lambda index: -index.articles):
        table.add_row(index.language, f"{index.articles:,}", _size(index.bytes), plain(index.name))
    articles, size = sum(index.articles for index in found.indices), sum(index.bytes for index in found.indices)
    table.add_row(Text("all", style="bold"), Text(f"{articles:,}", style="bold"), _size(size), "")
    console.print(table)
    if found.quotes is not None:
        quotes = found.quotes
        console.print(f"{quotes.quotes:,} quotes, {_size(quotes.bytes)}, in {plain(quotes.name)}", markup=False)
    if empty := len(found.indices) - len(filled):
        console.print(Text(f"{empty} more {'index is' if empty == 1 else 'indices are'} empty", style="dim"))
    if found.missing:
        console.print(f"not there yet: {', '.join(map(plain, found.missing))}; newsbeam index setup makes it")
    for twin in found.twins:
        console.print(Text(f"an article stands in two indices, which is a bug: {plain(twin)}", style="red"))
    every: list[LanguageIndex | QuotesIndex] = [*found.indices, *([found.quotes] if found.quotes else [])]
    _print_differences([f"{index.name}: {difference}" for index in every for difference in index.differences])


def _print_differences(differences: list[str]) -> None:
    console = output()
    for difference in differences:
        console.print(Text(plain(difference), style="yellow"))
    if differences:
        console.print("what differs is brought up to date by: newsbeam index migrate")


def _size(number: int) -> str:
    size = float(number)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"
