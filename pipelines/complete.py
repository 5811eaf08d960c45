"""Complete: fetches the pages of teasers, merges what they say, and applies the feed's filters."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

from models.article import TextStatus
from models.document import Candidate, Entry
from models.errors import FetchError, ParseError
from models.outcome import Outcome, OutcomeKind
from models.settings import FetchSettings
from models.source import FullText
from pipelines.fetch import Page
from pipelines.parse import PageContent, read_page

GetPages = Callable[[Sequence[str], FetchSettings], Mapping[str, Page | FetchError]]
"""Fetches many pages at once; the answer holds a page or an error for each address."""

_WITHOUT_SPACES = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


def complete(
    candidates: Sequence[Candidate], fetch: FetchSettings, get_pages: GetPages
) -> Iterator[Candidate | Outcome]:
    """Yield each candidate with the fullest text that could be had, or its outcome where a filter ends it.

    Pages are fetched where the source's `full_text` asks for it: `page` for every entry, `auto` for teasers. What
    a page adds never changes an entry's id. Order is kept.
    """
    wanted = dict.fromkeys(c.entry.url for c in candidates if c.entry.url is not None and wants_page(c.entry))
    pages = get_pages(list(wanted), fetch) if wanted else {}
    for candidate in candidates:
        entry = candidate.entry
        if wants_page(entry):
            entry = _with_page(entry, pages.get(entry.url or ""))
            candidate = candidate.model_copy(update={"entry": entry})
        if not passes_filters(entry):
            # A word that is looked for may stand on the page that could not be had yet.
            yield _end(candidate, OutcomeKind.FILTERED, pending=entry.text_status is TextStatus.PENDING)
        elif _still_waits(candidate):
            yield _end(candidate, OutcomeKind.UNCHANGED, pending=True)
        else:
            yield candidate


def passes_filters(entry: Entry) -> bool:
    """Whether title and body hold one of the source's `include` words, if it has any, and none of `exclude`.

    Words and phrases are compared whole and without case.
    """
    content = entry.source.content
    if not content.include and not content.exclude:
        return True
    text = f"{entry.title or ''}\n{entry.body or ''}".casefold()
    if content.include and not any(_word(word).search(text) for word in content.include):
        return False
    return not any(_word(word).search(text) for word in content.exclude)


def _end(candidate: Candidate, kind: OutcomeKind, *, pending: bool = False) -> Outcome:
    entry = candidate.entry
    return Outcome(
        kind=kind,
        document=entry.document,
        source_id=entry.source.id,
        entry_id=entry.id,
        resolves=candidate.failed_before,
        pending=pending,
    )


def _still_waits(candidate: Candidate) -> bool:
    """The index holds all of this, and the page that it waits for could not be had this time either."""
    entry, held = candidate.entry, candidate.known
    return (
        held is not None
        and not entry.again
        and (held.owner, held.entry_hash) == (entry.source.id, candidate.entry_hash)
        and held.text_status is entry.text_status is TextStatus.PENDING
    )


@cache
def _word(word: str) -> re.Pattern[str]:
    """A whole word or phrase in case-folded text; writing without spaces has no whole words to look for."""
    pattern = r"\s+".join(map(re.escape, word.casefold().split()))
    return re.compile(pattern if _WITHOUT_SPACES.search(word) else rf"(?<!\w){pattern}(?!\w)")


def wants_page(entry: Entry) -> bool:
    """Whether the source's settings ask for this entry's page."""
    match entry.source.content.full_text:
        case FullText.PAGE:
            return True
        case FullText.AUTO:
            return entry.text_status is TextStatus.TEASER
        case FullText.FEED:
            return False


def _with_page(entry: Entry, page: Page | FetchError | None) -> Entry:
    """The entry with what its page says; without a page its own text stays, and the status says why."""
    if page is None:
        full = entry.text_status is TextStatus.FULL
        return entry if full else entry.model_copy(update={"text_status": TextStatus.BLOCKED})
    if isinstance(page, FetchError):
        status = TextStatus.PENDING if page.transient else TextStatus.BLOCKED
        return entry.model_copy(update={"text_status": status})
    try:
        content = read_page(page.body, page.url, page.media_type)
    except ParseError:
        return entry.model_copy(update={"text_status": TextStatus.BLOCKED})
    return _merge(entry, content)


def _merge(entry: Entry, page: PageContent) -> Entry:
    """The longer text wins; other fields of the page fill only what the feed left empty."""
    changes: dict[str, object] = {}
    provenance = dict(entry.provenance)
    for field, source_field in _FILLED:
        found = getattr(page, field)
        if found and not getattr(entry, field):
            changes[field] = found
            if source_field in page.provenance:
                provenance[source_field] = page.provenance[source_field]
    if len(page.body or "") > len(entry.body or ""):
        changes |= {"body": page.body, "text_status": TextStatus.FULL}
        provenance["body"] = page.provenance["body"]
        if entry.summary is None and entry.body:
            changes["summary"] = entry.body
    elif entry.text_status is not TextStatus.FULL:
        changes["text_status"] = TextStatus.BLOCKED
    return entry.model_copy(update={**changes, "provenance": provenance})


_FILLED = (
    ("title", "title"),
    ("summary", "summary"),
    ("authors", "authors"),
    ("published", "published_at"),
    ("updated", "updated_at"),
    ("language", "language"),
    ("image_url", "image_url"),
    ("section", "section"),
    ("tags", "tags"),
)
"""Fields of an entry that a page may fill, and their names in `provenance`."""
