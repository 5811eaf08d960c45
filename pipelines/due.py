"""Which sources a run takes: the files that were named, or the feeds whose time has come."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from uuid import uuid4

from models.document import Poll
from models.errors import SetupError
from models.feed_state import FeedState
from models.run import RunRequest
from models.settings import Configuration
from models.source import FeedSource
from pipelines.fetch import check_secrets, discover_files, fingerprint, host_of
from pipelines.schedule import due_after_success, is_retired
from pipelines.state.base import StateStore

Pauses = Mapping[str, datetime]
"""Hosts, and until when nothing of theirs is to be asked."""


def polls_of(configuration: Configuration, request: RunRequest, state: StateStore, now: datetime) -> list[Poll]:
    """The polls of a run, in the order of the sources. Raises SetupError for a path or id that is none."""
    if request.paths:
        files = discover_files(request.paths)
        content = configuration.settings.files.content()
        return [
            Poll(id=uuid4().hex, source=file.model_copy(update={"content": content}), again=request.again)
            for file in files
        ]
    feeds = feeds_asked_for(configuration.feeds, request.source_id)
    for feed in feeds:
        check_secrets(feed)
    everything = request.all or request.again or request.source_id is not None
    return polls_due(feeds, state, now, everything=everything, again=request.again)


def polls_due(
    feeds: Sequence[FeedSource],
    state: StateStore,
    now: datetime,
    *,
    everything: bool = False,
    again: bool = False,
    pauses: Pauses | None = None,
) -> list[Poll]:
    """A poll for each of these feeds that is due, or for each with `everything`.

    `pauses` are those of hosts that are known besides what is remembered of these feeds.
    """
    states = state.feed_states([feed.id for feed in feeds])
    known = pauses_of(feeds, states, pauses or {})
    times = due_times(feeds, states, now, known)
    return [
        Poll(id=uuid4().hex, source=feed, state=states.get(feed.id), again=again)
        for feed in feeds
        if everything or ((at := times[feed.id]) is not None and at <= now)
    ]


def due_times(
    feeds: Iterable[FeedSource], states: Mapping[str, FeedState], now: datetime, pauses: Pauses
) -> dict[str, datetime | None]:
    """When each feed is to be polled next, by its id; a feed that is gone for good never is."""
    return {feed.id: due_at(feed, states.get(feed.id), now, pauses) for feed in feeds}


def due_at(feed: FeedSource, state: FeedState | None, now: datetime, pauses: Pauses) -> datetime | None:
    """When a feed is to be polled next: at once where it never was, or where its settings have changed since."""
    at = _due_by_itself(feed, state, now)
    until = pauses.get(host_of(feed.url))
    return at if at is None or until is None else max(at, until)


def pauses_of(feeds: Iterable[FeedSource], states: Mapping[str, FeedState], known: Pauses) -> dict[str, datetime]:
    """Until when which hosts want to be left alone by all, as one of their feeds was told."""
    found = dict(known)
    for feed in feeds:
        state = states.get(feed.id)
        if state is not None and state.host_paused_until is not None and state.url == feed.url:
            host = host_of(feed.url)
            found[host] = max(state.host_paused_until, found.get(host, state.host_paused_until))
    return found


def _due_by_itself(feed: FeedSource, state: FeedState | None, now: datetime) -> datetime | None:
    if state is None or state.url != feed.url:
        return now
    if is_retired(state, feed.url):
        return None
    if state.failures_in_a_row or state.last_attempt_at is None:
        return state.next_due_at or now
    due = due_after_success(feed.every, state, state.last_attempt_at)
    return min(due, now) if state.fingerprint != fingerprint(feed) else due


def feeds_asked_for(feeds: Sequence[FeedSource], source_id: str | None) -> list[FeedSource]:
    """All of them, or the one with this id. Raises SetupError with the nearest one where there is none."""
    if source_id is None:
        return list(feeds)
    found = [feed for feed in feeds if feed.id == source_id]
    if not found:
        near = get_close_matches(source_id, [feed.id for feed in feeds], 1)
        hint = f"; did you mean '{near[0]}'?" if near else "; `newsbeam config show` lists the feeds"
        raise SetupError(f"no enabled feed has the id '{source_id}'{hint}")
    return found
