"""The lease in Elasticsearch, and what only its state has."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from clearing import delete_all
from elasticsearch import Elasticsearch

from models.errors import TryLater
from models.feed_state import FeedState
from models.settings import ElasticsearchSettings
from pipelines.index.elasticsearch.client import Connection
from pipelines.state.elasticsearch import ElasticsearchState
from pipelines.state.lease import Holder, Lease

SHORT = timedelta(seconds=0.9)


@pytest.fixture
def address(elasticsearch_url: str) -> Iterator[str]:
    prefix = f"t-{uuid4().hex[:12]}"
    state = ElasticsearchState(f"{elasticsearch_url}/{prefix}", ElasticsearchSettings())
    state.setup()
    state.close()
    yield f"{elasticsearch_url}/{prefix}"
    with Elasticsearch(elasticsearch_url) as client:
        delete_all(client, f"{prefix}-")


def test_setup_adds_the_columns_that_an_older_newsbeam_did_not_have(address: str) -> None:
    server, _, prefix = address.rpartition("/")
    feeds = f"{prefix}-feeds-v1"
    older = {"mappings": {"dynamic": "strict", "properties": {"source_id": {"type": "keyword"}}}}
    with Elasticsearch(server) as client:
        client.indices.delete(index=feeds)
        client.indices.create(index=feeds, **older)
    state = ElasticsearchState(address, ElasticsearchSettings())
    state.setup()
    with state.lock():
        state.save_feed_states([FeedState(source_id="press", url="https://press.example/feed")])
    assert state.feed_states(["press"])["press"].source_id == "press"
    state.close()


@pytest.fixture
def locks(address: str) -> str:
    return f"{address.rpartition('/')[2]}-locks-v1"


@pytest.fixture
def connection(address: str) -> Iterator[Connection]:
    opened = Connection(address, ElasticsearchSettings(retry_budget=0))
    yield opened
    opened.close()


@pytest.fixture
def put_holder(connection: Connection, locks: str) -> Callable[..., None]:
    def put(**fields: Any) -> None:
        holder = Holder.this_process(datetime.now(UTC), timedelta(seconds=30)).model_copy(update=fields)
        connection.client.index(index=locks, id="run", document=holder.model_dump(mode="json"))

    return put


def ended_process() -> int:
    """The number of a process that has just ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_lease_of_a_dead_process_on_this_host_is_taken_over_at_once(
    connection: Connection, locks: str, put_holder: Callable[..., None]
) -> None:
    put_holder(process=ended_process(), token="old")
    with Lease(connection, locks).held():
        pass


def test_a_number_that_another_process_got_meanwhile_holds_nothing(
    connection: Connection, locks: str, put_holder: Callable[..., None]
) -> None:
    put_holder(process_started=1, token="old")
    with Lease(connection, locks).held():
        pass


@pytest.mark.parametrize("elsewhere", [{"host": "other"}, {"boot": "other"}, {"namespace": "pid:[1]"}])
def test_a_lease_from_elsewhere_is_kept_until_it_ends(
    connection: Connection, locks: str, put_holder: Callable[..., None], elsewhere: dict[str, str]
) -> None:
    gone = ended_process()
    put_holder(process=gone, token="old", **elsewhere)
    with (
        pytest.raises(TryLater, match=rf"process {gone} on .* since \d{{4}}-\d\d-\d\d"),
        Lease(connection, locks).held(),
    ):
        pass
    put_holder(process=gone, token="old", expires_at=datetime.now(UTC) - timedelta(seconds=1), **elsewhere)
    with Lease(connection, locks).held():
        pass


def test_a_lease_is_renewed_while_it_is_held(connection: Connection, locks: str) -> None:
    with Lease(connection, locks, lease=SHORT).held():
        threading.Event().wait(SHORT.total_seconds() * 2)
        found = Holder.model_validate(connection.client.get(index=locks, id="run")["_source"])
        assert found.expires_at > datetime.now(UTC)


def test_of_many_that_want_the_lock_one_has_it(connection: Connection, locks: str) -> None:
    inside, refused, start = [], [], threading.Barrier(8)

    def want() -> None:
        start.wait()
        try:
            with Lease(connection, locks).held():
                inside.append(1)
                done.wait(10)
        except TryLater:
            refused.append(1)
        if len(refused) == 7:
            done.set()

    done = threading.Event()
    threads = [threading.Thread(target=want) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(inside), len(refused)) == (1, 7)


def test_a_lock_that_was_lost_is_noticed(connection: Connection, locks: str, put_holder: Callable[..., None]) -> None:
    lease = Lease(connection, locks, lease=SHORT)

    def hold_too_long() -> None:
        with lease.held():
            put_holder(host="other", token="thief")
            threading.Event().wait(SHORT.total_seconds())
            with pytest.raises(TryLater, match="was lost"):
                lease.check()

    with pytest.raises(TryLater, match="was lost"):
        hold_too_long()
    assert connection.client.get(index=locks, id="run")["_source"]["token"] == "thief"


def test_after_the_lock_is_lost_nothing_is_remembered_any_more(
    address: str, put_holder: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    state = ElasticsearchState(address, ElasticsearchSettings())
    monkeypatch.setattr(state._lease, "_lease", SHORT)

    def hold_too_long() -> None:
        with state.lock():
            put_holder(host="other", token="thief")
            threading.Event().wait(SHORT.total_seconds())
            state.save_feed_states([FeedState(source_id="a", url="https://news.example/feed")])

    with pytest.raises(TryLater, match="was lost"):
        hold_too_long()
    assert state.feed_states(["a"]) == {}
    state.close()


def test_a_source_id_of_any_length_is_remembered(address: str) -> None:
    state = ElasticsearchState(address, ElasticsearchSettings())
    path = "/" + "ä" * 4000
    state.save_feed_states([FeedState(source_id=path, url=path)])
    assert state.feed_states([path])[path].url == path
    state.close()
