"""Judges how Newsbeam does: the last runs, what is due, what is broken, what is silent."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from models.curation import FeedStatus
from models.feed_state import FeedState
from models.report import RunReport
from models.settings import Configuration
from models.source import Every
from models.status import PastRun, Status
from pipelines import NEWSBEAM_VERSION
from pipelines.curate.status import feed_statuses
from pipelines.due import due_times, pauses_of
from pipelines.schedule import interval_of
from pipelines.state.base import StateStore

RUNS = 5
"""So many of the latest are shown."""

_LOOKED_BACK = 50
_PATIENCE = 3
"""A feed that fails so often in a row is broken; anything may fail once."""

_OVERDUE = timedelta(hours=1)
_INTERVALS = 2
"""A feed that waits longer than an hour and two intervals is not polled any more: nothing runs."""

_BROKEN_ENDS = (1, 2, 3)


def judge(configuration: Configuration, state: StateStore, now: datetime) -> Status:
    """What the state says of these feeds and the last runs. Raises TryLater when the index is away."""
    feeds = configuration.feeds
    states = state.feed_states([feed.id for feed in feeds])
    statuses = feed_statuses(feeds, (), states, now)
    reports = state.runs(_LOOKED_BACK)
    times = {name: at for name, at in due_times(feeds, states, now, pauses_of(feeds, states, {})).items() if at}
    broken = [status for status in statuses if _is_broken(status)]
    failing = [status for status in statuses if status.failures_in_a_row and not _is_broken(status)]
    silent = [status for status in statuses if status.condition == "silent"]
    return Status(
        checked_at=now,
        index=configuration.settings.index,
        newsbeam=NEWSBEAM_VERSION,
        problems=tuple(_problems(configuration, states, times, reports, broken, silent, now)),
        runs=tuple(map(_past, reports[:RUNS])),
        last_success_at=next((report.ended_at for report in reports if report.exit_code == 0), None),
        feeds=len(feeds),
        due=tuple(source_id for source_id, at in times.items() if at <= now),
        next_due_at=min((at for at in times.values() if at > now), default=None),
        broken=tuple(broken),
        failing=tuple(failing),
        silent=tuple(silent),
    )


def _is_broken(status: FeedStatus) -> bool:
    return status.retired or status.failures_in_a_row >= _PATIENCE


def _problems(
    configuration: Configuration,
    states: Mapping[str, FeedState],
    times: Mapping[str, datetime],
    reports: Sequence[RunReport],
    broken: Sequence[FeedStatus],
    silent: Sequence[FeedStatus],
    now: datetime,
) -> Iterator[str]:
    if reports and reports[0].exit_code in _BROKEN_ENDS:
        yield f"the last run ended with {reports[0].exit_code}: {reports[0].exit_reason}"
    late = [
        times[feed.id]
        for feed in configuration.feeds
        if feed.id in states and feed.id in times and _is_overdue(states[feed.id], feed.every, times[feed.id], now)
    ]
    if late:
        since = f"{min(late):%Y-%m-%d %H:%M} UTC"
        yield f"{_count(len(late), 'feed')} overdue since {since}: nothing runs newsbeam run"
    if broken:
        yield f"{_count(len(broken), 'feed')} broken"
    if silent:
        yield f"{_count(len(silent), 'feed')} silent"


def _is_overdue(state: FeedState, every: Every | None, due: datetime, now: datetime) -> bool:
    return now - due > max(_OVERDUE, _INTERVALS * interval_of(every, state, due))


def _past(report: RunReport) -> PastRun:
    totals = report.totals
    return PastRun(
        run_id=report.run_id,
        started_at=report.started_at,
        seconds=report.seconds,
        exit_code=report.exit_code,
        exit_reason=report.exit_reason,
        due=totals.due,
        new=totals.new,
        updated=totals.updated,
        failed=totals.failed + totals.failed_documents,
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun} is" if number == 1 else f"{number:,} {noun}s are"
