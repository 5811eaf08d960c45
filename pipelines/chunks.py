"""Cuts the work of a run: into chunks that fit into memory, and into shares for several processes or workers."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from models.document import Poll, PollGroup
from models.settings import RunSettings
from models.source import FileSource
from pipelines.fetch import host_of

FILES_IN_CHUNK = 2000


def chunks(polls: Iterable[Poll], settings: RunSettings) -> Iterator[list[Poll]]:
    """Cut the work so that a chunk fits into memory: so many feeds, or so many files and bytes of files."""
    chunk: list[Poll] = []
    size = 0
    for poll in polls:
        is_file = isinstance(poll.source, FileSource)
        weight = size_on_disk(poll)
        limit = FILES_IN_CHUNK if is_file else settings.chunk_sources
        if chunk and (len(chunk) >= limit or size + weight > settings.chunk_bytes):
            yield chunk
            chunk, size = [], 0
        chunk.append(poll)
        size += weight
    if chunk:
        yield chunk


def shares(polls: Sequence[Poll], workers: int, large: int) -> list[list[Poll]]:
    """Deal the polls out to the workers; all of them read a file larger than `large` bytes, each its own parts."""
    dealt: list[list[Poll]] = [[] for _ in range(workers)]
    turn = 0
    for poll in polls:
        if isinstance(poll.source, FileSource) and size_on_disk(poll) > large:
            for worker, share in enumerate(dealt):
                share.append(poll.model_copy(update={"share": (worker, workers)}))
        else:
            dealt[turn % workers].append(poll)
            turn += 1
    return [share for share in dealt if share]


def groups(polls: Iterable[Poll]) -> list[PollGroup]:
    """What a cluster deals out to its workers, the largest first: each file by itself, and the feeds of one host
    together, so that no host is asked by several workers at once.
    """
    found: dict[str, list[Poll]] = {}
    for poll in polls:
        key = poll.id if isinstance(poll.source, FileSource) else f"host {host_of(poll.source.url)}"
        found.setdefault(key, []).append(poll)
    return [PollGroup(polls=tuple(group)) for group in sorted(found.values(), key=len, reverse=True)]


def size_on_disk(poll: Poll) -> int:
    """Bytes; none for a feed, nor for a file that is gone by now (Fetch will say so)."""
    if not isinstance(poll.source, FileSource):
        return 0
    try:
        return Path(poll.source.path).stat().st_size
    except OSError:
        return 0
