"""What the indices hold for the feed-health dashboard alone."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from clearing import delete_all
from elasticsearch import Elasticsearch

from models.article import Precision
from models.feed_state import FeedState
from models.settings import Settings
from pipelines.stores import open_store
from tests.articles import NOON, make_draft


@pytest.fixture
def address(elasticsearch_url: str) -> Iterator[str]:
    prefix = f"k{uuid4().hex[:10]}"
    yield f"{elasticsearch_url}/{prefix}"
    with Elasticsearch(elasticsearch_url) as client:
        delete_all(client, f"{prefix}-")


def test_the_delay_is_the_time_from_publication_to_first_sight_where_the_hour_is_known(
    address: str, elasticsearch_url: str
) -> None:
    index, state = open_store(Settings(index=address))
    index.setup()
    seen = {"fetched_at": NOON, "first_seen_at": NOON}
    index.write(
        [
            make_draft(
                "a", **seen, published_at=NOON - timedelta(minutes=90), published_at_precision=Precision.INSTANT
            ),
            make_draft("b", **seen, published_at=NOON - timedelta(hours=12), published_at_precision=Precision.DAY),
            make_draft("c", **seen, published_at=NOON + timedelta(minutes=5), published_at_precision=Precision.INSTANT),
            make_draft("d", **seen),
        ]
    )
    index.refresh()
    with Elasticsearch(elasticsearch_url) as client:
        name = address.rpartition("/")[2] + "-articles"
        found = client.search(index=name, docvalue_fields=["delay_minutes"], source=False)
        delays = [hit["fields"]["delay_minutes"] for hit in found["hits"]["hits"] if "fields" in hit]
    assert delays == [[90.0]]
    assert not index.setup().differences
    index.close()
    state.close()


def test_a_feed_says_how_it_does_beside_its_state(address: str, elasticsearch_url: str) -> None:
    well = FeedState(
        source_id="well", url="https://a.example/", last_attempt_at=NOON, last_success_at=NOON, last_new_at=NOON
    )
    changes: dict[str, dict[str, object]] = {
        "well": {},
        "silent": {"last_new_at": NOON - timedelta(days=9)},
        "failing": {"failures_in_a_row": 3},
        "retired": {"gone_at": NOON, "failures_in_a_row": 3},
        "waiting": {"last_attempt_at": None, "last_success_at": None, "last_new_at": None},
    }
    states = [well.model_copy(update={"source_id": name} | change) for name, change in changes.items()]
    index, state = open_store(Settings(index=address))
    state.setup()
    with state.lock():
        state.save_feed_states(states)
    assert state.feed_states(list(changes)) == {each.source_id: each for each in states}
    with Elasticsearch(elasticsearch_url) as client:
        name = address.rpartition("/")[2] + "-feeds-v1"
        client.indices.refresh(index=name)
        hits = client.search(index=name)["hits"]["hits"]
    assert {hit["_source"]["source_id"]: hit["_source"]["condition"] for hit in hits} == {
        name: name for name in changes
    }
    index.close()
    state.close()
