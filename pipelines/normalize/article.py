"""From a lenient entry to a strict article."""

import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from models.article import ENRICHMENT_GENERATION, Article, PipelineVersions
from models.document import Candidate, Entry
from models.errors import NormalizeError
from models.outcome import Draft
from models.source import FeedSource
from pipelines import NEWSBEAM_VERSION
from pipelines.languages import UNDETERMINED
from pipelines.normalize.caps import BODY, SUMMARY, TITLE, Caps
from pipelines.normalize.language_tag import language_tag
from pipelines.normalize.people import read_people
from pipelines.normalize.text import PARAGRAPH, paragraphs, tidy, word_count
from pipelines.normalize.times import ReadTime, read_time
from pipelines.normalize.title import derived_title
from pipelines.normalize.wire import Story, read_ends, read_wire_story
from pipelines.parse.identity import canonical_url

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_GENERATIONS = 1000
_PIPELINE = PipelineVersions(newsbeam=NEWSBEAM_VERSION)
_WEB = re.compile(r"https?://", re.IGNORECASE)
_TEXT_READ = 4 * BODY
"""Characters of a text that are looked at; white space may make it longer than the body it becomes."""
_BY_KIND = {"json-feed": "feed"}
"""What provenance says for a kind of entry, where it is not the kind's own name."""


class _Times(NamedTuple):
    """When an article was published and updated, as far as its source says."""

    published: ReadTime | None
    updated: ReadTime | None

    @property
    def first(self) -> datetime | None:
        """Published, else updated, of those that can be used."""
        instants = (read.instant for read in self if read)
        return next((instant for instant in instants if instant), None)


def normalize(candidate: Candidate) -> Draft:
    """Make the article that an entry is, without what Enrich adds.

    The same candidate always gives the same draft. Raises NormalizeError for an entry without title and text.
    """
    entry, known = candidate.entry, candidate.known
    caps = Caps()
    language = _language(entry)
    hint = None if language == UNDETERMINED else language
    story = _read_story(entry, hint, caps)
    body = caps.prose("body", PARAGRAPH.join(story.paragraphs), BODY)
    title, title_from = _title(entry, story, caps)
    times = _times(entry, story, hint)
    given_authors = caps.keywords("authors", entry.authors)
    authors, agencies = read_people((*given_authors, *story.authors), hint)
    editors, also_agencies = read_people(story.editors, hint)
    first_seen_at = known.first_seen_at if known else entry.fetched_at
    content_hash = _content_hash(title, body)
    article = Article(
        id=entry.id,
        url=caps.whole("url", canonical_url(entry.url) if entry.url else None),
        origin=caps.keyword("origin", entry.origin) or entry.source.id,
        source_id=entry.source.id,
        source_name=_source_name(entry, caps),
        source_rank=entry.rank,
        section=caps.keyword("section", entry.source.content.section or entry.section),
        tags=caps.keywords("tags", (*entry.tags, *entry.source.content.tags)),
        image_url=_image_url(entry, caps),
        title=title,
        summary=_summary(entry, caps),
        body=body,
        text_status=entry.text_status,
        language=language,
        word_count=word_count(body),
        authors=caps.keywords("authors", authors),
        editors=caps.keywords("editors", editors),
        agencies=caps.keywords("agencies", (*agencies, *story.agencies, *also_agencies)),
        dateline=story.dateline,
        published_at=times.published.instant if times.published else None,
        published_at_raw=caps.keyword("published_at_raw", times.published.raw) if times.published else None,
        published_at_precision=times.published.precision if times.published else None,
        updated_at=times.updated.instant if times.updated else None,
        updated_at_raw=caps.keyword("updated_at_raw", times.updated.raw) if times.updated else None,
        updated_at_precision=times.updated.precision if times.updated else None,
        fetched_at=entry.fetched_at,
        first_seen_at=first_seen_at,
        timestamp=times.first or first_seen_at,
        update_note=caps.keyword("update_note", " ".join(story.notes), SUMMARY),
        content_hash=content_hash,
        entry_hash=candidate.entry_hash,
        revision=known.revision + (known.content_hash != content_hash) if known else 1,
        version=(entry.fetched_at - _EPOCH) // _MILLISECOND * _GENERATIONS + ENRICHMENT_GENERATION,
        pipeline=_PIPELINE,
    )
    provenance = _provenance(entry, article, title_from, caps.cut)
    return Draft(
        article=article.model_copy(update={"provenance": provenance}),
        document=entry.document,
        known=known,
        failed_before=candidate.failed_before,
    )


def _provenance(
    entry: Entry, article: Article, title_from: str, cut: tuple[str, ...]
) -> dict[str, str | tuple[str, ...]]:
    """Where each field came from that is there: what Parse says of it, else the format; else a line of the text."""
    found: dict[str, str | tuple[str, ...]] = {"title": title_from}
    if article.body:
        found["body"] = _origin(entry, "body")
    if article.published_at:
        found["published_at"] = _origin(entry, "published_at") if _said(entry.published) else "text"
    if article.updated_at:
        found["updated_at"] = _origin(entry, "updated_at") if _said(entry.updated) else "text"
    if article.authors:
        found["authors"] = _origin(entry, "authors") if entry.authors else "text"
    if article.language != UNDETERMINED:
        found["language"] = _origin(entry, "language")
    if cut:
        found["cut"] = cut
    return found


def _language(entry: Entry) -> str:
    """What the curator says of a feed goes before what the feed says of itself."""
    configured = language_tag(entry.source.content.language)
    return configured if configured != UNDETERMINED else language_tag(entry.language)


def _read_story(entry: Entry, language: str | None, caps: Caps) -> Story:
    text = entry.body or entry.summary or ""
    if len(text) > _TEXT_READ:
        text = caps.prose("body", text, _TEXT_READ)
    found = paragraphs(text)
    if entry.kind == "text":
        return read_wire_story(found, language, titled=bool(entry.title))
    return read_ends(found, language)


def _title(entry: Entry, story: Story, caps: Caps) -> tuple[str, str]:
    """The title as found, else a headline in the text, else the first sentence."""
    given = caps.keyword("title", entry.title, TITLE)
    if given:
        return given, _origin(entry, "title")
    if story.headline:
        return story.headline, "text"
    if story.paragraphs:
        return derived_title(story.paragraphs[0]), "derived"
    raise NormalizeError(
        f"{entry.origin} has neither a title nor a text; look whether its source holds them under other names."
    )


def _times(entry: Entry, story: Story, language: str | None) -> _Times:
    """The times as the source gave them, else as a line of the text says them."""
    published = _said(entry.published) or story.published
    updated = _said(entry.updated) or story.updated
    return _Times(
        published=_time(entry, published, language) if published else None,
        updated=_time(entry, updated, language) if updated else None,
    )


def _time(entry: Entry, raw: str, language: str | None) -> ReadTime:
    return read_time(raw, zone=entry.source.content.timezone, language=language, fetched_at=entry.fetched_at)


def _said(raw: str | None) -> str | None:
    return raw if raw and not raw.isspace() else None


def _origin(entry: Entry, field: str) -> str:
    """Where a field came from: what Parse says, which may name times without `_at`, else the kind of the entry."""
    said = entry.provenance.get(field) or entry.provenance.get(field.removesuffix("_at"))
    return said or _BY_KIND.get(entry.kind, entry.kind)


def _source_name(entry: Entry, caps: Caps) -> str:
    """The configured name of a feed; of a file the name of the channel in it, else its own."""
    source = entry.source
    name = source.name if isinstance(source, FeedSource) else entry.channel_name or source.name
    return caps.keyword("source_name", name) or source.id


def _image_url(entry: Entry, caps: Caps) -> str | None:
    found = entry.image_url
    return caps.whole("image_url", found) if found and _WEB.match(found) else None


def _summary(entry: Entry, caps: Caps) -> str | None:
    if not entry.summary:
        return None
    return caps.prose("summary", PARAGRAPH.join(paragraphs(entry.summary[: 4 * SUMMARY])), SUMMARY) or None


def _content_hash(title: str, body: str) -> str:
    """Both are tidied, so that only paragraph breaks are left to be folded."""
    folded = f"{tidy(title)}\n{body.replace(PARAGRAPH, ' ')}"
    return sha256(folded.encode()).hexdigest()[:32]
