"""Walks through all that matches, however much it is, over one unchanging view of an index."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.index.elasticsearch.client import Connection

_KEEP_ALIVE = "5m"
_PAGE, _IDS_PAGE = 100, 10_000
"""Whole articles, of up to a few megabytes each, and bare ids, that one answer holds."""
_BY_ID = [{"id": "asc"}, {"version": "desc"}]

_Hit = Mapping[str, Any]


def whole(connection: Connection, index: str, query: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every article that matches, as written; of twins the one with the higher version."""
    last = None
    for hit in walk(connection, index, _BY_ID, query=query, size=_PAGE):
        article = hit["_source"]
        if article["id"] != last:
            yield article
        last = article["id"]


def twins(connection: Connection, index: str) -> Iterator[str]:
    """The ids that stand in two indices, each once."""
    before = reported = None
    everything = {"query": {"match_all": {}}, "source": False, "stored_fields": "_none_"}
    for hit in walk(connection, index, _BY_ID, size=_IDS_PAGE, **everything):
        here = hit["sort"][0]
        if here == before and here != reported:
            yield here
            reported = here
        before = here


def lower_twins(connection: Connection, index: str, query: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The index and id of each matching article that stands in another index in a higher version."""
    before = None
    for hit in walk(connection, index, _BY_ID, size=_IDS_PAGE, query=query, source=False):
        if hit["sort"][0] == before:
            yield hit["_index"], hit["_id"]
        before = hit["sort"][0]


def walk(connection: Connection, index: str, sort: list[dict[str, str]], *, size: int, **body: Any) -> Iterator[_Hit]:
    """Every hit in this order, fetched `size` at a time; `body` is the rest of the search."""
    point = connection.patiently(
        lambda client: client.open_point_in_time(index=index, keep_alive=_KEEP_ALIVE, ignore_unavailable=False)
    )["id"]
    try:
        after: list[Any] | None = None
        while True:
            page = connection.patiently(
                lambda client, point=point, after=after: client.search(  # type: ignore[misc]
                    pit={"id": point, "keep_alive": _KEEP_ALIVE},
                    sort=[*sort, {"_shard_doc": "asc"}],
                    size=size,
                    search_after=after,
                    track_total_hits=False,
                    **body,
                )
            )
            hits = page["hits"]["hits"]
            yield from hits
            if len(hits) < size:
                return
            after, point = hits[-1]["sort"], page["pit_id"]
    finally:
        connection.once(lambda client: client.options(ignore_status=404).close_point_in_time(id=point))
