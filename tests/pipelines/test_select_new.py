"""SelectNew lets through what the index does not hold yet, and ends the rest."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.article import TextStatus
from models.document import Candidate, Entry, Known
from models.errors import NormalizeError
from models.outcome import Failure, Outcome, OutcomeKind
from models.source import Content, FeedSource, FileSource, Source
from pipelines import NEWSBEAM_VERSION
from pipelines.select_new import PENDING_FOR, entry_hash, first_of_each, select_new

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FEED = FeedSource(id="herald", url="https://herald.example/feed", name="The Herald")
FILE = FileSource(id="/news/a.jsonl", path="/news/a.jsonl", name="a.jsonl", order=1)


def entry(source: Source = FEED, **fields: Any) -> Entry:
    defaults = {
        "id": "a" * 32,
        "document": "d1",
        "source": source,
        "origin": source.id,
        "position": 0,
        "rank": 3 if source is FEED else 2,
        "kind": "feed",
        "fetched_at": NOW,
        "title": "Harbour reopens",
        "body": "The harbour of Kirkwall reopened on Monday.",
    }
    return Entry(**{**defaults, **fields})


def known(of: Entry, **fields: Any) -> Known:
    defaults = {
        "id": of.id,
        "index": "en",
        "owner": of.source.id,
        "owner_rank": of.rank,
        "entry_hash": entry_hash(of),
        "content_hash": "c",
        "first_seen_at": NOW - timedelta(days=1),
        "revision": 1,
        "version": 1,
        "text_status": TextStatus.FULL,
        "fetched_at": NOW - timedelta(days=1),
    }
    return Known(**{**defaults, **fields})


def decide(one: Entry, held: Known | None = None, failure: Failure | None = None) -> Candidate | Outcome:
    (decision,) = select_new(
        [one], {held.id: held} if held else {}, {one.id: failure} if failure else {}, frozenset({FEED.id})
    )
    return decision


def kind(decision: Candidate | Outcome) -> OutcomeKind | str:
    return decision.kind if isinstance(decision, Outcome) else "candidate"


def test_an_entry_that_nobody_holds_goes_on() -> None:
    assert kind(decide(entry())) == "candidate"


def test_an_entry_held_in_this_form_is_unchanged() -> None:
    assert kind(decide(entry(), known(entry()))) is OutcomeKind.UNCHANGED


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Harbour reopens at last"},
        {"body": "Another text."},
        {"summary": "In short."},
        {"authors": ("Ann Ash",)},
        {"tags": ("ships",)},
        {"url": "https://herald.example/harbour"},
        {"published": "2026-02-28"},
        {"updated": "2026-03-01"},
    ],
)
def test_whatever_the_source_says_differently_goes_on(change: dict[str, Any]) -> None:
    decision = decide(entry(**change), known(entry()))
    assert isinstance(decision, Candidate)
    assert decision.known is not None


def test_a_changed_filter_reaches_articles_that_are_held() -> None:
    filtered = FEED.model_copy(update={"content": Content(exclude=("harbour",))})
    assert kind(decide(entry(source=filtered, rank=3), known(entry()))) == "candidate"


def test_an_author_is_not_taken_for_a_tag() -> None:
    assert entry_hash(entry(authors=("x",))) != entry_hash(entry(tags=("x",)))
    assert entry_hash(entry(authors=("x", "y"))) != entry_hash(entry(authors=("xy",)))


def test_asked_again_an_unchanged_entry_goes_on() -> None:
    assert kind(decide(entry(again=True), known(entry()))) == "candidate"


def test_an_article_of_another_source_is_a_duplicate() -> None:
    held = known(entry(), owner="post", owner_rank=3)
    of_post = frozenset({"post", FEED.id})
    (decision,) = select_new([entry()], {held.id: held}, {}, of_post)
    assert kind(decision) is OutcomeKind.DUPLICATE


def test_a_copy_stays_a_duplicate_when_everything_is_asked_again() -> None:
    held = known(entry(), owner="post", owner_rank=3)
    (decision,) = select_new([entry(again=True)], {held.id: held}, {}, frozenset({"post", FEED.id}))
    assert kind(decision) is OutcomeKind.DUPLICATE


def test_full_text_takes_an_article_over_from_a_teaser() -> None:
    held = known(entry(), owner="post", owner_rank=1)
    (decision,) = select_new([entry()], {held.id: held}, {}, frozenset({"post", FEED.id}))
    assert kind(decision) == "candidate"


def test_an_article_whose_feed_left_the_configuration_finds_a_new_owner() -> None:
    assert kind(decide(entry(FILE), known(entry(), owner="gone", owner_rank=3))) == "candidate"


def test_an_article_that_came_from_a_file_stays_with_the_file() -> None:
    assert kind(decide(entry(FILE), known(entry(), owner="/news/b.jsonl", owner_rank=2))) is OutcomeKind.DUPLICATE


def failure(of: Entry, **fields: Any) -> Failure:
    letter = Failure.of(
        NormalizeError("nothing to make an article of"),
        of.source,
        origin=of.origin,
        at=NOW - timedelta(hours=1),
        newsbeam=NEWSBEAM_VERSION,
        entry_id=of.id,
        entry_hash=entry_hash(of),
    )
    return letter.model_copy(update=fields)


def test_what_failed_and_has_not_changed_fails_again_without_work() -> None:
    decision = decide(entry(), failure=failure(entry()))
    assert isinstance(decision, Outcome)
    assert decision.kind is OutcomeKind.FAILED
    assert decision.failure is not None
    assert decision.failure.last_failed_at == NOW


def test_what_failed_is_tried_again_when_it_changed() -> None:
    decision = decide(entry(title="Now with a title"), failure=failure(entry()))
    assert isinstance(decision, Candidate)
    assert decision.failed_before


def test_what_failed_is_tried_again_by_another_version() -> None:
    assert kind(decide(entry(), failure=failure(entry(), newsbeam="0.0.1"))) == "candidate"


def test_an_article_that_waits_for_its_page_goes_on_for_two_days() -> None:
    def held(age: timedelta) -> Known:
        return known(entry(), text_status=TextStatus.PENDING, fetched_at=NOW - age)

    assert kind(decide(entry(), held(timedelta(hours=1)))) == "candidate"
    assert kind(decide(entry(), held(PENDING_FOR))) is OutcomeKind.UNCHANGED


copies = st.lists(
    st.builds(
        entry,
        id=st.sampled_from(["a" * 32, "b" * 32, "c" * 32]),
        rank=st.integers(0, 3),
        position=st.integers(0, 20),
        source=st.sampled_from([FEED, FILE]),
    ),
    max_size=12,
    unique_by=lambda e: (e.id, e.rank, e.position, e.source.id),
)


@given(copies, st.randoms())
def test_the_same_copy_goes_on_in_whatever_order_they_come(entries: list[Entry], random: Any) -> None:
    shuffled = list(entries)
    random.shuffle(shuffled)
    firsts, rest = first_of_each(entries)
    assert {e.id: e for e in firsts} == {e.id: e for e in first_of_each(shuffled)[0]}
    assert len(firsts) == len({e.id for e in entries})
    assert len(firsts) + len(rest) == len(entries)


def test_the_highest_rank_goes_on_then_the_first_source_then_the_first_place() -> None:
    teaser, full = entry(rank=1), entry(FILE, rank=2)
    assert first_of_each([teaser, full])[0] == [full]
    later, earlier = entry(FILE, rank=3), entry(FEED, rank=3, position=7)
    assert first_of_each([later, earlier])[0] == [earlier]
    assert first_of_each([entry(position=2), entry(position=1)])[0] == [entry(position=1)]


def test_a_copy_without_words_never_goes_on_in_the_place_of_one_that_has_some() -> None:
    wordless = {"title": None, "summary": None, "body": None}
    empty, told = entry(rank=3, **wordless), entry(FILE, rank=1, position=9)
    assert first_of_each([empty, told]) == ([told], [empty])
    assert first_of_each([empty]) == ([empty], [])
