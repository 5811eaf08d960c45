"""Puts the commands together."""

from typing import Annotated

import typer

from pipelines import NEWSBEAM_VERSION
from pipelines.cli import config, evaluate, failures, feeds, index, kibana, preview, run, search, status, tag
from pipelines.cli.beam_options import WithBeamOptions
from pipelines.cli.options import Common, ConfigOption, IndexOption

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run", cls=WithBeamOptions)(run.run)
app.command("status")(status.status)
app.command("preview")(preview.preview)
app.command("search")(search.search)
app.command("export")(search.export)
app.command("tag")(tag.tag)
app.command("evaluate")(evaluate.evaluate)
app.add_typer(feeds.app, name="feeds")
app.add_typer(failures.app, name="failures")
app.add_typer(index.app, name="index")
app.add_typer(kibana.app, name="kibana")
app.add_typer(config.app, name="config")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"newsbeam {NEWSBEAM_VERSION}")
        raise typer.Exit


@app.callback()
def newsbeam(
    ctx: typer.Context,
    config: ConfigOption = None,
    index: IndexOption = None,
    version: Annotated[  # noqa: ARG001  # typer calls back
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """News in, answers out: from files and feeds into a searchable index.

    Try it:

    ```
    newsbeam preview article.txt
    newsbeam run seeds
    newsbeam search 'countries:KP AND Soldaten'
    ```

    Exit codes: 0 done · 1 a bug · 2 wrong usage, configuration or credentials · 3 more failures than allowed ·
    75 try again later.
    """
    ctx.obj = Common(config=config, index=index)
