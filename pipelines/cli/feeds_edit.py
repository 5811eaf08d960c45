"""The commands of `newsbeam feeds` that write: into feeds.yaml, or a list of feeds for others."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from models.errors import SetupError
from models.source import FullText
from pipelines.cli.feeds_shown import planned
from pipelines.cli.options import Common, ConfigOption, IndexOption, configuration_for, settings_for
from pipelines.cli.output import complain, emit_bytes, messages, output, plain, tell
from pipelines.cli.progress import waiting
from pipelines.configuration import nearest
from pipelines.logs import without_secrets

_RECORDS_LOOKED_AT = 20
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")]


def add(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="A feed, or a page of the site whose feed is wanted.")],
    feed_id: Annotated[str | None, typer.Option("--id", help="Its id; made of the name if absent.")] = None,
    name: Annotated[str | None, typer.Option(help="Its name; what the feed calls itself if absent.")] = None,
    language: Annotated[str | None, typer.Option(help="Its language; found out if absent.")] = None,
    section: Annotated[str | None, typer.Option(help="The section of its articles.")] = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", help="A tag of its articles; may be repeated.")] = None,
    full_text: Annotated[FullText | None, typer.Option(help="Where texts come from.", show_default=False)] = None,
    every: Annotated[str | None, typer.Option(metavar="HOW-OFTEN", help="Polled so often: 15m, or 10m to 6h.")] = None,
    dry_run: DryRunOption = False,
    config: ConfigOption = None,
    index: IndexOption = None,
) -> int:
    """Find the feed behind an address, look at it, and write it into feeds.yaml.

    Of several feeds the one of the whole site is taken; the others are named. Comments, order and everything else
    in the file stay as they are.

    ```
    newsbeam feeds add https://www.example.org
    newsbeam feeds add https://www.example.org/rss --section world --tag abroad --full-text page --dry-run
    ```
    """
    settings = settings_for(ctx, config, index)
    from pipelines.curate.adding import plan_feed
    from pipelines.curate.file import added, feeds_path, read_feeds_text, write

    before = read_feeds_text(feeds_path(_directory(ctx, config)))
    given: dict[str, object] = {"id": feed_id, "name": name, "language": language, "section": section, "every": every}
    given |= {"tags": list(tags or []), "full_text": full_text.value if full_text else None}
    options = {key: value for key, value in given.items() if value not in (None, [])}
    with waiting(messages(), "looking for the feed"):
        plan = plan_feed(before, url, settings, options, _RECORDS_LOOKED_AT)
    after = added(before, [plan.written])
    if not dry_run:
        write(before, after)
    line = after.lines[str(plan.written["id"])]
    output().print(planned(plan.check, plan.written, [other.url for other in plan.others]))
    said = "would be added to" if dry_run else "added to"
    output().print(f"{said} {plain(str(before.path))}, line {line}", markup=False)
    if before.content is None and not dry_run:
        complain(f"{before.path} is new; from now on the feeds in it are all that runs poll here")
    return 0


def remove(
    ctx: typer.Context,
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="The feeds to take out.")],
    dry_run: DryRunOption = False,
    config: ConfigOption = None,
    index: IndexOption = None,
) -> int:
    """Take feeds out of feeds.yaml; their articles stay in the index.

    ```
    newsbeam feeds remove example-news
    newsbeam feeds remove example-news example-sports --dry-run
    ```
    """
    settings_for(ctx, config, index)
    from pipelines.curate.file import feeds_path, read_feeds_text, removed, write

    with waiting(messages(), "reading"):
        before = read_feeds_text(feeds_path(_directory(ctx, config)))
    if before.content is None:
        raise SetupError(f"there is no {before.path} to remove a feed from; name its directory: --config DIR")
    held = [feed.id for feed in before.feeds]
    if unknown := [f"{before.path}: {no_such_feed(name, held)}" for name in ids if name not in held]:
        raise SetupError("; ".join(unknown))
    with waiting(messages(), "writing"):
        after = removed(before, ids)
    if not dry_run:
        write(before, after)
    for name in dict.fromkeys(ids):
        said = "would be removed from" if dry_run else "removed from"
        output().print(f"{plain(name)} {said} {plain(str(before.path))}, line {before.lines[name]}", markup=False)
    return 0


def import_opml(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="An OPML list; - for standard input.")],
    dry_run: DryRunOption = False,
    config: ConfigOption = None,
    index: IndexOption = None,
) -> int:
    """Add the feeds of an OPML list to feeds.yaml; folders become sections. Nothing is fetched.

    ```
    newsbeam feeds import subscriptions.opml --dry-run
    curl -s https://www.example.org/list.opml | newsbeam feeds import -
    ```
    """
    settings_for(ctx, config, index)
    from pipelines.curate.adding import plan_list
    from pipelines.curate.file import added, feeds_path, read_feeds_text, write
    from pipelines.curate.opml import read_opml

    shown = "standard input" if file == "-" else file
    opml = read_opml(_content(file), shown)
    with waiting(messages(), "reading"):
        before = read_feeds_text(feeds_path(_directory(ctx, config)))
        found = plan_list(before, opml.outlines)
        after = added(before, found.feeds)
    if found.feeds and not dry_run:
        write(before, after)
    for line, message in sorted((*opml.problems, *found.problems)):
        tell(plain(f"{shown}:{line}: {message}"))
    if not opml.outlines:
        raise SetupError(f"{shown} holds no feeds: no outline in it has an xmlUrl")
    console, number = output(), len(found.feeds)
    if dry_run:
        for feed in found.feeds:
            section = f"  ({feed['section']})" if "section" in feed else ""
            console.print(plain(f"{feed['id']}  {feed['url']}{section}"), markup=False, soft_wrap=True)
    said = "would be added to" if dry_run else "added to"
    console.print(f"{number} of {len(opml.outlines)} feeds {said} {plain(str(before.path))}", markup=False)
    return 0


def export_opml(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="Where to write; standard output if absent.")] = "-",
    config: ConfigOption = None,
    index: IndexOption = None,
) -> int:
    """Write the feeds as an OPML 2.0 list, for other feed readers and for newsbeam feeds import.

    Headers and credentials are left out.

    ```
    newsbeam feeds export feeds.opml
    ```
    """
    configuration = configuration_for(ctx, config, index)
    from pipelines.curate.opml import write_opml
    from pipelines.replace import replace_file

    pairs = [(feed, True) for feed in configuration.feeds] + [(feed, False) for feed in configuration.disabled]
    pairs.sort(key=lambda pair: pair[0].order)
    if not pairs:
        raise SetupError("there are no feeds to export; newsbeam feeds add URL adds one")
    content = write_opml(pairs, datetime.now(UTC))
    if file == "-":
        emit_bytes(content)
    else:
        try:
            replace_file(Path(file), content)
        except OSError as error:
            raise SetupError(f"{file} can't be written: {error.strerror}") from error
        output().print(f"{len(pairs)} feeds written to {plain(file)}", markup=False)
    for feed, _ in pairs:
        if feed.headers or feed.headers_env or feed.auth_env:
            complain(f"feed '{feed.id}': its headers and credentials are not in the list")
        if without_secrets(feed.url) != feed.url:
            complain(f"feed '{feed.id}': its address holds a secret, and now the list does too")
    return 0


def no_such_feed(given: str, known: Sequence[str]) -> str:
    """The sentence for an id that is none, with the one that was meant."""
    near = nearest(given, known)
    return f"no feed has the id '{given}'; " + (f"did you mean '{near}'?" if near else "newsbeam feeds list shows them")


def _content(file: str) -> bytes:
    from pipelines.curate.opml import LARGEST

    if file == "-":
        return sys.stdin.buffer.read(LARGEST + 1)
    try:
        with Path(file).open("rb") as stream:
            return stream.read(LARGEST + 1)
    except OSError as error:
        raise SetupError(f"{file} can't be read: {error.strerror}") from error


def _directory(ctx: typer.Context, config: Path | None) -> Path | None:
    common = ctx.find_object(Common)
    return config or (common.config if isinstance(common, Common) else None)
