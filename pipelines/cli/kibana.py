"""`newsbeam kibana`: data views, saved searches and dashboards, into a Kibana or a file."""

import re
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.text import Text

from models.errors import SetupError
from models.settings import KibanaSettings, Settings
from pipelines.cli.options import ConfigOption, IndexOption, JsonOption, settings_for
from pipelines.cli.output import emit, emit_bytes, messages, output, plain
from pipelines.cli.progress import waiting
from pipelines.index.elasticsearch.client import parse_address
from pipelines.kibana.assets import Assets
from pipelines.kibana.client import Kibana
from pipelines.kibana.install import Action, Installed, export, install
from pipelines.replace import replace_file

app = typer.Typer(
    no_args_is_help=True, help="Dashboards for analysts and operators: install them in Kibana, or export."
)

UrlOption = Annotated[
    str | None,
    typer.Option("--url", metavar="URL", help="Kibana's address; 'kibana.url' if absent.", show_default=False),
]
SpaceOption = Annotated[
    str | None,
    typer.Option("--space", metavar="ID", help="A space of it; 'kibana.space' if absent.", show_default=False),
]


@app.command("install")
def install_(
    ctx: typer.Context,
    url: UrlOption = None,
    space: SpaceOption = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace what users changed, too.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    index: IndexOption = None,
) -> int:
    """Put data views, saved searches and dashboards into Kibana 8 or newer; what you changed there is left alone.

    ```
    newsbeam kibana install --url http://localhost:5601 --index http://localhost:9200/news
    ```

    An API key comes from NEWSBEAM_KIBANA_API_KEY, a password for 'kibana.username' from NEWSBEAM_KIBANA_PASSWORD.
    """
    settings = settings_for(ctx, config, index)
    chosen = _chosen(settings.kibana, url, space)
    kibana = Kibana(chosen)
    with waiting(messages(), f"installing in {kibana.address}"):
        done = install(kibana, _assets(settings, chosen.space), overwrite=overwrite)
    if as_json:
        emit(done)
    else:
        _print(done, kibana)
    return 0


@app.command("export")
def export_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.ndjson", help="Where to; - for standard output.")],
    space: SpaceOption = None,
    config: ConfigOption = None,
    index: IndexOption = None,
) -> int:
    """Write the same to a file, for a Kibana that can't be reached from here: Stack Management, Saved Objects, Import.

    ```
    newsbeam kibana export newsbeam.ndjson --index http://localhost:9200/news
    ```
    """
    settings = settings_for(ctx, config, index)
    assets = _assets(settings, _chosen(settings.kibana, None, space).space)
    objects = export(assets)
    content = "".join(f"{each.line()}\n" for each in objects).encode()
    if str(file) == "-":
        emit_bytes(content)
        return 0
    try:
        replace_file(file, content)
    except OSError as error:
        raise SetupError(f"{file} can't be written ({error.strerror}).") from error
    messages().print(f"wrote {len(objects)} objects to {plain(str(file))}", markup=False)
    return 0


def _chosen(settings: KibanaSettings, url: str | None, space: str | None) -> KibanaSettings:
    """The settings with what was said on the command line, checked like the rest."""
    said = {name: value for name, value in (("url", url), ("space", space)) if value is not None}
    try:
        return KibanaSettings.model_validate(settings.model_dump() | said)
    except ValidationError as error:
        problem = error.errors()[0]
        option, why = str(problem["loc"][0]), str(problem["msg"]).removeprefix("Value error, ")
        shown = re.sub(r"(?<=//)[^/]*@", "…@", said[option])
        raise SetupError(f"--{option} {shown!r}: {why}.") from error


def _assets(settings: Settings, space: str) -> Assets:
    if "://" not in settings.index and not settings.elasticsearch.cloud_id:
        raise SetupError(
            f"Kibana shows what is in Elasticsearch, but the index is the directory {settings.index!r}; name the one"
            " that is meant: --index http://localhost:9200/news."
        )
    address = parse_address(settings.index, cloud=settings.elasticsearch.cloud_id is not None)
    return Assets(address.prefix, space)


def _print(done: list[Installed], kibana: Kibana) -> None:
    console = output()
    for each in done:
        if each.action is Action.LEFT:
            said = f"left as you changed it: {each.type} {plain(each.title)!r}; --overwrite replaces it"
            console.print(Text(said, style="yellow"), soft_wrap=True)
    counted = Counter(each.action for each in done)
    if set(counted) <= {Action.UNCHANGED, Action.LEFT}:
        console.print(f"nothing to do: {counted[Action.UNCHANGED]} objects are there and up to date")
        return
    console.print(", ".join(f"{counted[action]} {action.value}" for action in Action if counted[action]))
    where = (
        f"{kibana.address}/app/dashboards"
        if kibana.space == "default"
        else f"{kibana.address}/s/{kibana.space}/app/dashboards"
    )
    console.print(f"open {where}", markup=False, soft_wrap=True)
