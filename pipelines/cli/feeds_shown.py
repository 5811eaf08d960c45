"""Shows feeds for reading: the list, how they do, what a look at them found."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from models.article import Precision, TextStatus
from models.curation import FeedCheck, FeedStatus, ListedFeed, SeenRecord
from pipelines.cli.hits import language_name, written
from pipelines.cli.output import plain
from pipelines.logs import without_secrets

_STYLES = {"retired": "red", "failing": "red", "silent": "yellow", "waiting": "dim", "well": "green", "disabled": "dim"}
_NAMES = 8


def listed(feeds: Sequence[ListedFeed]) -> RenderableType:
    """A line for each feed."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("id", no_wrap=True)
    table.add_column("name", max_width=30, overflow="ellipsis", no_wrap=True)
    for name in ("lang", "every", "text", "section"):
        table.add_column(name, max_width=14, overflow="ellipsis", no_wrap=True)
    table.add_column("url", overflow="fold")
    for feed in feeds:
        url = f"{feed.url} (retired)" if feed.retired else feed.url
        cells = (feed.id, feed.name, feed.language, feed.every, feed.full_text, feed.section, url)
        table.add_row(*(Text(plain(cell or "-")) for cell in cells), style=_style(feed))
    return table


def _style(feed: ListedFeed) -> str | None:
    if not feed.enabled:
        return "dim strike"
    return "red" if feed.retired else None


def statuses(found: Sequence[FeedStatus]) -> RenderableType:
    """A line for each feed, and one more for what is wrong with it."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("", "id", "last success", "last new article", "every", "next", "failures"):
        table.add_column(name, overflow="fold")
    for status in found:
        moments = (status.last_success_at, status.last_new_at)
        table.add_row(
            Text(status.condition, style=_STYLES[status.condition]),
            Text(plain(status.id)),
            *(Text(written(moment) if moment else "never") for moment in moments),
            Text(_interval(status.every_seconds)),
            Text(written(status.next_due_at) if status.next_due_at else "-"),
            Text(f"{status.failures_in_a_row} in a row" if status.failures_in_a_row else "-"),
        )
    notes = [
        Text.assemble((f"  {plain(status.id)}: ", "bold"), plain(note)) for status in found for note in _notes(status)
    ]
    return Group(table, *([Text(), *notes] if notes else []))


def checked(check: FeedCheck) -> RenderableType:
    """What one look at a feed found."""
    lines: list[RenderableType] = [_about(check)]
    if check.id != check.url:
        lines.append(Text(f"  {plain(check.url)}", style="dim"))
    if check.error is not None:
        lines.append(Text(f"  can't be read: {plain(without_secrets(check.error))}", style="red"))
    lines += [Text(f"  {finding.kind}: {plain(finding.message)}", style="yellow") for finding in check.findings]
    if check.records:
        lines.append(_records(check.records))
    return Group(*lines, Text())


def planned(check: FeedCheck, feed: Mapping[str, object], others: Sequence[str]) -> RenderableType:
    """What was found for a new feed, what is written of it, and what else was there."""
    findings = [Text(f"  {finding.kind}: {plain(finding.message)}", style="yellow") for finding in check.findings]
    written_lines = [Text(plain(f"    {key}: {_value(value)}"), overflow="fold") for key, value in feed.items()]
    also = [Text(plain(f"  also there: {url}"), style="dim", overflow="fold") for url in others]
    return Group(_about(check), *findings, *written_lines, *also)


def _about(check: FeedCheck) -> Text:
    facts = [check.title or check.name]
    if check.error is None:
        several = ["several languages"] if check.records else []
        facts += [language_name(check.language)] if check.language else several
        facts.append(_entries(check))
    return Text.assemble((plain(check.id), "bold"), "  ", plain(" · ".join(facts)))


def _entries(check: FeedCheck) -> str:
    said = "1 entry" if check.entries == 1 else f"{check.entries} entries"
    return f"{said}, the newest from {written(check.newest)}" if check.newest else said


def _records(records: Sequence[SeenRecord]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=2)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for record in records:
        text = Group(Text(plain(record.title)), *(Text(line, style="dim") for line in _facts(record)))
        table.add_row("", Text(_date(record)), text)
    return table


def _facts(record: SeenRecord) -> Iterator[str]:
    origin = f"text from {record.text_from}" if record.text_from else "no text"
    status = "" if record.text_status is TextStatus.FULL else f", {record.text_status}"
    yield plain(f"{language_name(record.language)} · {record.words:,} words · {origin}{status}")
    names = list(dict.fromkeys((*record.people, *record.organizations, *record.places, *record.countries)))
    if names:
        more = f", and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
        yield plain(", ".join(names[:_NAMES]) + more)


def _date(record: SeenRecord) -> str:
    moment: datetime | None = record.published_at
    if moment is None:
        return "no date"
    if record.published_at_precision is Precision.DAY:
        return f"{moment:%Y-%m-%d}"
    return f"{moment:%Y-%m-%d %H:%M} UTC" + ("?" if record.published_at_precision is Precision.NO_ZONE else "")


def _notes(status: FeedStatus) -> Iterator[str]:
    match status.condition:
        case "retired":
            yield (
                "its server says that it is gone for good, and it is polled no more;"
                f" newsbeam feeds remove {status.id}, or newsbeam run --source {status.id} to ask once again"
            )
        case "failing":
            yield status.last_error or "no reason given"
        case "silent":
            yield f"answers, but has brought nothing new for long; newsbeam feeds check {status.id}"
    if status.moved_to is not None:
        yield f"has moved for good, and is asked there; write url: {status.moved_to}"
    if status.asked_for_seconds == status.every_seconds:
        yield f"asks to be read no more often than every {_interval(status.every_seconds)}"


def _interval(seconds: int) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _value(value: object) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list | tuple) else str(value)
