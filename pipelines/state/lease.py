"""The lock in Elasticsearch: a lease that its holder renews, in a document that one process at a time can change."""

import os
import platform
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

from elastic_transport import TransportError
from elasticsearch import ApiError, ConflictError, Elasticsearch, NotFoundError

from models.base import Instant, Model
from models.errors import NewsbeamError, TryLater
from pipelines.index.elasticsearch.client import Connection

LEASE = timedelta(seconds=30)
_RENEWALS = 3
"""How often a lease is renewed while it lasts."""

_DOCUMENT = "run"

LOCKS_BODY: dict[str, Any] = {
    "settings": {"index": {"number_of_shards": 1}},
    "mappings": {
        "dynamic": "strict",
        "properties": {
            **{name: {"type": "keyword"} for name in ("host", "boot", "namespace", "token")},
            **{name: {"type": "long"} for name in ("process", "process_started")},
            **{name: {"type": "date"} for name in ("since", "expires_at")},
        },
    },
}


class Holder(Model):
    """Who holds the lock: a process, told apart from a later one with its number by when it started.

    Processes can be looked for only where host, boot and process namespace (of a container) are the same.
    """

    host: str
    boot: str
    namespace: str
    process: int
    process_started: int
    token: str
    since: Instant
    expires_at: Instant

    @classmethod
    def this_process(cls, now: datetime, lease: timedelta) -> "Holder":
        """This process, from now on."""
        process = os.getpid()
        return cls(
            host=platform.node(),
            boot=_boot(),
            namespace=_namespace(),
            process=process,
            process_started=_started(process) or 0,
            token=uuid4().hex,
            since=now,
            expires_at=now + lease,
        )

    def is_gone(self, now: datetime) -> bool:
        """Whether the lease has run out, or its process is seen to have ended."""
        here = (self.host, self.boot, self.namespace) == (platform.node(), _boot(), _namespace())
        return now >= self.expires_at or (here and bool(self.boot) and _started(self.process) != self.process_started)


class Lease:
    """Takes, renews and gives back the lock of one index prefix."""

    def __init__(self, connection: Connection, index: str, *, lease: timedelta = LEASE) -> None:
        self._connection = connection
        self._index = index
        self._lease = lease
        self._ends: float | None = None

    def check(self) -> None:
        """Raise TryLater if the lock was held here and got lost."""
        if self._ends is not None and monotonic() >= self._ends:
            raise TryLater(
                f"The lock of {self._connection.address} was lost: it could not be renewed in time, or another run"
                " took it over; run again, nothing is lost."
            )

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock. Raises TryLater that names who holds it since when, or at the end that it got lost."""
        holder, place = self._take()
        over = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(holder, place, over), daemon=True, name="newsbeam-lease")
        keeper.start()
        try:
            yield
            self.check()
        finally:
            over.set()
            keeper.join()
            self._ends = None
            self._give_back(holder)

    def _take(self) -> tuple[Holder, dict[str, int]]:
        now = datetime.now(UTC)
        mine = Holder.this_process(now, self._lease)
        other, place = self._look(self._connection.patiently)
        if other is not None and not other.is_gone(now):
            raise self._taken(other)
        asked = monotonic()
        try:
            place = self._put(mine, place)
        except ConflictError as error:
            raise self._taken(self._look(self._connection.patiently)[0] or mine) from error
        self._ends = asked + self._lease.total_seconds()
        return mine, place

    def _taken(self, other: Holder) -> TryLater:
        return TryLater(
            f"Another run holds {self._connection.address}: process {other.process} on {other.host} since"
            f" {other.since:%Y-%m-%d %H:%M:%S} UTC; try again when it has ended."
        )

    def _look(self, make: Callable[[Callable[[Elasticsearch], Any]], Any]) -> tuple[Holder | None, dict[str, int]]:
        def ask(client: Elasticsearch) -> Any:
            try:
                return client.get(index=self._index, id=_DOCUMENT, realtime=True)
            except NotFoundError as error:
                if isinstance(error.body, dict) and error.body.get("found") is False:
                    return None
                raise

        answer = make(ask)
        if answer is None:
            return None, {}
        return Holder.model_validate(answer["_source"]), _place(answer)

    def _put(self, holder: Holder, place: dict[str, int]) -> dict[str, int]:
        """Store the lease where nothing changed since it was looked at; `place` is empty where there was none."""
        document = holder.model_dump(mode="json")
        condition: dict[str, Any] = {**place} if place else {"op_type": "create"}
        return _place(
            self._connection.once(
                lambda client: client.options(request_timeout=self._lease.total_seconds() / _RENEWALS).index(
                    index=self._index, id=_DOCUMENT, document=document, **condition
                )
            )
        )

    def _keep(self, holder: Holder, place: dict[str, int], over: threading.Event) -> None:
        """Renew until it is over, or until somebody else has the lease; `check` knows when the last one ends."""
        while not over.wait(self._lease.total_seconds() / _RENEWALS):
            asked = monotonic()
            try:
                now_at = self._renew(holder.model_copy(update={"expires_at": datetime.now(UTC) + self._lease}), place)
            except (NewsbeamError, ApiError, TransportError):
                continue
            if now_at is None:
                self._ends = asked
                return
            place, self._ends = now_at, asked + self._lease.total_seconds()

    def _renew(self, holder: Holder, place: dict[str, int]) -> dict[str, int] | None:
        """Where the renewed lease stands; None when somebody else has it."""
        try:
            return self._put(holder, place)
        except ConflictError:
            # The last renewal may have been stored, and only its answer lost.
            other, place = self._look(self._connection.once)
            return self._put(holder, place) if other is not None and other.token == holder.token else None

    def _give_back(self, holder: Holder) -> None:
        try:
            other, place = self._look(self._connection.once)
            if other is not None and other.token == holder.token:
                condition: dict[str, Any] = {**place}
                self._connection.once(lambda client: client.delete(index=self._index, id=_DOCUMENT, **condition))
        except (NewsbeamError, ApiError, TransportError):
            return  # a lease that can't be given back ends by itself


def _place(answer: Any) -> dict[str, int]:
    return {"if_seq_no": answer["_seq_no"], "if_primary_term": answer["_primary_term"]}


def _boot() -> str:
    return _read("/proc/sys/kernel/random/boot_id")


def _namespace() -> str:
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""


def _started(process: int) -> int | None:
    """When a process started, in ticks since the boot; None when there is none of that number."""
    status = _read(f"/proc/{process}/stat").rpartition(")")[2].split()
    return int(status[19]) if len(status) > 19 and status[0] != "Z" else None


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
