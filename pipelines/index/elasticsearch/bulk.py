"""The sink: sends documents in batches until each has its verdict, or until waiting makes no sense."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple
from zlib import crc32

from elastic_transport import TransportError
from elasticsearch import ApiError

from models.errors import SetupError, TryLater
from models.outcome import OutcomeKind, Verdict
from pipelines.index.elasticsearch.client import Connection, Patience, describe, transient

_ANSWER_PARTS = (
    "items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.type,items.*.error.caused_by.reason"
)

_INDEX_TROUBLE = frozenset({"index_not_found_exception", "index_closed_exception", "cluster_block_exception"})
"""Refusals of a whole index: no document can change them."""


_LANES, _LANE_DOCUMENTS = 2, 100
"""An index takes one request on one core: this many are under way at once when there are documents enough."""


class Action(NamedTuple):
    """One document as the two lines of a bulk request. `held` says that the index is known to hold its id."""

    id: str
    lines: bytes
    held: bool = False


def index_action(index: str, id_: str, source: bytes, version: int | None = None, *, held: bool = False) -> Action:
    """Write a whole document, unless a higher version is there."""
    where: dict[str, Any] = {"_index": index, "_id": id_}
    if version is not None:
        where |= {"version": version, "version_type": "external_gte"}
    return Action(id_, b'{"index":' + json.dumps(where).encode() + b"}\n" + source + b"\n", held)


class BulkWriter:
    """Sends actions and hears what became of each.

    Transient refusals of single documents or whole requests are waited out within the retry budget, only what was
    refused is sent again; a request that is too large is halved. Raises TryLater when the budget is spent and
    SetupError for credentials or an index that is not there.
    """

    def __init__(self, connection: Connection, *, refresh: bool = False) -> None:
        self._connection = connection
        self._documents = connection.settings.batch_documents
        self._bytes = connection.settings.batch_bytes
        self._refresh = refresh

    def write(self, actions: Sequence[Action]) -> list[Verdict]:
        """One verdict per action, in order; actions on one document are carried out in their order."""
        lanes = _LANES if len(actions) >= _LANES * _LANE_DOCUMENTS else 1
        places: list[list[int]] = [[] for _ in range(lanes)]
        for place, action in enumerate(actions):
            places[crc32(action.id.encode()) % lanes].append(place)
        parts = [[actions[place] for place in lane] for lane in places]
        verdicts: dict[int, Verdict] = {}
        with ThreadPoolExecutor(lanes) as pool:
            for lane, heard in zip(places, pool.map(self._write_lane, parts), strict=True):
                verdicts.update(zip(lane, heard, strict=True))
        return [verdicts[place] for place in range(len(actions))]

    def _write_lane(self, actions: Sequence[Action]) -> list[Verdict]:
        patience = Patience(self._connection.settings.retry_budget)
        return [verdict for batch in self._batches(actions) for verdict in self._write_batch(batch, patience)]

    def _batches(self, actions: Sequence[Action]) -> Iterator[list[Action]]:
        batch: list[Action] = []
        size = 0
        for action in actions:
            if batch and (len(batch) == self._documents or size + len(action.lines) > self._bytes):
                yield batch
                batch, size = [], 0
            batch.append(action)
            size += len(action.lines)
        if batch:
            yield batch

    def _write_batch(self, batch: Sequence[Action], patience: Patience) -> list[Verdict]:
        verdicts: dict[int, Verdict] = {}
        waiting = list(range(len(batch)))
        unheard = False
        trouble: TryLater | None
        while True:
            try:
                items = self._send([batch[place] for place in waiting])
            except (ApiError, TransportError) as error:
                if isinstance(error, ApiError) and error.status_code == 413:
                    halves = self._write_halves([batch[place] for place in waiting], patience)
                    verdicts.update(zip(waiting, halves, strict=True))
                    break
                trouble = self._trouble(error)
                unheard = True
            else:
                waiting, trouble = self._judge(batch, waiting, items, verdicts, unheard)
            if trouble is None:
                break
            if not patience.wait():
                raise trouble
        return [verdicts[place] for place in range(len(batch))]

    def _send(self, batch: Sequence[Action]) -> list[dict[str, Any]]:
        body = b"".join(action.lines for action in batch)
        answer = self._connection.client.bulk(operations=body, filter_path=_ANSWER_PARTS, refresh=self._refresh)  # type: ignore[arg-type]  # ready-made lines
        items = [next(iter(item.values())) for item in answer.get("items", [])]
        assert len(items) == len(batch)
        return items

    def _write_halves(self, batch: Sequence[Action], patience: Patience) -> list[Verdict]:
        if len(batch) == 1:
            size = len(batch[0].lines)
            reason = f"Elasticsearch takes no document of {size} bytes; raise http.max_content_length there."
            return [Verdict(id=batch[0].id, kind=OutcomeKind.FAILED, reason=reason)]
        middle = len(batch) // 2
        return self._write_batch(batch[:middle], patience) + self._write_batch(batch[middle:], patience)

    def _trouble(self, error: ApiError | TransportError) -> TryLater:
        """What a refused request means, where waiting may help; raises what it means where it will not."""
        meaning = self._connection.meaning(error)
        if meaning is None:
            raise error
        if not isinstance(meaning, TryLater):
            raise meaning from error
        meaning.__cause__ = error
        return meaning

    def _judge(
        self,
        batch: Sequence[Action],
        waiting: Sequence[int],
        items: Sequence[dict[str, Any]],
        verdicts: dict[int, Verdict],
        unheard: bool,
    ) -> tuple[list[int], TryLater | None]:
        """Note the verdicts; return what has to be sent again, and why."""
        again: list[int] = []
        trouble: TryLater | None = None
        for place, item in zip(waiting, items, strict=True):
            action, status = batch[place], item["status"]
            if transient(status):
                again.append(place)
                trouble = TryLater(
                    f"Elasticsearch at {self._connection.address} refuses documents for now"
                    f" ({status}: {describe(item.get('error'))}); try again later."
                )
                continue
            verdicts[place] = self._verdict(action, status, item.get("error"), unheard)
        return again, trouble

    def _verdict(self, action: Action, status: int, error: Any, unheard: bool) -> Verdict:
        if status == 201:
            return Verdict(id=action.id, kind=OutcomeKind.NEW)
        if status == 200:
            # An answer that got lost may have said "created" of this very write.
            kind = OutcomeKind.NEW if unheard and not action.held else OutcomeKind.UPDATED
            return Verdict(id=action.id, kind=kind)
        if status == 409:
            return Verdict(id=action.id, kind=OutcomeKind.STALE)
        reason = describe(error)
        if status in (401, 403) or (error or {}).get("type") in _INDEX_TROUBLE:
            raise SetupError(
                f"Elasticsearch at {self._connection.address} refuses to write ({status}: {reason}); grant the key"
                " the privilege, or run newsbeam index setup for a missing index."
            )
        return Verdict(id=action.id, kind=OutcomeKind.FAILED, reason=f"Elasticsearch refused it: {reason}.")
