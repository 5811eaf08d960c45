"""The options that every command takes, before its name or after it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from models.settings import Configuration, Settings
from pipelines.configuration import is_packaged, load_configuration, load_settings
from pipelines.logs import configure_logging

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="DIR",
        help="Directory with newsbeam.yaml and feeds.yaml; ./config, else the packaged one, if absent.",
        show_default=False,
    ),
]
IndexOption = Annotated[
    str | None,
    typer.Option(
        "--index",
        metavar="DIR|URL",
        help="A directory (embedded index) or an Elasticsearch with the prefix as path: http://localhost:9200/news.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for scripts instead of text for people.")]


@dataclass(frozen=True)
class Common:
    """What was said before the command's name."""

    config: Path | None = None
    index: str | None = None


def settings_for(ctx: typer.Context, config: Path | None, index: str | None, *, need_aliases: bool = False) -> Settings:
    """The settings for a command that polls nothing, the log set up by them."""
    common = _common(ctx)
    settings = load_settings(
        config or common.config, index=common.index if index is None else index, need_aliases=need_aliases
    )
    configure_logging(settings.log_level)
    return settings


def configuration_for(
    ctx: typer.Context,
    config: Path | None,
    index: str | None,
    *,
    need_secrets: bool = False,
    need_installed: bool = False,
) -> Configuration:
    """Settings and feeds, the log set up by them."""
    common = _common(ctx)
    configuration = load_configuration(
        config or common.config,
        index=common.index if index is None else index,
        need_secrets=need_secrets,
        need_installed=need_installed,
    )
    configure_logging(configuration.settings.log_level)
    return configuration


def uses_packaged(ctx: typer.Context, config: Path | None) -> bool:
    """Whether no configuration was named and none is here, so that the packaged one holds."""
    return is_packaged(config or _common(ctx).config)


def _common(ctx: typer.Context) -> Common:
    found = ctx.find_object(Common)
    return found if isinstance(found, Common) else Common()
