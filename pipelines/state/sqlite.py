"""The state beside the embedded index: one SQLite file that any number of processes share."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from models.errors import DISK_FULL, NewsbeamError, SetupError, TryLater
from models.feed_state import FeedState
from models.outcome import Failure
from models.report import RunReport
from pipelines.state.base import FailureFilter, met_again
from pipelines.state.flock import exclusive

_VERSION = 1
_WAIT_SECONDS = 60.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TABLES = """
CREATE TABLE IF NOT EXISTS feed_states (source_id TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS failures (
    id TEXT PRIMARY KEY, source_id TEXT NOT NULL, entry_id TEXT NOT NULL, stage TEXT NOT NULL, reason TEXT NOT NULL,
    last_failed_at INTEGER NOT NULL, record TEXT NOT NULL, raw BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS failures_by_entry ON failures (entry_id, source_id);
CREATE INDEX IF NOT EXISTS failures_by_time ON failures (last_failed_at DESC, id);
CREATE TABLE IF NOT EXISTS runs (run_id TEXT PRIMARY KEY, started_at INTEGER NOT NULL, record TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS runs_by_time ON runs (started_at DESC, run_id);
"""
_AMONG = "IN (SELECT value FROM json_each(?))"


class SqliteState:
    """Feed states, dead letters, run reports and the lock in one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._file = directory / "state.sqlite"
        self._connection: sqlite3.Connection | None = None

    def setup(self) -> None:
        """Create what is missing. Raises SetupError where that is not permitted, TryLater when the disk is full."""
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            if error.errno in DISK_FULL:
                raise TryLater(
                    f"The disk that is to hold {self._directory} is full; make room and run again."
                ) from error
            raise SetupError(
                f"The directory {self._directory} can't be made ({error.strerror}); change its owner or name another."
            ) from error
        with self._meanings(), closing(self._connect("rwc")) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version == _VERSION:
                return
            if version:
                raise SetupError(f"{self._file} was made by another version of Newsbeam; name another directory.")
            connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {_VERSION}; COMMIT;")

    def feed_states(self, source_ids: Sequence[str]) -> dict[str, FeedState]:
        """What is remembered of these sources; unknown ones are absent."""
        rows = self._read(f"SELECT source_id, record FROM feed_states WHERE source_id {_AMONG}", _json(source_ids))
        return {source_id: FeedState.model_validate_json(record) for source_id, record in rows}

    def save_feed_states(self, states: Sequence[FeedState]) -> None:
        """Replace what is remembered of these sources."""
        with self._writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO feed_states VALUES (?, ?)",
                [(state.source_id, state.model_dump_json()) for state in states],
            )

    def record_failures(self, failures: Sequence[Failure]) -> None:
        """Store dead letters by id; one that is there already keeps its first time and counts one attempt more."""
        with self._writing() as connection:
            for failure in failures:
                found = connection.execute("SELECT record, raw FROM failures WHERE id = ?", (failure.id,)).fetchone()
                held = _failure(*found) if found else None
                connection.execute(
                    "INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    _row(met_again(failure, held) if held else failure),
                )

    def failures_of(self, entry_ids: Sequence[str]) -> dict[str, Failure]:
        """The latest dead letter of each of these entries, without its raw bytes."""
        rows = self._read(
            f"SELECT entry_id, record FROM failures WHERE entry_id {_AMONG} ORDER BY last_failed_at, id DESC",
            _json(entry_ids),
        )
        return {entry_id: _failure(record) for entry_id, record in rows}

    def failures(self, wanted: FailureFilter) -> Iterator[Failure]:
        """Dead letters, the latest first, without their raw bytes; times bound when they failed last."""
        conditions = {
            "source_id = ?": wanted.source_id,
            "stage = ?": wanted.stage,
            "contains(reason, ?)": wanted.reason,
            "last_failed_at >= ?": None if wanted.since is None else _microseconds(wanted.since),
            "last_failed_at < ?": None if wanted.until is None else _microseconds(wanted.until),
        }
        asked = {condition: value for condition, value in conditions.items() if value is not None}
        where = " AND ".join(asked) or "TRUE"
        # A connection of its own: its view stays the same while the caller changes what it walks through.
        with self._meanings(), closing(self._connect("rw")) as connection:
            for (record,) in connection.execute(
                f"SELECT record FROM failures WHERE {where} ORDER BY last_failed_at DESC, id", tuple(asked.values())
            ):
                yield _failure(record)

    def failure(self, failure_id: str) -> Failure | None:
        """One dead letter, whole; `failure_id` may be a prefix that fits only one."""
        if not failure_id:
            return None
        rows = self._read(
            "SELECT record, raw FROM failures WHERE substr(id, 1, length(?1)) = ?1 ORDER BY length(id) LIMIT 2",
            failure_id,
        )
        fitting = [_failure(*row) for row in rows]
        if len(fitting) == 1 or (fitting and fitting[0].id == failure_id):
            return fitting[0]
        return None

    def resolve_failures(self, entry_ids: Sequence[str]) -> None:
        """Remove all dead letters of these entries."""
        with self._writing() as connection:
            connection.execute(f"DELETE FROM failures WHERE entry_id {_AMONG}", (_json(filter(None, entry_ids)),))

    def drop_failures(self, failure_ids: Sequence[str]) -> None:
        """Remove these dead letters."""
        with self._writing() as connection:
            connection.execute(f"DELETE FROM failures WHERE id {_AMONG}", (_json(failure_ids),))

    def forget_failures(self, source_ids: Sequence[str], stages: Sequence[str], before: datetime) -> None:
        """Remove the dead letters of these sources and stages that were not renewed since; cheap where none are."""
        asked = f"FROM failures WHERE last_failed_at < ? AND stage {_AMONG} AND source_id {_AMONG}"
        values = (_microseconds(before), _json(stages), _json(source_ids))
        if self._read(f"SELECT 1 {asked} LIMIT 1", *values):
            with self._writing() as connection:
                connection.execute(f"DELETE {asked}", values)

    def check_lock(self) -> None:
        """The kernel keeps this lock until the process ends."""

    def save_run(self, report: RunReport) -> None:
        """Store a run's report."""
        with self._writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO runs VALUES (?, ?, ?)",
                (report.run_id, _microseconds(report.started_at), report.model_dump_json(round_trip=True)),
            )

    def forget_runs(self, before: datetime) -> None:
        """Remove the reports of runs that began earlier."""
        with self._writing() as connection:
            connection.execute("DELETE FROM runs WHERE started_at < ?", (_microseconds(before),))

    def runs(self, limit: int = 20) -> list[RunReport]:
        """The latest reports, newest first."""
        rows = self._read("SELECT record FROM runs ORDER BY started_at DESC, run_id DESC LIMIT ?", limit)
        return [RunReport.model_validate_json(record) for (record,) in rows]

    def lock(self) -> AbstractContextManager[None]:
        """Hold the index for writing runs. Raises TryLater that names who holds it since when."""
        return exclusive(self._directory / "run.lock", datetime.now(UTC))

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _read(self, statement: str, *values: str | int) -> list[tuple[str, ...]]:
        with self._meanings():
            return self._opened().execute(statement, values).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._meanings():
            connection = self._opened()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._connect("rw")
        return self._connection

    def _connect(self, mode: str) -> sqlite3.Connection:
        # SQLite has no error code of its own for a missing directory, so the path is looked at first.
        if mode == "rw" and not self._file.is_file():
            raise SetupError(f"There is no state in {self._directory}; run newsbeam index setup, or name another.")
        connection = sqlite3.connect(
            f"{self._file.absolute().as_uri()}?mode={mode}", uri=True, timeout=_WAIT_SECONDS, isolation_level=None
        )
        connection.execute("PRAGMA synchronous = FULL")
        connection.create_function("contains", 2, _contains, deterministic=True)
        return connection

    @contextmanager
    def _meanings(self) -> Iterator[None]:
        """Turn what SQLite refuses into SetupError or TryLater."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            meaning = self._meaning(error)
            if meaning is None:
                raise
            raise meaning from error

    def _meaning(self, error: sqlite3.DatabaseError) -> NewsbeamError | None:
        match getattr(error, "sqlite_errorcode", 0) & 0xFF:
            case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
                return TryLater(f"The disk refuses to write {self._file} ({error}); make room and run again.")
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                return TryLater(f"{self._file} was in use for {_WAIT_SECONDS:.0f} s; run again later.")
            case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
                return SetupError(
                    f"{self._file} can't be written ({error}); change its owner or name another directory."
                )
            case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
                return SetupError(f"{self._file} is damaged ({error}); remove it, every feed will be read anew.")
            case _:
                return None


def _json(values: Iterable[str]) -> str:
    return json.dumps(list(values))


def _contains(text: str, part: str) -> bool:
    return part.casefold() in text.casefold()


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _row(failure: Failure) -> tuple[str | int | bytes, ...]:
    return (
        failure.id,
        failure.source_id,
        failure.entry_id,
        failure.stage,
        failure.reason,
        _microseconds(failure.last_failed_at),
        failure.model_dump_json(exclude={"raw"}),
        failure.raw,
    )


def _failure(record: str, raw: bytes | str = b"") -> Failure:
    found = Failure.model_validate_json(record)
    return found.model_copy(update={"raw": bytes(raw)}) if isinstance(raw, bytes) and raw else found
