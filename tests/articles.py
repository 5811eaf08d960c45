"""Articles for tests: whole records from the few fields that a test is about."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from models.article import Article, PipelineVersions, TextStatus
from models.document import Known
from models.outcome import Draft

NOON = datetime(2025, 4, 28, 12, tzinfo=UTC)


def article_id(name: str) -> str:
    """An id as Parse makes them, for a name that a person can read."""
    return sha256(name.encode()).hexdigest()[:32]


def make_article(name: str = "a", **fields: Any) -> Article:
    """An article with this name; `version` is `fetched_at` in milliseconds times 1000 unless given."""
    fetched_at = fields.setdefault("fetched_at", NOON)
    title, body = fields.get("title", "A title"), fields.get("body", "A body.")
    defaults: dict[str, Any] = {
        "id": article_id(name),
        "url": f"https://news.example/{name}",
        "origin": "https://news.example/feed",
        "source_id": "example",
        "source_name": "Example News",
        "source_rank": 1,
        "title": title,
        "body": body,
        "text_status": TextStatus.FULL,
        "language": "en",
        "word_count": len(body.split()),
        "first_seen_at": fetched_at,
        "timestamp": fields.get("published_at") or fetched_at,
        "content_hash": sha256(f"{title}\n{body}".encode()).hexdigest()[:32],
        "entry_hash": sha256(f"entry\n{title}\n{body}".encode()).hexdigest()[:32],
        "revision": 1,
        "version": (fetched_at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1) * 1000,
        "pipeline": PipelineVersions(newsbeam="0.0.0"),
    }
    return Article(**(defaults | fields))


def make_draft(name: str = "a", known: Known | None = None, **fields: Any) -> Draft:
    """The same article on its way to the index."""
    return draft_of(make_article(name, **fields), known)


def draft_of(article: Article, known: Known | None = None) -> Draft:
    """An article on its way to the index."""
    return Draft(article=article, document="document", known=known)
