"""`newsbeam feeds`: the curator's commands; here those that look, and write nothing."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from models.curation import FeedCheck, ListedFeed
from models.errors import NewsbeamError, SetupError
from models.feeds_file import every_text
from models.settings import Configuration
from models.source import FeedSource
from pipelines.cli import feeds_edit
from pipelines.cli.feeds_edit import no_such_feed
from pipelines.cli.feeds_shown import checked, listed, statuses
from pipelines.cli.options import ConfigOption, IndexOption, JsonOption, configuration_for
from pipelines.cli.output import complain, emit, messages, output
from pipelines.cli.progress import waiting
from pipelines.configuration import load_feeds
from pipelines.logs import without_secrets
from pipelines.schedule import is_retired
from pipelines.stores import opened_store

app = typer.Typer(no_args_is_help=True, help="Find, check, add, remove and exchange feeds.")

_RECORDS_OF_ONE, _RECORDS_OF_MANY = 10, 2
_YAML = (".yaml", ".yml")


@app.command("list")
def list_feeds(
    ctx: typer.Context, as_json: JsonOption = False, config: ConfigOption = None, index: IndexOption = None
) -> int:
    """List the configured feeds; those that are gone for good are marked, where the index can be asked.

    ```
    newsbeam feeds list
    newsbeam feeds list --json | jq -r .url
    ```
    """
    configuration = configuration_for(ctx, config, index)
    pairs = [(feed, True) for feed in configuration.feeds] + [(feed, False) for feed in configuration.disabled]
    retired = _retired(configuration)
    pairs.sort(key=lambda pair: pair[0].order)
    feeds = [_listed(feed, enabled=enabled, retired=feed.id in retired) for feed, enabled in pairs]
    if as_json:
        emit(feeds)
    elif feeds:
        output().print(listed(feeds))
    else:
        output().print("no feeds yet; newsbeam feeds add URL adds one")
    return 0


@app.command()
def status(
    ctx: typer.Context, as_json: JsonOption = False, config: ConfigOption = None, index: IndexOption = None
) -> int:
    """Show how the feeds do: last success, last new article, interval, failures; trouble first.

    ```
    newsbeam feeds status
    newsbeam feeds status --json | jq 'select(.silent)'
    ```
    """
    configuration = configuration_for(ctx, config, index)
    from pipelines.curate.status import feed_statuses

    feeds = [*configuration.feeds, *configuration.disabled]
    with opened_store(configuration.settings) as (_, state):
        states = state.feed_states([feed.id for feed in feeds])
    found = feed_statuses(configuration.feeds, configuration.disabled, states, datetime.now(UTC))
    if as_json:
        emit(found)
    else:
        output().print(statuses(found))
    return 0


@app.command()
def check(
    ctx: typer.Context,
    named: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID|URL|FILE...", help="Feeds by id or address, or other feeds files; all if absent."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=0, max=1000, help="Records to show of each feed.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    index: IndexOption = None,
) -> int:
    """Check feeds.yaml, fetch each feed once, and show what would be indexed and what looks wrong.

    No index and no state is touched. Pages are fetched for the records that are shown only.

    Exit codes: 0 all can be read · 2 the configuration is wrong · 3 a feed can't be read · 75 none can be reached now.

    ```
    newsbeam feeds check
    newsbeam feeds check dw-de --limit 3
    newsbeam feeds check https://www.example.org/feed --json
    ```
    """
    configuration = configuration_for(ctx, config, index, need_secrets=not named)
    feeds = _named(configuration, named or [])
    if limit is None:
        limit = _RECORDS_OF_ONE if named and len(feeds) == 1 else _RECORDS_OF_MANY
    from pipelines.curate.checks import check_feeds  # it loads models and gazetteers

    with waiting(messages(), f"looking at {len(feeds)} feeds"):
        checks = check_feeds(feeds, configuration.settings, limit, configuration.feeds)
    if as_json:
        emit(checks)
    else:
        console = output()
        for each in checks:
            console.print(checked(each))
    return _verdict(checks)


app.command()(feeds_edit.add)
app.command()(feeds_edit.remove)
app.command("import")(feeds_edit.import_opml)
app.command("export")(feeds_edit.export_opml)


def _named(configuration: Configuration, named: Sequence[str]) -> list[FeedSource]:
    """The feeds that were asked for, each once. Raises SetupError for what is none."""
    if not named:
        if not configuration.feeds:
            raise SetupError("there are no feeds to check; newsbeam feeds add URL adds one")
        return list(configuration.feeds)
    known = {feed.id: feed for feed in (*configuration.feeds, *configuration.disabled)}
    found: dict[str, FeedSource] = {}
    for given in named:
        if given in known:
            found[given] = known[given]
        elif given.lower().endswith(_YAML):
            found |= {feed.id: feed for feed in load_feeds(Path(given))[0]}
        elif "://" in given:
            feed = _at_address(given, list(known.values()))
            found[feed.id] = feed
        else:
            cure = "; newsbeam preview reads files that are no feeds.yaml" if Path(given).exists() else ""
            raise SetupError(f"{no_such_feed(given, list(known))}{cure}")
    return [feed.model_copy(update={"order": place}) for place, feed in enumerate(found.values())]


def _at_address(given: str, known: Sequence[FeedSource]) -> FeedSource:
    """The configured feed with this address, or one with nothing but it."""
    from pipelines.configuration.feeds import normalized_url
    from pipelines.curate.naming import web_address

    try:
        url = web_address(given)
    except ValueError as error:
        raise SetupError(f"'{without_secrets(given)}' {error}") from error
    configured = (feed for feed in known if normalized_url(feed.url) == normalized_url(url))
    return next(configured, FeedSource(id=url, url=url, name=urlsplit(url).hostname or url))


def _verdict(checks: Sequence[FeedCheck]) -> int:
    """0 all could be read, 3 some not, 75 none could be reached."""
    broken = [each for each in checks if each.error is not None]
    if not broken:
        return 0
    if len(broken) == len(checks) and all(each.unreachable for each in broken):
        complain("no feed can be reached now; try again later")
        return 75
    complain(f"{len(broken)} of {len(checks)} feeds can't be read: {', '.join(each.id for each in broken)}")
    return 3


def _retired(configuration: Configuration) -> set[str]:
    """The feeds that are gone for good, by what is remembered; an index that is away is not waited for."""
    elasticsearch = configuration.settings.elasticsearch.model_copy(update={"retry_budget": 0.0})
    settings = configuration.settings.model_copy(update={"elasticsearch": elasticsearch})
    try:
        with opened_store(settings) as (_, state):
            states = state.feed_states([feed.id for feed in configuration.feeds])
    except NewsbeamError as error:
        complain(f"which feeds are gone for good can't be told: {error}")
        return set()
    return {feed.id for feed in configuration.feeds if feed.id in states and is_retired(states[feed.id], feed.url)}


def _listed(feed: FeedSource, *, enabled: bool, retired: bool) -> ListedFeed:
    return ListedFeed(
        id=feed.id,
        name=feed.name,
        url=without_secrets(feed.url),
        every=every_text(feed.every) if feed.every is not None else None,
        language=feed.content.language,
        section=feed.content.section,
        tags=feed.content.tags,
        full_text=feed.content.full_text,
        enabled=enabled,
        retired=retired,
    )
