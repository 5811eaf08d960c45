"""An invented newsroom: some thousand articles of the last days, the feeds they came from, failures and runs."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from articles import article_id, make_draft

from models.article import Dateline, Entity, Location, Mention, Precision, Quote
from models.errors import FetchError, NormalizeError
from models.feed_state import FeedState
from models.outcome import Draft, Failure
from models.report import RunReport, Tally
from models.settings import Settings
from models.source import FeedSource
from pipelines.stores import open_store

FEEDS = {
    "harbour": ("Harbour Post", "en", 30),
    "capital": ("The Capital", "en", 24),
    "morgen": ("Morgenblatt", "de", 20),
    "elbe": ("Elbe-Kurier", "de", 12),
    "matin": ("Matin du Lac", "fr", 10),
    "faro": ("El Faro del Sur", "es", 8),
    "northern": ("Northern Wire", "en", 5),
    "alpen": ("Alpenbote", "de", 3),
}
"""Id to name, language and share."""

PEOPLE = [
    "Ada Brandt", "Jonas Keller", "Mira Solano", "Tomas Verhoeven", "Lucia Ferrante", "Henrik Dahl", "Nadia Rahimi",
    "Owen Baxter", "Claire Dumont", "Rafael Ibarra", "Yuki Tanabe", "Greta Lindqvist", "Samir Haddad", "Paul Okoro",
]  # fmt: skip
ORGANIZATIONS = [
    "Harbour Authority", "Northern Rail", "Union of Pilots", "Lakeside University", "Ministry of Transport",
    "Weather Service", "City Council", "Salt Works Ltd", "Ocean Institute", "Bank of the Isles",
]  # fmt: skip
PLACES = [
    ("Lisbon", "PT", 38.7, -9.1), ("Hamburg", "DE", 53.6, 10.0), ("Oslo", "NO", 59.9, 10.8),
    ("Nairobi", "KE", -1.3, 36.8), ("Lima", "PE", -12.0, -77.0), ("Hanoi", "VN", 21.0, 105.9),
    ("Ottawa", "CA", 45.4, -75.7), ("Quito", "EC", -0.2, -78.5), ("Sydney", "AU", -33.9, 151.2),
    ("Geneva", "CH", 46.2, 6.1), ("Seoul", "KR", 37.6, 127.0), ("Accra", "GH", 5.6, -0.2),
    ("Dublin", "IE", 53.3, -6.3), ("Austin", "US", 30.3, -97.7), ("Tallinn", "EE", 59.4, 24.8),
]  # fmt: skip
DEEDS = {
    "en": ("opens", "a new ferry line", "after two years", "said", "We start on Monday", "The boats go hourly"),
    "de": ("eröffnet", "eine neue Fähre", "nach zwei Jahren", "sagte", "Wir beginnen am Montag", "Sie fährt täglich"),
    "fr": ("ouvre", "une nouvelle ligne", "après deux ans", "a dit", "Nous commençons lundi", "Elle part le matin"),
    "es": ("abre", "una nueva línea", "tras dos años", "dijo", "Empezamos el lunes", "Sale cada hora"),
}
MISSION = "Der Chor nannte seine Reise zu den Inseln eine heilige Mission und sang an jedem Hafen."

RUNS = 84


def fill(address: str, articles: int = 2400, days: int = 7) -> None:
    """Write it all into the Elasticsearch at this address."""
    now = datetime.now(UTC)
    index, state = open_store(Settings(index=address))
    try:
        state.setup()
        index.setup()
        drafts = list(_drafts(articles, now, days))
        for start in range(0, len(drafts), 500):
            index.write(drafts[start : start + 500])
        index.refresh()
        with state.lock():
            state.save_feed_states(_feed_states(now))
            state.record_failures(_failures(now))
            for report in _runs(now):
                state.save_run(report)
    finally:
        index.close()
        state.close()


def _drafts(number: int, now: datetime, days: int) -> Iterator[Draft]:
    shares = [share for _, _, share in FEEDS.values()]
    for n in range(number):
        random = Random(n)
        feed = random.choices(list(FEEDS), shares)[0]
        yield _draft(n, feed, random, now - timedelta(days=days) * random.random() ** 1.2)
    yield _draft(number, "morgen", Random(number), now - timedelta(hours=1), more=MISSION)


def _draft(n: int, feed: str, random: Random, published: datetime, more: str = "") -> Draft:
    name, language, _ = FEEDS[feed]
    people = _some(random, PEOPLE, (2, 5, 3))
    organizations = _some(random, ORGANIZATIONS, (4, 5, 1))
    places = _some(random, PLACES, (1, 6, 3))
    opens, thing, when, said, promise, closing = DEEDS[language]
    who = organizations[0] if organizations else people[0] if people else name
    where = places[0][0] if places else "…"
    title = f"{who} {opens} {thing}" + (f" · {where}" if places else "")
    quotes = tuple(Quote(text=f"{promise}, No. {n}.", offset=0, speaker=person) for person in people[:1])
    spoken = f"„{promise}“, {said} {people[0]}." if people else ""
    body = "\n\n".join(part for part in (f"{title} {when}.", spoken, f"{closing}.", more) if part)
    seen = published + timedelta(minutes=random.choice((2, 4, 7, 12, 15, 25, 60)) * (3 if feed == "alpen" else 1))
    return make_draft(
        f"newsroom-{n}",
        source_id=feed,
        source_name=name,
        origin=f"https://{feed}.example/feed",
        url=f"https://{feed}.example/{n}",
        title=title,
        summary=f"{title} {when}.",
        body=body,
        language=language,
        published_at=published,
        published_at_precision=Precision.INSTANT,
        timestamp=published,
        fetched_at=seen,
        first_seen_at=seen,
        dateline=Dateline(place=where.upper(), country=places[0][1]) if places else None,
        entities=tuple(Entity(name=person, kind="person", mentions=(Mention(start=0, end=1),)) for person in people),
        people=tuple(people),
        organizations=tuple(organizations),
        places=tuple(place for place, *_ in places),
        countries=tuple(sorted({country for _, country, *_ in places})),
        locations=tuple(Location(lat=lat, lon=lon) for _, _, lat, lon in places),
        quotes=quotes,
        speakers=tuple(people[:1]),
    )


def _some(random: Random, things: list[Any], weights: tuple[int, int, int]) -> list[Any]:
    """None, one or two of them, the first ones more often."""
    number = random.choices((0, 1, 2), weights)[0]
    found: list[Any] = []
    while len(found) < number:
        thing = things[min(int(random.expovariate(0.25)), len(things) - 1)]
        if thing not in found:
            found.append(thing)
    return found


def _feed_states(now: datetime) -> list[FeedState]:
    states = []
    for number, feed in enumerate(FEEDS):
        seen = now - timedelta(minutes=5 + number)
        states.append(
            FeedState(
                source_id=feed,
                url=f"https://{feed}.example/feed",
                last_attempt_at=seen,
                last_success_at=seen,
                last_new_at=seen,
                usual_gap=1800.0,
                next_due_at=seen + timedelta(minutes=15),
            )
        )
    silent = states[-1].model_copy(update={"last_new_at": now - timedelta(days=4)})
    failing = states[-2].model_copy(
        update={
            "last_success_at": now - timedelta(days=1),
            "failures_in_a_row": 12,
            "last_error": "https://northern.example/feed answered with status 503: the server is in trouble.",
        }
    )
    gone = states[0].model_copy(
        update={"source_id": "gazette", "url": "https://gazette.example/feed", "gone_at": now - timedelta(days=1)}
    )
    return [*states[:-2], failing, silent, gone]


def _failures(now: datetime) -> list[Failure]:
    found = []
    for n in range(30):
        feed = list(FEEDS)[n % 4]
        source = FeedSource(id=feed, name=FEEDS[feed][0], url=f"https://{feed}.example/feed", order=n)
        error = (
            NormalizeError("The entry has neither a title nor a text.")
            if n % 3
            else FetchError("The server closed the connection in the middle.", transient=True)
        )
        found.append(
            Failure.of(
                error,
                source,
                origin=source.url,
                at=now - timedelta(hours=5 * n),
                newsbeam="0.0.0",
                entry_id=article_id(f"failure-{n}"),
                title=f"A story without a text, No. {n}",
            )
        )
    return found


def _runs(now: datetime) -> Iterator[RunReport]:
    for n in range(RUNS):
        random = Random(n)
        started = now - timedelta(hours=2 * n, minutes=3)
        new, failed = random.randint(5, 60), random.choice((0, 0, 0, 1, 3))
        totals = Tally(
            seen=new + failed + 40, new=new, updated=6, unchanged=34, failed=failed, due=9, fetched=9, committed=9
        )
        yield RunReport(
            run_id=f"run-{n:04}",
            started_at=started,
            ended_at=started + timedelta(seconds=random.uniform(4, 25)),
            exit_code=0 if n % 17 else 75,
            exit_reason="done" if n % 17 else "stopped by a signal",
            index="news",
            newsbeam="0.0.0",
            totals=totals,
        )
