"""Creates what is missing, says what differs, and rebuilds what should differ no longer."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from typing import Any

from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError

from models.errors import NewsbeamError, SetupError
from pipelines.index.base import IndexStatus, LanguageIndex, QuotesIndex, SetupReport
from pipelines.index.elasticsearch.client import Connection, describe
from pipelines.index.elasticsearch.quotes import quotes_alias, quotes_body
from pipelines.index.elasticsearch.scan import twins
from pipelines.index.elasticsearch.schema import Body, differences, index_body
from pipelines.index.elasticsearch.synonyms import SynonymSets
from pipelines.languages import languages

_AT_ONCE = 4
"""Indices created side by side."""

_FIRST_LOOK, _LAST_LOOK = 0.05, 5.0
"""Seconds between two looks at a rebuild under way, growing."""


def alias(connection: Connection) -> str:
    """The name that all articles are read by."""
    return f"{connection.address.prefix}-articles"


def current_indices(connection: Connection) -> dict[str, str]:
    """The index behind the alias for each language; languages without one are absent."""

    def ask(client: Elasticsearch) -> Mapping[str, Any]:
        try:
            return dict(client.indices.get_alias(name=alias(connection)))
        except NotFoundError:
            return {}

    return {code: name for name in connection.patiently(ask) if (code := _language(connection, name))}


def set_up(connection: Connection, sets: SynonymSets) -> SetupReport:
    """Create the indices that are missing behind the alias; change nothing that exists."""
    wanted, found, quotes = _Wanted(connection, sets), _found(connection), _found_quotes(connection)
    bodies = {
        f"{alias(connection)}-v1-{code}": wanted.index(code) | {"aliases": {alias(connection): {}}}
        for code in _indexed_languages()
        if code not in found
    }
    if quotes is None:
        name = quotes_alias(connection)
        bodies[f"{name}-v1"] = wanted.quotes | {"aliases": {name: {}}}
    loaded = sets.create_missing(wanted.version) if bodies else ()
    created = create_indices(connection, bodies)
    if lost := [
        {"add": {"index": name, "alias": next(iter(bodies[name]["aliases"]))}} for name in bodies.keys() - set(created)
    ]:
        connection.once(lambda client: client.indices.update_aliases(actions=lost))
    return SetupReport(
        created=loaded + created,
        differences=tuple(
            f"{name}: {difference}"
            for code, (name, body) in found.items()
            for difference in wanted.differences(code, body)
        )
        + (tuple(f"{quotes[0]}: {said}" for said in differences(wanted.quotes, quotes[1])) if quotes else ()),
    )


def load_synonyms(connection: Connection, sets: SynonymSets) -> tuple[str, ...]:
    """Load the sets of synonyms that differ from the files; searches use them from then on."""
    return sets.load(check_server(connection))


def check_server(connection: Connection) -> tuple[int, ...] | None:
    """The version that answers; None for a key that may not ask. Raises SetupError for another than 8 or 9."""
    try:
        version: str = connection.once(_version)
    except SetupError as error:
        if isinstance(error.__cause__, ApiError) and error.__cause__.status_code == 403:
            return None
        raise
    if version.partition(".")[0] not in ("8", "9"):
        raise SetupError(f"Elasticsearch at {connection.address} is {version}; Newsbeam needs 8 or 9.")
    return tuple(map(int, re.findall(r"\d+", version)[:2]))


class _Wanted:
    """What each index would be made from today."""

    def __init__(self, connection: Connection, sets: SynonymSets) -> None:
        self._settings = connection.settings
        self.version = check_server(connection)
        self._filters = sets.filters(self.version)
        self._outdated = sets.differences(self.version)
        self.quotes = quotes_body(self._settings, self._filters)

    def index(self, code: str) -> Body:
        """The index of one language."""
        return index_body(code, self._settings, self._filters.get(code))

    def differences(self, code: str, body: Body) -> tuple[str, ...]:
        """How the index of a language differs, its synonyms among it."""
        outdated = self._outdated.get(code)
        return (*differences(self.index(code), body), *([outdated] if outdated else []))


def _version(client: Elasticsearch) -> str:
    return str(client.info()["version"]["number"])


def create_indices(connection: Connection, bodies: Mapping[str, Body]) -> tuple[str, ...]:
    """Create these indices; one that somebody else has just created is fine. Returns the names that are new."""

    def create(name: str) -> str | None:
        try:
            connection.once(lambda client: client.indices.create(index=name, **bodies[name]))
        except BadRequestError as error:
            if error.message == "resource_already_exists_exception":
                return None
            raise SetupError(
                f"Elasticsearch at {connection.address} refuses to create {name}: {describe(error.body)};"
                " correct 'elasticsearch.settings' and 'elasticsearch.mappings'."
            ) from error
        return name

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return tuple(name for name in pool.map(create, bodies) if name)


def index_status(connection: Connection, sets: SynonymSets) -> IndexStatus:
    """What there is; creates nothing."""
    wanted, found = _Wanted(connection, sets), _found(connection)
    quotes = _quotes_status(connection, wanted)
    counts, sizes = _counts(connection) if found else ({}, {})
    return IndexStatus(
        address=str(connection.address),
        indices=tuple(
            LanguageIndex(
                name=name,
                language=code,
                articles=counts.get(name, 0),
                bytes=sizes.get(name, 0),
                differences=wanted.differences(code, body),
            )
            for code, (name, body) in sorted(found.items())
        ),
        quotes=quotes,
        missing=tuple(f"{alias(connection)}-v1-{code}" for code in _indexed_languages() if code not in found)
        + (() if quotes else (f"{quotes_alias(connection)}-v1",)),
        twins=tuple(twins(connection, alias(connection))) if len(counts) > 1 else (),
    )


def migrate(connection: Connection, sets: SynonymSets) -> Iterator[str]:
    """Rebuild each index that differs beside the old one, then let it take the old one's place in one step.

    Whoever calls this holds the lock: what is written meanwhile would be lost with the old index.
    """
    yield from (f"loaded {said}" for said in load_synonyms(connection, sets))
    wanted = _Wanted(connection, sets)
    for code, (old, body) in sorted(_found(connection).items()):
        if wanted.differences(code, body):
            new = _next_name(old)
            copied = _rebuild(connection, old, new, wanted.index(code), alias(connection))
            yield f"{old} became {new} with {copied} articles"
    if (quotes := _found_quotes(connection)) and any(differences(wanted.quotes, quotes[1])):
        old, new = quotes[0], _next_name(quotes[0])
        copied = _rebuild(connection, old, new, wanted.quotes, quotes_alias(connection))
        yield f"{old} became {new} with {copied} quotes"


def _rebuild(connection: Connection, old: str, new: str, wanted: Body, read_by: str) -> int:
    connection.once(lambda client: client.options(ignore_status=404).indices.delete(index=new))
    create_indices(connection, {new: wanted})
    connection.once(lambda client: client.indices.refresh(index=old))  # the copy takes what a search would see
    try:
        _copy(connection, old, new)
        connection.once(lambda client: client.indices.refresh(index=new))
        before, after = (
            connection.once(lambda client, name=name: client.count(index=name))["count"]  # type: ignore[misc]
            for name in (old, new)
        )
        if before != after:
            raise SetupError(f"Rebuilding {old} copied {after} of {before} documents; the old index stays in use.")
    except NewsbeamError:
        connection.once(lambda client: client.options(ignore_status=404).indices.delete(index=new))
        raise
    swap = [{"add": {"index": new, "alias": read_by}}, {"remove_index": {"index": old}}]
    connection.once(lambda client: client.indices.update_aliases(actions=swap))
    return int(after)


def _copy(connection: Connection, old: str, new: str) -> None:
    task = connection.once(
        lambda client: client.reindex(
            source={"index": old},
            dest={"index": new, "version_type": "external"},
            wait_for_completion=False,
        )
    )["task"]

    # The client's own method for this warns at each call that the API may change; it is there since version 2.
    def look(client: Elasticsearch) -> Any:
        return client.perform_request("GET", f"/_tasks/{task}", headers={"accept": "application/json"})

    pause = _FIRST_LOOK
    while not (state := connection.patiently(look))["completed"]:
        sleep(pause)
        pause = min(_LAST_LOOK, pause * 2)
    trouble = state.get("error") or next(iter(state["response"]["failures"]), None)
    if trouble:
        reason = describe(trouble.get("cause", trouble))
        raise SetupError(f"Rebuilding {old} failed ({reason}); the old index stays in use.")


def _indexed_languages() -> list[str]:
    return [code for code, language in languages().items() if language.indexed]


def _found(connection: Connection) -> dict[str, tuple[str, Body]]:
    """The index in use for each language, with its settings and mappings."""
    name = alias(connection)
    answer = connection.once(
        lambda client: client.indices.get(index=f"{name},{name}-v*", ignore_unavailable=True, allow_no_indices=True)
    )
    if name in answer:
        raise SetupError(
            f"{name} is an index at {connection.address}, but must be an alias; delete it, or choose another prefix."
        )
    found: dict[str, list[tuple[bool, str, Body]]] = defaultdict(list)
    for index, body in answer.items():
        if code := _language(connection, index):
            found[code].append((name not in body["aliases"], index, body))
    chosen = {code: min(candidates, key=lambda each: each[:2]) for code, candidates in found.items()}
    return {code: (index, body) for code, (outside, index, body) in chosen.items() if not outside}


def _found_quotes(connection: Connection) -> tuple[str, Body] | None:
    """The index in use for quotes, with its settings and mappings."""
    name = quotes_alias(connection)
    answer = connection.once(
        lambda client: client.indices.get(index=name, ignore_unavailable=True, allow_no_indices=True)
    )
    if name in answer:
        raise SetupError(
            f"{name} is an index at {connection.address}, but must be an alias; delete it, or choose another prefix."
        )
    return next(iter(answer.items()), None)


def _quotes_status(connection: Connection, wanted: _Wanted) -> QuotesIndex | None:
    if (found := _found_quotes(connection)) is None:
        return None
    index, body = found
    stats = connection.once(lambda client: client.indices.stats(index=index, metric="docs,store"))["indices"][index]
    return QuotesIndex(
        name=index,
        quotes=stats["primaries"]["docs"]["count"],
        bytes=stats["total"]["store"]["size_in_bytes"],
        differences=tuple(differences(wanted.quotes, body)),
    )


def _language(connection: Connection, index: str) -> str | None:
    match = re.fullmatch(re.escape(alias(connection)) + r"-v\d+-([a-z]{2,8})", index)
    return match[1] if match else None


def _next_name(index: str) -> str:
    return re.sub(r"-v(\d+)(-[a-z]+)?$", lambda match: f"-v{int(match[1]) + 1}{match[2] or ''}", index)


def _counts(connection: Connection) -> tuple[dict[str, int], dict[str, int]]:
    by_index = {"by_index": {"terms": {"field": "_index", "size": 1000}}}
    answer = connection.once(
        lambda client: client.search(index=alias(connection), size=0, aggs=by_index, allow_partial_search_results=False)
    )
    stats = connection.once(lambda client: client.indices.stats(index=alias(connection), metric="store"))
    return (
        {bucket["key"]: bucket["doc_count"] for bucket in answer["aggregations"]["by_index"]["buckets"]},
        {name: entry["total"]["store"]["size_in_bytes"] for name, entry in stats["indices"].items()},
    )
