"""Which sources a run takes: the files that were named, or the feeds whose time has come."""

from collections.abc import Sequence
from datetime import datetime
from difflib import get_close_matches
from uuid import uuid4

from models.document import Poll
from models.errors import SetupError
from models.feed_state import FeedState
from models.run import RunRequest
from models.settings import Configuration
from models.source import FeedSource
from pipelines.fetch import check_secrets, discover_files, fingerprint
from pipelines.schedule import interval_of, next_due
from pipelines.state.base import StateStore


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
    feeds: Sequence[FeedSource], state: StateStore, now: datetime, *, everything: bool = False, again: bool = False
) -> list[Poll]:
    """A poll for each of these feeds that is due, or for each with `everything`."""
    states = state.feed_states([feed.id for feed in feeds])
    return [
        Poll(id=uuid4().hex, source=feed, state=states.get(feed.id), again=again)
        for feed in feeds
        if everything or due_at(feed, states.get(feed.id), now) <= now
    ]


def due_at(feed: FeedSource, state: FeedState | None, now: datetime) -> datetime:
    """When a feed is to be polled next: at once where it never was, or where its settings have changed since."""
    if state is None or state.next_due_at is None or state.url != feed.url:
        return now
    if state.failures_in_a_row or state.last_attempt_at is None:
        return state.next_due_at
    if state.fingerprint != fingerprint(feed):
        return now
    return min(state.next_due_at, next_due(state.last_attempt_at, interval_of(feed.every, state, now), 0, None))


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
