"""What an operator reads after a run: what came of it, where it hurts, what to do next, and that it adds up."""

import os
from collections.abc import Iterator, Mapping

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from models.outcome import OutcomeKind
from models.report import RunReport, Tally
from pipelines.cli.output import plain
from pipelines.logs import without_secrets

MOST_SOURCES = 20
MOST_REASONS = 10

_MEANINGS = {
    OutcomeKind.NEW: ("green", "written for the first time"),
    OutcomeKind.UPDATED: ("cyan", "changed since the last time, or asked for with --again"),
    OutcomeKind.UNCHANGED: ("dim", "known already, nothing written"),
    OutcomeKind.DUPLICATE: ("dim", "brought by another source already"),
    OutcomeKind.STALE: ("dim", "older than what the index holds"),
    OutcomeKind.FILTERED: ("yellow", "left out by include or exclude words"),
    OutcomeKind.FAILED: ("red", "not indexed, kept as dead letters"),
}
_REASONS_TO_EXIT = {0: "done", 1: "a broken promise", 2: "wrong set-up", 3: "too many failures", 75: "try again later"}


def summary(report: RunReport, names: Mapping[str, str]) -> RenderableType:
    """The report for a terminal. `names` gives the names of sources by their ids."""
    return Group(*_parts(report, names))


def _parts(report: RunReport, names: Mapping[str, str]) -> Iterator[RenderableType]:
    totals = report.totals
    yield _headline(report)
    if totals.seen and not _is_idle(totals):
        yield Padding(_outcomes(totals), (1, 0, 0, 2), expand=False)
    if (table := _sources(report, names)) is not None:
        yield Padding(table, (1, 0, 0, 2), expand=False)
    if report.failures_by_reason:
        yield Padding(_failures(report), (1, 0, 0, 2), expand=False)
    yield Text()
    yield from _accounting(totals)
    yield from _ending(report)


def _headline(report: RunReport) -> Text:
    """One sentence that is enough on most days."""
    totals = report.totals
    if totals.due == 0:
        return Text("nothing was due" if report.exit_code == 0 else "nothing is known to be done", style="bold")
    if _is_idle(totals):
        known = [f"{number:,} {kind}" for kind, number in _endings(totals) if number]
        known += [f"{_count(totals.not_modified, 'document')} not modified"] if totals.not_modified else []
        return Text(f"nothing new: {', '.join(known) or 'no entries'}", style="bold")
    written, failed = totals.new + totals.updated, totals.failed + totals.failed_documents
    return Text.assemble(
        (f"{_count(written, 'article')} written" if written else "nothing written", "bold"),
        f" from {_count(totals.due, 'document')}",
        (f", {failed:,} failed" if failed else "", "red"),
    )


def _outcomes(totals: Tally) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column()
    table.add_column(style="dim")
    for kind, number in _endings(totals):
        if number:
            style, meaning = _MEANINGS[kind]
            table.add_row(Text(f"{number:,}", style=style), Text(kind, style=style), meaning)
    return table


def _sources(report: RunReport, names: Mapping[str, str]) -> Table | None:
    """The sources that did something or failed, those that hurt first, then those that brought most."""
    busy = {source: tally for source, tally in report.sources.items() if not _is_quiet(tally)}
    if not busy or (len(report.sources) == 1 and not _trouble(report.totals)):
        return None
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("source", overflow="ellipsis", no_wrap=True, max_width=48)
    for heading in ("seen", "new", "updated", "failed"):
        table.add_column(heading, justify="right")
    table.add_column()
    ranked = sorted(busy.items(), key=lambda item: (-_trouble(item[1]), -item[1].new - item[1].updated, item[0]))
    for source, tally in ranked[:MOST_SOURCES]:
        note = "not reached" if tally.unreachable else "failed" if tally.failed_documents else ""
        table.add_row(
            Text(plain(names.get(source) or _short(source))),
            *(_number(number) for number in (tally.seen, tally.new, tally.updated)),
            _number(tally.failed, "red"),
            Text(note, style="red"),
        )
    if (rest := len(ranked) - MOST_SOURCES) > 0:
        table.add_row(Text(f"and {_count(rest, 'more source')}", style="dim"))
    if quiet := len(report.sources) - len(busy):
        table.add_row(Text(f"{_count(quiet, 'source')} with nothing new", style="dim"))
    return table


def _failures(report: RunReport) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="red")
    table.add_column(overflow="fold")
    reasons = list(report.failures_by_reason.items())
    for reason, number in reasons[:MOST_REASONS]:
        table.add_row(f"{number:,}", Text(plain(without_secrets(reason))))
    if rest := reasons[MOST_REASONS:]:
        table.add_row(f"{sum(number for _, number in rest):,}", Text(f"for {_count(len(rest), 'other reason')}"))
    advice = Text.assemble(("see each with: ", "dim"), ("newsbeam failures list", "bold"))
    return Group(Text("failures by reason", style="dim"), table, advice)


def _accounting(totals: Tally) -> Iterator[Text]:
    """That everything is accounted for, as a sum that can be checked by eye."""
    if not totals.due and not totals.seen:
        return
    ended = " + ".join(f"{number:,} {kind}" for kind, number in _endings(totals) if number) or "0"
    yield Text(f"seen {totals.seen:,} = {ended}", style="dim")
    went = ((totals.fetched, "fetched"), (totals.not_modified, "not modified"), (totals.failed_documents, "failed"))
    documents = " + ".join(f"{number:,} {word}" for number, word in went if number) or "0"
    yield Text(f"due {totals.due:,} = {documents}", style="dim")
    for difference in totals.differences():
        yield Text(f"this does not add up, which is a bug: {difference}", style="bold red")


def _ending(report: RunReport) -> Iterator[Text]:
    seconds, seen = report.seconds, report.totals.seen
    said = _duration(seconds)
    if seen and seconds > 0:
        rate = seen / seconds
        said += f", {rate:,.0f} entries a second" if rate >= 10 else f", {rate:.1f} entries a second"
    said += f" · index {plain(without_secrets(report.index))}"
    reason = plain(report.exit_reason)
    if report.exit_code == 0:
        yield Text(f"{said} · {reason}", style="dim")
        return
    yield Text(said, style="dim")
    word = _REASONS_TO_EXIT.get(report.exit_code, "stopped")
    yield Text(f"exit {report.exit_code} ({word}): {reason}", style="bold red")


def _endings(totals: Tally) -> Iterator[tuple[OutcomeKind, int]]:
    for kind in OutcomeKind:
        yield kind, getattr(totals, kind.value)


def _is_idle(totals: Tally) -> bool:
    return not (totals.new or totals.updated or totals.failed or totals.failed_documents)


def _is_quiet(tally: Tally) -> bool:
    return _is_idle(tally) and not tally.filtered


def _trouble(tally: Tally) -> int:
    return tally.failed + tally.failed_documents


def _short(source: str) -> str:
    """A file's path as it is typed from here."""
    here = os.getcwd() + os.sep
    return source.removeprefix(here)


def _number(number: int, style: str = "") -> Text:
    return Text(f"{number:,}", style=style) if number else Text("-", style="dim")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
