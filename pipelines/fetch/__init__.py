"""From sources that are due to documents."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from models.document import Document, Poll
from models.outcome import Polled
from models.settings import FetchSettings, FileSettings
from models.source import FileSource
from pipelines.fetch.credentials import check_secrets as check_secrets
from pipelines.fetch.discover import discover_files as discover_files
from pipelines.fetch.feeds import fetch_feeds
from pipelines.fetch.files import read_file
from pipelines.fetch.pages import Page as Page
from pipelines.fetch.pages import fetch_pages as fetch_pages


def fetch_all(
    polls: Sequence[Poll], fetch: FetchSettings, files: FileSettings, now: Callable[[], datetime]
) -> Iterator[Document | Polled]:
    """Read files one after the other, as a stream; fetch all feeds at once and give each as it comes.

    What brought no bytes to parse is a `Polled`: not modified, or failed with its dead letter.
    """
    for poll in polls:
        if isinstance(poll.source, FileSource):
            yield from read_file(poll, files, now)
    feeds = [poll for poll in polls if not isinstance(poll.source, FileSource)]
    if feeds:
        yield from fetch_feeds(feeds, fetch, now)
