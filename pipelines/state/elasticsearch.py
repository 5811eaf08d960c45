"""The state in Elasticsearch, beside the articles: cursors, dead letters, run reports and the lock."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from hashlib import sha256
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import TypeAdapter
from pydantic_core import to_json

from models.base import Model
from models.curation import Condition
from models.errors import SetupError
from models.feed_state import FeedState
from models.outcome import Failure, OutcomeKind
from models.report import RunReport
from models.settings import ElasticsearchSettings
from pipelines.index.elasticsearch.bulk import Action, BulkWriter, index_action
from pipelines.index.elasticsearch.client import Connection
from pipelines.index.elasticsearch.scan import walk
from pipelines.index.elasticsearch.setup import check_server, create_indices
from pipelines.schedule import is_silent
from pipelines.state.base import FailureFilter, met_again
from pipelines.state.lease import LOCKS_BODY, Lease

_IDS_AT_ONCE = 1_000
_WHOLE_AT_ONCE = 16
"""Dead letters with up to a megabyte of raw bytes each that one answer holds."""

_LATEST = [{"last_failed_at": "desc"}, {"id": "asc"}]
_LONGEST_KEYWORD = 8_000
"""Characters; Elasticsearch refuses a keyword of more than 32,766 bytes, so longer ones are kept but not indexed."""

_CONDITION = "condition"
"""A column beside a feed's state, for who looks at the health of feeds in Kibana: how the feed does."""

_COLUMNS = {bool: "boolean", int: "long", float: "double", datetime: "date"}

_Item = TypeVar("_Item")


class ElasticsearchState:
    """Everything but articles, in indices `<prefix>-feeds-v1`, `-failures-v1`, `-runs-v1` and `-locks-v1`."""

    def __init__(self, address: str, settings: ElasticsearchSettings) -> None:
        self._connection = Connection(address, settings)
        prefix = self._connection.address.prefix
        self._feeds, self._failures, self._runs, self._locks = (
            f"{prefix}-{what}-v1" for what in ("feeds", "failures", "runs", "locks")
        )
        self._lease = Lease(self._connection, self._locks)

    def __repr__(self) -> str:
        return f"ElasticsearchState({str(self._connection.address)!r})"

    def setup(self) -> None:
        """Create the indices that are missing, and the columns that an older Newsbeam did not have."""
        check_server(self._connection)
        bodies = {
            self._feeds: _body(FeedState, **{_CONDITION: {"type": "keyword"}}),
            self._failures: _body(Failure),
            self._runs: _body(RunReport, seconds={"type": "float"}),
            self._locks: LOCKS_BODY,
        }
        there = self._connection.once(
            lambda client: client.indices.get(
                index=list(bodies), ignore_unavailable=True, allow_no_indices=True, features="mappings"
            )
        )
        create_indices(self._connection, {name: body for name, body in bodies.items() if name not in there})
        for name, held in there.items():
            columns = bodies[name]["mappings"]["properties"]
            if missing := {
                column: columns[column] for column in columns.keys() - held["mappings"]["properties"].keys()
            }:
                self._add_columns(name, missing)

    def feed_states(self, source_ids: Sequence[str]) -> dict[str, FeedState]:
        """What is remembered of these sources."""
        found = self._by_id(self._feeds, [_key(source_id) for source_id in source_ids])
        states = (
            FeedState.model_validate({name: value for name, value in source.items() if name != _CONDITION})
            for source in found.values()
        )
        return {state.source_id: state for state in states}

    def save_feed_states(self, states: Sequence[FeedState]) -> None:
        """Replace what is remembered of these sources."""
        self._write([index_action(self._feeds, _key(each.source_id), _with_condition(each)) for each in states])

    def record_failures(self, failures: Sequence[Failure]) -> None:
        """Store dead letters by id, counting the attempts."""
        for part in _parts(failures, _WHOLE_AT_ONCE):
            held = {
                id_: Failure.model_validate(source)
                for id_, source in self._by_id(self._failures, [each.id for each in part]).items()
            }
            for failure in part:
                before = held.get(failure.id)
                held[failure.id] = failure if before is None else met_again(failure, before)
            stored = {each.id for each in part}
            self._write([index_action(self._failures, id_, _json(held[id_])) for id_ in stored], refresh=True)

    def failures_of(self, entry_ids: Sequence[str]) -> dict[str, Failure]:
        """The latest dead letter of each of these entries."""
        found: dict[str, Failure] = {}
        for part in _parts([id_ for id_ in entry_ids if id_], _IDS_AT_ONCE):
            answer = self._search(
                self._failures,
                query={"terms": {"entry_id": part}},
                collapse={"field": "entry_id"},
                sort=_LATEST,
                size=len(part),
                source_excludes="raw",
            )
            failures = (Failure.model_validate(hit["_source"]) for hit in answer)
            found.update({failure.entry_id: failure for failure in failures})
        return found

    def failures(self, wanted: FailureFilter) -> Iterator[Failure]:
        """Dead letters, the latest first."""
        query = {"bool": {"filter": list(_conditions(wanted))}}
        excluded = {"source_excludes": "raw"}
        for hit in walk(self._connection, self._failures, _LATEST, size=_IDS_AT_ONCE, query=query, **excluded):
            yield Failure.model_validate(hit["_source"])

    def failure(self, failure_id: str) -> Failure | None:
        """One dead letter, whole, by its id or the beginning of it."""
        hits = self._search(self._failures, query={"prefix": {"id": failure_id}}, sort=[{"id": "asc"}], size=2)
        if not hits or (len(hits) > 1 and hits[0]["_id"] != failure_id):
            return None
        return Failure.model_validate(hits[0]["_source"])

    def resolve_failures(self, entry_ids: Sequence[str]) -> None:
        """Remove all dead letters of these entries."""
        for part in _parts([id_ for id_ in entry_ids if id_], _IDS_AT_ONCE):
            self._delete({"terms": {"entry_id": part}})

    def drop_failures(self, failure_ids: Sequence[str]) -> None:
        """Remove these dead letters."""
        for part in _parts(failure_ids, _IDS_AT_ONCE):
            self._delete({"terms": {"id": part}})

    def forget_failures(self, source_ids: Sequence[str], stages: Sequence[str], before: datetime) -> None:
        """Remove the dead letters of these sources and stages that were not renewed since."""
        old: list[dict[str, Any]] = [
            {"terms": {"stage": list(stages)}},
            {"range": {"last_failed_at": {"lt": before.isoformat()}}},
        ]
        for part in _parts(source_ids, _IDS_AT_ONCE):
            self._delete({"bool": {"filter": [*old, {"terms": {"source_id": part}}]}})

    def check_lock(self) -> None:
        """Raises TryLater when the lease ran out and another may hold the lock."""
        self._lease.check()

    def save_run(self, report: RunReport) -> None:
        """Store a run's report."""
        self._write([index_action(self._runs, report.run_id, _json(report))], refresh=True)

    def forget_runs(self, before: datetime) -> None:
        """Remove the reports of runs that began earlier."""
        self._delete({"range": {"started_at": {"lt": before.isoformat()}}}, index=self._runs)

    def runs(self, limit: int = 20) -> list[RunReport]:
        """The latest reports, newest first."""
        latest = [{"started_at": "desc"}, {"run_id": "desc"}]
        hits = self._search(self._runs, query={"match_all": {}}, sort=latest, size=limit, source_excludes="seconds")
        return [RunReport.model_validate(hit["_source"]) for hit in hits]

    def lock(self) -> AbstractContextManager[None]:
        """Hold the index for writing runs. Once the lock is lost, what writes here raises TryLater."""
        return self._lease.held()

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()

    def _add_columns(self, index: str, columns: Mapping[str, Any]) -> None:
        self._connection.once(lambda client: client.indices.put_mapping(index=index, properties=dict(columns)))

    def _by_id(self, index: str, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        for part in _parts(ids, _IDS_AT_ONCE):
            answer = self._connection.patiently(lambda client, part=part: client.mget(index=index, ids=part))  # type: ignore[misc]
            for document in answer["docs"]:
                if "error" in document:
                    raise SetupError(f"{index} at {self._connection.address} is missing; run newsbeam index setup.")
                if document["found"]:
                    found[document["_id"]] = document["_source"]
        return found

    def _search(self, index: str, **body: Any) -> list[Mapping[str, Any]]:
        answer = self._connection.patiently(
            lambda client: client.search(index=index, allow_partial_search_results=False, **body)
        )
        hits: list[Mapping[str, Any]] = answer["hits"]["hits"]
        return hits

    def _write(self, actions: Sequence[Action], *, refresh: bool = False) -> None:
        self._lease.check()
        for verdict in BulkWriter(self._connection, refresh=refresh).write(actions):
            if verdict.kind is OutcomeKind.FAILED:
                raise SetupError(
                    f"{self._connection.address} does not take what Newsbeam must remember: {verdict.reason} Its"
                    " indices are of another version; use another prefix, or the Newsbeam that made them."
                )

    def _delete(self, query: dict[str, Any], *, index: str | None = None) -> None:
        self._lease.check()
        name = index or self._failures
        if not self._search(name, query=query, size=1, source=False):
            return
        self._connection.patiently(
            lambda client: client.delete_by_query(index=name, query=query, refresh=True, conflicts="proceed")
        )


def _with_condition(state: FeedState) -> bytes:
    return to_json(state.model_dump(mode="json") | {_CONDITION: _condition(state)})


def _condition(state: FeedState) -> Condition:
    if state.gone_at is not None:
        return "retired"
    if state.failures_in_a_row:
        return "failing"
    if state.last_attempt_at is None:
        return "waiting"
    return "silent" if is_silent(state) else "well"


def _conditions(wanted: FailureFilter) -> Iterator[dict[str, Any]]:
    if wanted.source_id is not None:
        yield {"term": {"source_id": wanted.source_id}}
    if wanted.stage is not None:
        yield {"term": {"stage": wanted.stage}}
    if wanted.reason is not None:
        escaped = "".join(f"\\{sign}" if sign in "*?\\" else sign for sign in wanted.reason)
        yield {"wildcard": {"reason.folded": {"value": f"*{escaped}*"}}}
    bounds = {"gte": wanted.since, "lt": wanted.until}
    if times := {name: at.isoformat() for name, at in bounds.items() if at is not None}:
        yield {"range": {"last_failed_at": times}}


def _body(model: type[Model], **more: dict[str, Any]) -> dict[str, Any]:
    """An index of one kind of record, its columns computed from the record's fields."""
    fields = {name: _column(name, field.annotation) for name, field in model.model_fields.items()}
    return {
        "settings": {
            "index": {
                "number_of_shards": 1,
                "analysis": {"normalizer": {"folded": {"type": "custom", "filter": ["lowercase"]}}},
            }
        },
        "mappings": {"dynamic": "strict", "properties": fields | more},
    }


def _column(name: str, annotation: Any) -> dict[str, Any]:
    keyword = {"type": "keyword", "ignore_above": _LONGEST_KEYWORD}
    match _kinds(annotation):
        case _ if name == "reason":
            return keyword | {"fields": {"folded": keyword | {"normalizer": "folded"}}}
        case (kind,) if kind in _COLUMNS:
            return {"type": _COLUMNS[kind]}
        case (kind,) if kind is str:
            return keyword
        case (kind,) if isinstance(kind, type) and issubclass(kind, Model):
            return {"properties": {part: _column(part, of.annotation) for part, of in kind.model_fields.items()}}
    return {"type": "object", "enabled": False}


def _kinds(annotation: Any) -> list[Any]:
    """What a field may hold besides nothing, freed of what only narrows it."""
    if get_origin(annotation) in (Union, UnionType):
        return [kind for each in get_args(annotation) if each is not type(None) for kind in _kinds(each)]
    return _kinds(get_args(annotation)[0]) if get_origin(annotation) is Annotated else [annotation]


def _key(source_id: str) -> str:
    """A document's id is at most 512 bytes long; a file's path may be longer."""
    return sha256(source_id.encode()).hexdigest()[:32]


def _json(record: Model) -> bytes:
    return TypeAdapter(type(record)).dump_json(record)


def _parts(items: Sequence[_Item], size: int) -> Iterator[list[_Item]]:
    for start in range(0, len(items), size):
        yield list(items[start : start + size])
