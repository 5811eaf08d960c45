from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import pytest

from models.article import TextStatus
from models.document import Candidate, Entry
from models.errors import FetchError
from models.outcome import Outcome, OutcomeKind
from models.settings import FetchSettings
from models.source import Content, FeedSource, FullText
from pipelines.complete import complete
from pipelines.fetch import Page

AT = datetime(2025, 4, 28, 7, tzinfo=UTC)
URL = "https://news.example/a"
STORY = "".join(
    f"<p>Paragraph number {n} tells at some length what happened in the harbour on that day, and who saw it.</p>"
    for n in range(1, 6)
)
PAGE = f"""<html lang="en"><head><title>The page's title</title>
<meta name="author" content="Ann Lee"><meta property="og:image" content="https://img.example/a.jpg">
<meta property="article:published_time" content="2025-04-28T06:00:00Z"><meta name="keywords" content="harbour, ships">
<meta property="article:section" content="Local"></head><body><article>{STORY}</article></body></html>"""


Answers = Mapping[str, Page | FetchError]


class Pages:
    """Pages that are already here, and what was asked for."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def __call__(self, urls: Sequence[str], settings: FetchSettings) -> Answers:
        assert settings == FetchSettings()
        self.asked += urls
        return {url: self.answers[url] for url in urls}


def _page(body: str = PAGE, url: str = URL) -> Pages:
    return Pages({URL: Page(url=url, body=body.encode(), media_type="text/html", fetched_at=AT)})


@pytest.fixture
def candidate() -> Callable[..., Candidate]:
    def build(full_text: FullText = FullText.PAGE, content: Content | None = None, **changes: object) -> Candidate:
        content = (content or Content()).model_copy(update={"full_text": full_text})
        entry = Entry(
            id="e1",
            document="p1",
            source=FeedSource(id="world", url="https://news.example/feed", name="World", content=content),
            origin="https://news.example/feed",
            position=0,
            rank=3,
            kind="feed",
            fetched_at=AT,
            url=URL,
            title="The feed's title",
            body="A teaser.",
            text_status=TextStatus.TEASER,
            provenance={"title": "feed", "body": "feed"},
        )
        return Candidate(entry=entry.model_copy(update=changes), entry_hash="h")

    return build


def _one(candidate: Candidate, pages: Pages) -> Entry:
    (result,) = complete([candidate], FetchSettings(), pages)
    assert isinstance(result, Candidate)
    return result.entry


def test_the_page_brings_the_text_and_what_the_feed_left_empty(candidate: Callable[..., Candidate]) -> None:
    entry = _one(candidate(), _page())
    assert (entry.body or "").startswith("Paragraph number 1")
    assert entry.text_status is TextStatus.FULL
    assert (entry.title, entry.summary) == ("The feed's title", "A teaser.")
    assert entry.authors == ("Ann Lee",)
    assert (entry.published, entry.language, entry.section) == ("2025-04-28T06:00:00Z", "en", "Local")
    assert (entry.tags, entry.image_url) == (("harbour", "ships"), "https://img.example/a.jpg")
    assert entry.provenance == {
        "title": "feed",
        "body": "page",
        "authors": "meta",
        "published_at": "meta",
        "language": "page",
    }


def test_what_the_feed_says_stays(candidate: Callable[..., Candidate]) -> None:
    entry = _one(candidate(authors=("Bo Li",), published="2025-04-27", language="de"), _page())
    assert (entry.authors, entry.published, entry.language) == (("Bo Li",), "2025-04-27", "de")


def test_a_page_at_another_address_changes_neither_id_nor_link(candidate: Callable[..., Candidate]) -> None:
    page = PAGE.replace("</head>", '<link rel="canonical" href="https://other.example/b"></head>')
    entry = _one(candidate(), _page(page, "https://other.example/b"))
    assert (entry.id, entry.url) == ("e1", URL)


def test_a_page_with_less_text_keeps_the_feeds(candidate: Callable[..., Candidate]) -> None:
    body = "The feed has it all. " * 100
    entry = _one(candidate(body=body, text_status=TextStatus.FULL), _page())
    assert (entry.body, entry.text_status) == (body, TextStatus.FULL)
    assert entry.provenance["body"] == "feed"


def test_a_page_without_text_leaves_a_teaser_blocked(candidate: Callable[..., Candidate]) -> None:
    entry = _one(candidate(), _page("<html><body></body></html>"))
    assert (entry.body, entry.text_status) == ("A teaser.", TextStatus.BLOCKED)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (FetchError("404", transient=False), TextStatus.BLOCKED),
        (FetchError("timeout", transient=True), TextStatus.PENDING),
    ],
)
def test_without_the_page_the_feeds_own_text_stays(
    candidate: Callable[..., Candidate], error: FetchError, status: TextStatus
) -> None:
    entry = _one(candidate(), Pages({URL: error}))
    assert (entry.body, entry.text_status) == ("A teaser.", status)


def test_a_page_that_is_no_page_is_blocked(candidate: Callable[..., Candidate]) -> None:
    pages = Pages({URL: Page(url=URL, body=b"%PDF-1.7", media_type="application/pdf", fetched_at=AT)})
    assert _one(candidate(), pages).text_status is TextStatus.BLOCKED


def test_an_entry_without_link_asks_for_no_page(candidate: Callable[..., Candidate]) -> None:
    pages = _page()
    assert _one(candidate(url=None), pages).text_status is TextStatus.BLOCKED
    assert pages.asked == []


@pytest.mark.parametrize(
    ("full_text", "status", "asked"),
    [
        (FullText.FEED, TextStatus.TEASER, 0),
        (FullText.FEED, TextStatus.FULL, 0),
        (FullText.AUTO, TextStatus.TEASER, 1),
        (FullText.AUTO, TextStatus.FULL, 0),
        (FullText.PAGE, TextStatus.TEASER, 1),
        (FullText.PAGE, TextStatus.FULL, 1),
    ],
)
def test_pages_are_fetched_only_where_they_are_asked_for(
    candidate: Callable[..., Candidate], full_text: FullText, status: TextStatus, asked: int
) -> None:
    pages = _page()
    given = candidate(full_text, text_status=status)
    (result,) = complete([given], FetchSettings(), pages)
    assert len(pages.asked) == asked
    if not asked:
        assert result == given


def test_one_page_is_fetched_once_for_several_entries(candidate: Callable[..., Candidate]) -> None:
    pages = _page()
    assert len(list(complete([candidate(), candidate(id="e2")], FetchSettings(), pages))) == 2
    assert pages.asked == [URL]


@pytest.mark.parametrize(
    ("include", "exclude", "passes"),
    [
        (("harbour",), (), True),
        (("HARBOUR", "x"), (), True),
        (("arbour",), (), False),
        (("feed's title",), (), True),
        (("on   that day",), (), True),
        ((), ("harbour",), False),
        ((), ("arbour",), True),
        (("harbour",), ("paragraph",), False),
        (("c++",), (), False),
    ],
)
def test_filters_compare_whole_words_of_title_and_full_text(
    candidate: Callable[..., Candidate], include: tuple[str, ...], exclude: tuple[str, ...], passes: bool
) -> None:
    given = candidate(content=Content(include=include, exclude=exclude))
    (result,) = complete([given], FetchSettings(), _page())
    assert isinstance(result, Candidate) is passes


def test_what_is_filtered_ends_and_clears_its_dead_letter(candidate: Callable[..., Candidate]) -> None:
    given = candidate(FullText.FEED, Content(exclude=("teaser",))).model_copy(update={"failed_before": True})
    (result,) = complete([given], FetchSettings(), _page())
    assert result == Outcome(kind=OutcomeKind.FILTERED, document="p1", source_id="world", entry_id="e1", resolves=True)


def test_words_of_languages_without_spaces_are_found_anywhere(candidate: Callable[..., Candidate]) -> None:
    given = candidate(FullText.FEED, Content(include=("北京",)), body="他昨天在北京市会见记者。")
    assert isinstance(next(iter(complete([given], FetchSettings(), _page()))), Candidate)
