"""`newsbeam config`: check what is written, show what holds, print the schemas."""

import json
import os
from io import StringIO
from pathlib import Path
from typing import Annotated, Any

import typer
from ruamel.yaml import YAML

from models.errors import SetupError
from models.feeds_file import every_text
from models.settings import Configuration
from models.source import FeedSource
from pipelines.cli.options import ConfigOption, IndexOption, JsonOption, configuration_for
from pipelines.cli.output import complain, emit_line, output, plain
from pipelines.configuration import FEEDS, SETTINGS, nearest
from pipelines.configuration.schemas import SCHEMAS, as_text, file_of
from pipelines.logs import without_secrets

app = typer.Typer(no_args_is_help=True, help="Check, show and describe the configuration.")


@app.command()
def check(
    ctx: typer.Context,
    secrets: Annotated[
        bool, typer.Option(help="Whether the environment variables that feeds name must be set here.")
    ] = True,
    config: ConfigOption = None,
    index: IndexOption = None,
) -> int:
    """Read the configuration and say everything that is wrong with it, each with file, line and column.

    ```
    newsbeam config check
    newsbeam config check --no-secrets --config deploy/config
    ```
    """
    configuration = configuration_for(ctx, config, index, need_secrets=secrets, need_installed=True)
    feeds, disabled = len(configuration.feeds), len(configuration.disabled)
    said = f"{feeds} feed" if feeds == 1 else f"{feeds} feeds"
    said += f" and {disabled} disabled" if disabled else ""
    read = {Path(place).name for place in configuration.read_from}
    for name, instead in ((SETTINGS, "the defaults hold"), (FEEDS, "nothing is polled")):
        if name not in read:
            complain(f"there is no {name}, so {instead}")
    output().print(f"the configuration is right: {said}, index {plain(configuration.settings.index)}", markup=False)
    return 0


@app.command()
def show(
    ctx: typer.Context, as_json: JsonOption = False, config: ConfigOption = None, index: IndexOption = None
) -> int:
    """Print what holds, after files, environment and options; secrets are never shown, only where they come from.

    ```
    newsbeam config show
    newsbeam config show --json | jq .feeds[].id
    ```
    """
    configuration = configuration_for(ctx, config, index)
    shown = _shown(configuration)
    if as_json:
        emit_line(json.dumps(shown, ensure_ascii=False))
        return 0
    yaml, text = YAML(), StringIO()
    yaml.width = 4096
    yaml.dump(shown, text)
    console = output()
    console.print(f"# from {', '.join(configuration.read_from) or 'nothing but the defaults'}", markup=False)
    console.out(plain(text.getvalue(), lines=True), end="", highlight=False)
    return 0


@app.command()
def schema(
    name: Annotated[str, typer.Argument(help=f"One of: {', '.join(SCHEMAS)}.", show_default=False)] = "",
    write: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write all of them into a config directory.")
    ] = None,
    config: ConfigOption = None,  # noqa: ARG001  # every command takes them; schemas do not depend on them
    index: IndexOption = None,  # noqa: ARG001
) -> int:
    """Print the JSON Schema of a file (newsbeam, feeds) or of what a command prints (article, run, ...).

    ```
    newsbeam config schema feeds
    newsbeam config schema --write config
    ```
    """
    if write is not None:
        _write_all(write)
        return 0
    if name not in SCHEMAS:
        near = nearest(name, SCHEMAS)
        said = f"there is no schema '{name}'" if name else "name a schema"
        raise SetupError(f"{said}; " + (f"did you mean '{near}'?" if near else f"one of {', '.join(SCHEMAS)}"))
    output().file.write(as_text(name))
    return 0


def _write_all(directory: Path) -> None:
    for name in SCHEMAS:
        file = file_of(name, directory)
        try:
            file.parent.mkdir(exist_ok=True)
            file.write_text(as_text(name), encoding="utf-8")
        except OSError as error:
            raise SetupError(f"{file} can't be written: {error.strerror}") from error


def _shown(configuration: Configuration) -> dict[str, Any]:
    settings = configuration.settings.model_dump(mode="json")
    for section in settings.values():
        if isinstance(section, dict):
            section |= {name: _held(variable) for name, variable in section.items() if name.endswith("_env")}
    feeds = [_feed(feed, enabled=True) for feed in configuration.feeds]
    feeds += [_feed(feed, enabled=False) for feed in configuration.disabled]
    return {"settings": settings, "feeds": sorted(feeds, key=lambda feed: feed.pop("order"))}


def _feed(feed: FeedSource, *, enabled: bool) -> dict[str, Any]:
    shown = feed.model_dump(mode="json", exclude={"kind", "content", "headers_env", "auth_env"}, exclude_none=True)
    shown["url"] = without_secrets(feed.url)
    if feed.every is not None:
        shown["every"] = every_text(feed.every)
    shown |= feed.content.model_dump(mode="json", exclude_defaults=True)
    shown["headers"] = feed.headers | {name: f"${{{held}}}" for name, held in feed.headers_env.items()}
    if not shown["headers"]:
        del shown["headers"]
    if feed.auth_env is not None:
        shown["auth"] = {"username_env": _held(feed.auth_env[0]), "password_env": _held(feed.auth_env[1])}
    return shown | {"enabled": enabled}


def _held(variable: str) -> str:
    return f"{variable} ({'set' if os.environ.get(variable) else 'not set'})"
