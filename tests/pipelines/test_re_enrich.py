"""Enriching anew what is indexed: the same on both indexes, as often as one likes, stopped at any moment."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from articles import NOON, article_id, make_article, make_draft
from clearing import delete_all
from elasticsearch import Elasticsearch

from models.article import Article, Entity, Mention, Quote
from models.errors import EnrichError, SetupError, TryLater
from models.outcome import Draft
from models.re_enrich import ReEnrichReport
from models.search import SearchRequest
from models.settings import RunSettings, Settings
from pipelines import re_enrich as module
from pipelines.enrich import Enricher
from pipelines.enrich.base import Reading
from pipelines.re_enrich import re_enrich
from pipelines.stop import STOP
from pipelines.stores import open_store

GERMAN = "Die Regierung hat am Montag beschlossen, dass die Mittel für den Ausbau der Schulen verdoppelt werden. " * 3


class Names:
    """Takes these words for people and what stands in quotation marks for their words."""

    def __init__(self, **names: str) -> None:
        self._names = names

    def extract(self, readings: Sequence[Reading]) -> list[Reading]:
        return [self._read(reading) for reading in readings]

    def _read(self, reading: Reading) -> Reading:
        if "unreadable" in reading.text:
            raise EnrichError("The text is unreadable.")
        people = [
            Entity(name=name, kind="person", mentions=(Mention(start=at, end=at + len(word)),))
            for word, name in self._names.items()
            if (at := reading.text.find(word)) >= 0
        ]
        quotes = [
            Quote(text=text, offset=reading.text.find(text), speaker=people[0].name)
            for text in reading.text.split('"')[1::2]
            if people
        ]
        return reading.model_copy(update={"entities": tuple(people), "quotes": tuple(quotes)})


class Watcher:
    """Hears how it goes on, and may do something about it."""

    def __init__(self, on_advance: Callable[[], None] = lambda: None) -> None:
        self.said: list[Any] = []
        self._on_advance = on_advance

    def start(self, articles: int) -> None:
        self.said.append(articles)

    def advance(self, articles: int) -> None:
        self.said.append(articles)
        self._on_advance()

    def finish(self) -> None:
        self.said.append("finished")


@pytest.fixture(params=["embedded", "elasticsearch"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """An index that is empty and not set up."""
    if request.param == "embedded":
        yield Settings(index=str(tmp_path / "index"))
        return
    url, prefix = request.getfixturevalue("elasticsearch_url"), f"t-{uuid4().hex[:12]}"
    yield Settings(index=f"{url}/{prefix}")
    with Elasticsearch(url) as client:
        delete_all(client, f"{prefix}-")


def indexed(name: str, **fields: Any) -> Draft:
    """An article as an enrichment left it that found nobody."""
    return make_draft(name, **({"provenance": {"language": "feed"}} | fields))


def fill(settings: Settings, *drafts: Draft) -> None:
    index, state = open_store(settings)
    state.setup()
    index.setup()
    index.write(drafts)
    index.refresh()
    index.close()
    state.close()


def held(settings: Settings, **request: Any) -> dict[str, Article]:
    """What matches, by id."""
    index, state = open_store(settings)
    found = {article.id: article for article in index.export(SearchRequest(**request))}
    assert index.status().twins == ()
    index.close()
    state.close()
    return found


def renew(
    settings: Settings, names: Names, watcher: Watcher | None = None, *, again: bool = False, **request: Any
) -> ReEnrichReport:
    enricher = Enricher({"people": lambda: names})
    report = re_enrich(settings, SearchRequest(**request), enricher, watcher or Watcher(), again=again)
    ends = (report.changed, report.unchanged, report.stale, report.failed)
    assert report.read == sum(ends)
    return report


def numbers(report: ReEnrichReport) -> tuple[int, int, int, int]:
    return report.changed, report.unchanged, report.stale, report.failed


PUTIN = Names(Putin="Wladimir Putin")


def test_only_what_changed_is_written_and_the_second_time_nothing(settings: Settings) -> None:
    fill(settings, indexed("a", body='Putin: "So be it", he said.'), indexed("b", body="Nobody is named."))
    before = held(settings)
    report = renew(settings, PUTIN)
    assert (numbers(report), report.exit_code, report.exit_reason) == ((1, 1, 0, 0), 0, "done")
    after = held(settings)
    assert after[article_id("b")] == before[article_id("b")]
    changed = after[article_id("a")]
    assert (changed.people, changed.speakers) == (("Wladimir Putin",), ("Wladimir Putin",))
    assert set(held(settings, query='speakers:putin quotes:"so be it"')) == {article_id("a")}
    assert numbers(renew(settings, PUTIN)) == (0, 2, 0, 0)
    assert held(settings) == after


def test_a_changed_article_keeps_its_times_and_gets_the_version_of_today(settings: Settings) -> None:
    fetched = NOON + timedelta(milliseconds=123)
    fill(settings, indexed("a", body="Putin is here.", fetched_at=fetched, first_seen_at=NOON, revision=4))
    (before,) = held(settings).values()
    renew(settings, PUTIN)
    (after,) = held(settings).values()
    assert after.version == before.version // 1000 * 1000 + module.ENRICHMENT_GENERATION
    kept = ("fetched_at", "first_seen_at", "timestamp", "revision", "content_hash", "entry_hash", "source_id", "body")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]


def test_a_new_alias_reaches_old_articles_and_their_quotes(settings: Settings) -> None:
    fill(settings, indexed("a", body='Putin: "So be it", he said. "Really."'))
    renew(settings, PUTIN)
    assert numbers(renew(settings, Names(Putin="Vladimir V. Putin"))) == (1, 0, 0, 0)
    (after,) = held(settings).values()
    assert {quote.speaker for quote in after.quotes} == set(after.people) == {"Vladimir V. Putin"}
    if "://" in settings.index:
        address, _, prefix = settings.index.rpartition("/")
        with Elasticsearch(address) as client:
            client.indices.refresh(index=f"{prefix}-quotes")
            hits = client.search(index=f"{prefix}-quotes")["hits"]["hits"]
        assert [hit["_source"]["speaker"] for hit in hits] == ["Vladimir V. Putin"] * 2


def test_an_article_whose_language_is_read_anew_stays_in_its_index(settings: Settings) -> None:
    fill(settings, indexed("a", language="en", title="Schulen", body=GERMAN))
    assert numbers(renew(settings, Names())) == (1, 0, 0, 0)
    assert [article.language for article in held(settings, query="regierung").values()] == ["de"]


def test_only_what_matches_is_read(settings: Settings) -> None:
    drafts = [indexed(name, title=name, body="Putin is here.", source_id=name) for name in ("first", "second")]
    fill(settings, *drafts)
    assert numbers(renew(settings, PUTIN, query="title:first")) == (1, 0, 0, 0)
    assert numbers(renew(settings, PUTIN, source_id="second")) == (1, 0, 0, 0)
    nothing = renew(settings, PUTIN, query="title:third")
    assert (nothing.read, nothing.exit_code, nothing.exit_reason) == (0, 0, "nothing matched")
    with pytest.raises(SetupError, match="titel"):
        renew(settings, PUTIN, query="titel:first")


def test_again_writes_the_unchanged_too(settings: Settings) -> None:
    fill(settings, indexed("a", body="Nobody is named."))
    assert numbers(renew(settings, PUTIN)) == (0, 1, 0, 0)
    assert numbers(renew(settings, PUTIN, again=True)) == (1, 0, 0, 0)
    assert [article.version % 1000 for article in held(settings).values()] == [module.ENRICHMENT_GENERATION]


def test_what_a_later_generation_wrote_stays(settings: Settings) -> None:
    fill(settings, indexed("a", body="Putin is here.", version=make_article().version + 999))
    before = held(settings)
    assert numbers(renew(settings, PUTIN)) == (0, 0, 1, 0)
    assert held(settings) == before


def test_a_text_that_is_refused_stays_as_it_was_and_is_counted(settings: Settings) -> None:
    fill(settings, indexed("a", body="unreadable", people=("Jo Doe",)), indexed("b", body="Putin is here."))
    before = held(settings)
    report = renew(settings, PUTIN)
    assert (numbers(report), report.exit_code) == ((1, 0, 0, 1), 0)
    assert report.failures_by_reason == {"The text is unreadable.": 1}
    assert held(settings)[article_id("a")] == before[article_id("a")]
    strict = settings.model_copy(update={"run": RunSettings(error_budget=0, error_budget_at_least=0)})
    assert renew(strict, PUTIN).exit_code == 3


def test_stopped_in_the_middle_it_goes_on_the_next_time(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 10)
    fill(settings, *(indexed(f"a{number}", body="Putin is here.") for number in range(45)))
    watcher = Watcher(lambda: STOP.because("by a test"))
    report = renew(settings, PUTIN, watcher)
    assert (report.exit_code, report.exit_reason) == (
        75,
        "stopped by a test before the end; nothing is lost, run it again",
    )
    assert report.changed == 10
    assert watcher.said == [45, 0, 10, "finished"]
    assert sum(bool(article.people) for article in held(settings).values()) == 10
    assert numbers(renew(settings, PUTIN)) == (35, 10, 0, 0)
    assert all(article.people for article in held(settings).values())


def test_it_waits_for_nobody_who_holds_the_lock(settings: Settings) -> None:
    fill(settings, indexed("a", body="Putin is here."))
    _, state = open_store(settings)
    with state.lock(), pytest.raises(TryLater):
        renew(settings, PUTIN)
    state.close()
    assert numbers(renew(settings, PUTIN)) == (1, 0, 0, 0)


def test_the_mark_of_too_many_entities_goes_with_them(settings: Settings) -> None:
    fill(settings, indexed("a", body="Putin is here.", provenance={"cut": ("body", "entities")}))
    renew(settings, PUTIN)
    (after,) = held(settings).values()
    assert after.provenance["cut"] == ("body",)
