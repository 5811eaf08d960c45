from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.article import ENRICHMENT_GENERATION, Article, Precision, TextStatus
from models.document import Candidate, Entry, Known
from models.errors import NormalizeError
from models.source import Content, FeedSource, FileSource
from pipelines.normalize import normalize

SEED = Path(__file__).parents[3] / "seeds" / "000_d167ea77ea0d49e4.txt"
FETCHED = datetime(2025, 5, 1, 12, 0, 0, 123_000, tzinfo=UTC)
FEED = FeedSource(id="harbour", url="https://harbour.example/feed", name="Harbour News")
FILE = FileSource(id="/news/story.txt", path="/news/story.txt", name="story.txt")


def entry(**fields: Any) -> Entry:
    given: dict[str, Any] = {
        "id": "0" * 32,
        "document": "poll-1",
        "source": FEED,
        "origin": FEED.url,
        "position": 0,
        "rank": 3,
        "kind": "feed",
        "fetched_at": FETCHED,
        "title": "Harbour town votes for bridge",
        "body": "The council voted for the bridge on Tuesday.",
    }
    return Entry(**{**given, **fields})


def article(**fields: Any) -> Article:
    return normalize(Candidate(entry=entry(**fields), entry_hash="e1")).article


def known(content_hash: str, revision: int = 4) -> Known:
    return Known(
        id="0" * 32,
        index="news-articles-v1-en",
        owner="harbour",
        owner_rank=3,
        entry_hash="e0",
        content_hash=content_hash,
        first_seen_at=FETCHED - timedelta(days=3),
        revision=revision,
        version=1,
        text_status=TextStatus.FULL,
        fetched_at=FETCHED - timedelta(days=3),
    )


def test_the_seed_becomes_the_record_that_the_design_asks_for() -> None:
    found = article(source=FILE, origin=FILE.path, kind="text", title=None, body=SEED.read_text(encoding="utf-8"))
    assert found.updated_at == datetime(2025, 4, 28, 7, 0, tzinfo=UTC)
    assert found.updated_at_raw == "28. April 2025, 03:00 Uhr ET"
    assert found.updated_at_precision is Precision.INSTANT
    assert found.published_at is None
    assert found.timestamp == found.updated_at
    assert found.dateline is not None
    assert (found.dateline.place, found.dateline.country) == ("TAIPEI", "TW")
    assert found.editors == ("Mike Firn", "Stephen Wright")
    assert found.authors == ()
    assert found.update_note is not None
    assert found.update_note.startswith("Aktualisiert, um Kommentare")
    assert found.title.startswith("Nordkorea hat am Montag zum ersten Mal anerkannt")
    assert len(found.title) <= 120
    assert found.body.startswith(found.title + " ")
    for gone in ("Aktualisiert", "TAIPEI", "Herausgegeben", "aufzunehmen"):
        assert gone not in found.body
    assert found.body.count("\n\n") == 20
    assert found.source_name == "story.txt"
    assert found.language == "und"
    assert found.provenance == {"title": "derived", "body": "text", "updated_at": "text"}


def test_what_the_feed_says_goes_through() -> None:
    found = article(
        url="https://Harbour.example/bridge?utm_source=feed",
        summary="A  bridge.",
        authors=("By Jane Doe and John Roe", "AFP"),
        tags=("Bridges", "harbour"),
        section="Local",
        language="en_us",
        image_url="https://harbour.example/bridge.jpg",
        published="Mon, 28 Apr 2025 03:00:00 +0200",
        updated="2025-04-29",
        source=FEED.model_copy(update={"content": Content(tags=("Harbour", "coast"), timezone="Europe/Berlin")}),
    )
    assert found.url == "https://harbour.example/bridge"
    assert found.summary == "A bridge."
    assert found.authors == ("Jane Doe", "John Roe")
    assert found.agencies == ("AFP",)
    assert found.tags == ("Bridges", "harbour", "coast")
    assert found.section == "Local"
    assert found.language == "en-US"
    assert found.image_url == "https://harbour.example/bridge.jpg"
    assert found.published_at == datetime(2025, 4, 28, 1, 0, tzinfo=UTC)
    assert found.published_at_raw == "Mon, 28 Apr 2025 03:00:00 +0200"
    assert found.updated_at == datetime(2025, 4, 28, 22, 0, tzinfo=UTC)
    assert found.updated_at_precision is Precision.DAY
    assert found.timestamp == found.published_at
    assert found.source_name == "Harbour News"
    assert found.source_rank == 3
    assert found.word_count == 8
    assert found.provenance == dict.fromkeys(
        ("title", "body", "published_at", "updated_at", "authors", "language"), "feed"
    )


def test_what_parse_says_of_a_field_s_origin_is_kept() -> None:
    found = article(published="2025-04-28T03:00:00Z", provenance={"published": "json-ld", "body": "page"})
    assert found.provenance == {"title": "feed", "body": "page", "published_at": "json-ld"}


def test_the_curator_s_settings_go_before_the_feed_s_own_words() -> None:
    source = FEED.model_copy(update={"content": Content(language="de", section="Küste")})
    found = article(source=source, language="en-us", section="Local")
    assert (found.language, found.section) == ("de", "Küste")


def test_a_time_that_cannot_be_used_stays_raw() -> None:
    found = article(published="2099-01-01T00:00:00Z", updated="soon")
    assert (found.published_at, found.published_at_raw, found.published_at_precision) == (
        None,
        "2099-01-01T00:00:00Z",
        None,
    )
    assert (found.updated_at, found.updated_at_raw) == (None, "soon")
    assert found.timestamp == found.first_seen_at == FETCHED
    assert "published_at" not in found.provenance


def test_an_article_without_title_is_named_by_its_first_sentence() -> None:
    found = article(title=" ", body="The council voted. It was late.")
    assert found.title == "The council voted."
    assert found.provenance["title"] == "derived"


def test_a_teaser_is_the_text_where_there_is_no_other() -> None:
    found = article(body=None, summary="The council voted.", text_status=TextStatus.TEASER)
    assert found.body == found.summary == "The council voted."


def test_an_entry_with_a_title_alone_is_an_article() -> None:
    found = article(body=None)
    assert found.body == ""
    assert found.word_count == 0


@pytest.mark.parametrize("empty", [None, "", " \n\n "])
def test_an_entry_without_title_and_text_is_refused(empty: str | None) -> None:
    with pytest.raises(NormalizeError, match=r"harbour\.example/feed has neither a title nor a text"):
        article(title=empty, body=empty)


def test_a_changed_text_raises_the_revision() -> None:
    first = normalize(Candidate(entry=entry(), entry_hash="e1")).article
    same = normalize(Candidate(entry=entry(section="New"), entry_hash="e2", known=known(first.content_hash))).article
    other = normalize(Candidate(entry=entry(body="No."), entry_hash="e3", known=known(first.content_hash))).article
    assert (first.revision, same.revision, other.revision) == (1, 4, 5)
    assert same.first_seen_at == other.first_seen_at == FETCHED - timedelta(days=3)
    assert same.timestamp == same.first_seen_at
    assert same.content_hash == first.content_hash != other.content_hash


def test_white_space_and_composition_do_not_change_the_content_hash() -> None:
    assert article(title="Cafe\u0301  opens").content_hash == article(title="Café opens").content_hash
    assert article(body="One.\n\nTwo.").content_hash == article(body="One. \n \n\n Two.\n").content_hash


def test_the_version_is_the_time_of_the_fetch_and_the_generation() -> None:
    assert article().version == 1746100800123 * 1000 + ENRICHMENT_GENERATION


def test_the_draft_carries_what_commit_and_index_need() -> None:
    held = known("x")
    draft = normalize(Candidate(entry=entry(), entry_hash="e1", known=held, failed_before=True))
    assert (draft.document, draft.known, draft.failed_before) == ("poll-1", held, True)
    assert draft.article.entry_hash == "e1"


def test_what_is_too_long_is_cut_and_named() -> None:
    found = article(
        title="title " * 1000,
        summary="summary " * 10_000,
        body="body " * 1_000_000,
        authors=("Jane " * 1000,),
        tags=tuple(f"tag {number}" for number in range(500)),
        section="s" * 5000,
        url="https://harbour.example/" + "u" * 5000,
        image_url="https://harbour.example/" + "i" * 5000,
        published="soon " * 1000,
    )
    assert found.provenance["cut"] == (
        "authors",
        "body",
        "image_url",
        "published_at_raw",
        "section",
        "summary",
        "tags",
        "title",
        "url",
    )
    assert len(found.body) <= 1_000_000
    assert len(found.tags) == 200
    assert found.url is None


@pytest.mark.parametrize("link", ["javascript:alert(1)", "mailto:a@b.example", "not a link"])
def test_links_that_are_none_are_left_out(link: str) -> None:
    found = article(url=link, image_url=link)
    assert (found.url, found.image_url) == (None, None)


_TEXTS = (
    st.none()
    | st.text(max_size=300)
    | st.tuples(st.text(min_size=1, max_size=5), st.integers(1, 300_000)).map(lambda pair: pair[0] * pair[1])
)


@settings(max_examples=60)
@given(
    title=_TEXTS,
    summary=_TEXTS,
    body=_TEXTS,
    section=_TEXTS,
    published=_TEXTS,
    authors=st.lists(st.text(max_size=50), max_size=4).map(lambda names: tuple(names * 80)),
    kind=st.sampled_from(["feed", "record", "page", "text"]),
)
def test_any_entry_becomes_the_same_bounded_article_each_time_or_is_refused(**fields: Any) -> None:
    fields = {name: _valid(value) if isinstance(value, str) else value for name, value in fields.items()}
    fields["authors"] = tuple(map(_valid, fields["authors"]))
    candidate = Candidate(entry=entry(**fields), entry_hash="e1")
    try:
        draft = normalize(candidate)
    except NormalizeError:
        return
    found = draft.article
    assert draft == normalize(candidate)
    assert Article.model_validate_json(found.model_dump_json()) == found
    assert found.title
    assert len(found.title) <= 1024
    assert len(found.body) <= 1_000_000
    assert len(found.summary or "") <= 10_000
    assert len(found.authors) <= 200
    assert all(len(value) <= 1024 for value in (*found.authors, found.section or "", found.published_at_raw or ""))
    assert set(found.provenance) >= {"title"}


def _valid(text: str) -> str:
    """Text as Parse lets it through: no NUL, no surrogates."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()
