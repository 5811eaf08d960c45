"""SelectNew: lets through what the index does not hold yet in this form, and ends the rest cheaply."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from hashlib import sha256

from models.article import TextStatus
from models.document import Candidate, Entry, Known
from models.outcome import Failure, Outcome, OutcomeKind
from pipelines import NEWSBEAM_VERSION

PENDING_FOR = timedelta(days=2)
"""A page that could not be had is asked for again in later polls for this long."""

_FEED_BIT = 1


def entry_hash(entry: Entry) -> str:
    """What the source says of an entry, in one number: title, text, people, tags, link, dates and content settings.

    Equal hashes mean that nothing has to be written. The content settings are part of it, so that a changed
    filter or `full_text` takes effect on articles already indexed.
    """
    digest = sha256()
    for part in (
        entry.url,
        entry.title,
        entry.summary,
        entry.body,
        entry.published,
        entry.updated,
        entry.section,
        entry.language,
        entry.image_url,
        *entry.authors,
        None,
        *entry.tags,
        None,
        entry.source.content.model_dump_json(),
    ):
        digest.update(b"\x00" if part is None else part.encode() + b"\x01")
    return digest.hexdigest()[:32]


def has_words(entry: Entry) -> bool:
    """Whether an article can be made of it as it stands; most of those without words end as failures."""
    return bool(entry.title or entry.summary or entry.body)


def first_of_each(entries: Sequence[Entry]) -> tuple[list[Entry], list[Entry]]:
    """Split into the entry that goes on for each id and its copies, each in the order given.

    One that says anything goes on before one that has no words at all, then the highest rank, then the first by the
    order of the sources, then by the place in the document.
    """
    best: dict[str, Entry] = {}
    for entry in entries:
        other = best.get(entry.id)
        if other is None or _precedence(entry) < _precedence(other):
            best[entry.id] = entry
    return [e for e in entries if best[e.id] is e], [e for e in entries if best[e.id] is not e]


def _precedence(entry: Entry) -> tuple[bool, int, int, str, int]:
    return not has_words(entry), -entry.rank, entry.source.order, entry.source.id, entry.position


def select_new(
    entries: Sequence[Entry],
    known: Mapping[str, Known],
    failures: Mapping[str, Failure],
    configured: frozenset[str],
) -> Iterator[Candidate | Outcome]:
    """Decide for each entry, of which no two have one id, whether it goes on.

    `known` and `failures` are what the index and the dead letters hold of their ids; `configured` are the ids of
    the feeds in the configuration.
    """
    for entry in entries:
        held, failure = known.get(entry.id), failures.get(entry.id)
        candidate = Candidate(entry=entry, entry_hash=entry_hash(entry), known=held, failed_before=failure is not None)
        if held is not None and held.owner != entry.source.id and not _takes_over(entry, held, configured):
            yield end(entry, OutcomeKind.DUPLICATE, resolves=candidate.failed_before)
        elif entry.again:
            yield candidate
        elif held is not None and _is_held(candidate, held):
            yield end(entry, OutcomeKind.UNCHANGED, resolves=candidate.failed_before)
        elif failure is not None and _fails_again(candidate, failure):
            again = failure.model_copy(update={"last_failed_at": entry.fetched_at})
            yield end(entry, OutcomeKind.FAILED, failure=again)
        else:
            yield candidate


def end(
    entry: Entry,
    kind: OutcomeKind,
    *,
    resolves: bool = False,
    failure: Failure | None = None,
    pending: bool = False,
) -> Outcome:
    """The outcome of an entry that goes no further."""
    return Outcome(
        kind=kind,
        document=entry.document,
        source_id=entry.source.id,
        entry_id=entry.id,
        failure=failure,
        resolves=resolves,
        pending=pending,
    )


def _takes_over(entry: Entry, held: Known, configured: frozenset[str]) -> bool:
    """An article changes hands only to a strictly higher rank, or when its feed has left the configuration."""
    owner_left = bool(held.owner_rank & _FEED_BIT) and held.owner not in configured
    return entry.rank > held.owner_rank or owner_left


def _fails_again(candidate: Candidate, failure: Failure) -> bool:
    waits = failure.transient and candidate.entry.fetched_at - failure.first_failed_at < PENDING_FOR
    return failure.entry_hash == candidate.entry_hash and failure.newsbeam == NEWSBEAM_VERSION and not waits


def _is_held(candidate: Candidate, held: Known) -> bool:
    """The index holds this very entry, from this source, and it does not wait for its page."""
    entry = candidate.entry
    waits = held.text_status is TextStatus.PENDING and entry.fetched_at - held.fetched_at < PENDING_FOR
    return held.owner == entry.source.id and held.entry_hash == candidate.entry_hash and not waits
