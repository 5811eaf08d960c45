"""The search index that the pipeline and the command see."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from elasticsearch import BadRequestError
from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError

from models.article import Article
from models.document import Known
from models.errors import NewsbeamError, SetupError
from models.outcome import Draft, OutcomeKind, Verdict
from models.search import SearchRequest, SearchResult
from models.settings import ElasticsearchSettings
from models.synonyms import Synonyms
from pipelines.index.base import IndexStatus, SetupReport
from pipelines.index.elasticsearch import scan, search
from pipelines.index.elasticsearch.bulk import Action, index_action
from pipelines.index.elasticsearch.client import Connection, describe
from pipelines.index.elasticsearch.compile import Dsl
from pipelines.index.elasticsearch.documents import with_spelled_names
from pipelines.index.elasticsearch.schema import STEMMED
from pipelines.index.elasticsearch.setup import (
    alias,
    current_indices,
    index_status,
    load_synonyms,
    migrate,
    set_up,
)
from pipelines.index.elasticsearch.similar import similar_to
from pipelines.index.elasticsearch.synonyms import SynonymSets
from pipelines.index.elasticsearch.writing import ArticleWriter, Current, Write
from pipelines.index.query import QueryError
from pipelines.languages import index_language

_IDS_AT_ONCE = 2_500
_KNOWN_FIELDS = {
    "id": "id",
    "source_id": "owner",
    "source_rank": "owner_rank",
    "entry_hash": "entry_hash",
    "content_hash": "content_hash",
    "first_seen_at": "first_seen_at",
    "revision": "revision",
    "version": "version",
    "text_status": "text_status",
    "fetched_at": "fetched_at",
}
"""The fields of an article that make its `Known`, all read from columns."""

_ARTICLES = TypeAdapter(Article)


class ElasticsearchIndex:
    """Articles in Elasticsearch. The address is like http://localhost:9200/news, its path the index prefix.

    Without `synonyms` those that come with Newsbeam hold.
    """

    def __init__(self, address: str, settings: ElasticsearchSettings, synonyms: Synonyms | None = None) -> None:
        self._connection = Connection(address, settings)
        self._synonyms = SynonymSets(self._connection, synonyms)
        self._alias = alias(self._connection)
        self._current: Mapping[str, str] | None = None
        self._writer = ArticleWriter(self._connection)

    def __repr__(self) -> str:
        return f"ElasticsearchIndex({str(self._connection.address)!r})"

    def setup(self) -> SetupReport:
        """Create the indices that are missing, change nothing that exists."""
        self._current = None
        return set_up(self._connection, self._synonyms)

    def load_synonyms(self) -> tuple[str, ...]:
        """Bring the synonyms up to date; searches use them from then on."""
        return load_synonyms(self._connection, self._synonyms)

    def status(self) -> IndexStatus:
        """What there is; creates nothing."""
        return index_status(self._connection, self._synonyms)

    def migrate(self) -> tuple[str, ...]:
        """Rebuild indices that differ from what `setup` would make. Hold the lock meanwhile."""
        self._current = None
        return tuple(migrate(self._connection, self._synonyms))

    def refresh(self) -> None:
        """Make all that was written visible to `known` and `search`."""
        self._connection.patiently(lambda client: client.indices.refresh(index=self._alias))
        self._writer.refresh()

    def known(self, ids: Sequence[str]) -> dict[str, Known]:
        """What is held of these ids; of twins the one with the higher version."""
        found: dict[str, Known] = {}
        distinct = list(dict.fromkeys(ids))
        for start in range(0, len(distinct), _IDS_AT_ONCE):
            for known in self._known(distinct[start : start + _IDS_AT_ONCE]):
                other = found.get(known.id)
                if other is None or other.version < known.version:
                    found[known.id] = known
        return found

    def _known(self, ids: Sequence[str]) -> Iterator[Known]:
        answer = self._connection.patiently(
            lambda client: client.search(
                index=self._alias,
                query={"ids": {"values": ids}},
                size=min(10_000, 2 * len(ids)),
                sort="_doc",
                source=False,
                stored_fields="_none_",
                docvalue_fields=[{"field": name} for name in _KNOWN_FIELDS],
                track_total_hits=False,
                allow_partial_search_results=False,
                filter_path="hits.hits._index,hits.hits.fields",
            )
        )
        for hit in answer.get("hits", {}).get("hits", ()):
            values = {ours: hit["fields"][theirs][0] for theirs, ours in _KNOWN_FIELDS.items()}
            yield Known(index=hit["_index"], **values)

    def write(self, drafts: Sequence[Draft]) -> list[Verdict]:
        """Write whole articles, each unless a higher version is held; one verdict per draft, in order."""
        if not drafts:
            return []
        verdicts: dict[int, Verdict] = {}
        writes: dict[int, Write] = {}
        for place, draft in enumerate(drafts):
            try:
                writes[place] = self._writer.prepare(draft.article, self._action(draft))
            except PydanticSerializationError as error:
                reason = f"The article can't be written as JSON ({error})."
                verdicts[place] = Verdict(id=draft.article.id, kind=OutcomeKind.FAILED, reason=reason)
        heard = self._writer.write(list(writes.values()))
        verdicts.update(zip(writes, heard, strict=True))
        return [verdicts[place] for place in range(len(drafts))]

    def _action(self, draft: Draft) -> Action:
        article, held = draft.article, draft.known
        index = held.index if held is not None else self._index_of(article.language)
        source = with_spelled_names(_ARTICLES.dump_json(article, exclude_none=True), article)
        return index_action(index, article.id, source, article.version, held=held is not None)

    def _index_of(self, language: str) -> str:
        if self._current is None:
            self._current = current_indices(self._connection)
        code = index_language(language)
        return self._current.get(code) or f"{self._alias}-v1-{code}"

    def remove_twins(self, since: datetime) -> tuple[str, ...]:
        """Of articles first seen since, remove all but the highest version where one stands in two indices."""
        query = {"range": {"first_seen_at": {"gte": since.isoformat()}}}
        lower = list(scan.lower_twins(self._connection, self._alias, query))
        for index, article_id in lower:
            self._connection.patiently(
                lambda client, index=index, article_id=article_id: client.options(ignore_status=404).delete(  # type: ignore[misc]
                    index=index, id=article_id, refresh=True
                )
            )
        ids = tuple(dict.fromkeys(article_id for _, article_id in lower))
        kept = (article for id_ in ids if (article := self.get(id_)) is not None)
        self._writer.clear({article.id: Current(article.version, len(article.quotes)) for article in kept})
        return ids

    def get(self, article_id: str) -> Article | None:
        """One article, as of the last refresh."""
        answer = self._connection.patiently(
            lambda client: client.search(
                index=self._alias,
                query={"ids": {"values": [article_id]}},
                size=1,
                sort=[{"version": "desc"}],
                allow_partial_search_results=False,
            )
        )
        hits = answer["hits"]["hits"]
        return search.read_article(hits[0]["_source"]) if hits else None

    def search(self, request: SearchRequest) -> SearchResult:
        """One page of what matches."""
        question = search.question(request, datetime.now(UTC), self._similar(request))
        return search.answer(self._asked(lambda client: client.search(index=self._alias, **question)))

    def export(self, request: SearchRequest) -> Iterator[Article]:
        """Every article that matches, ordered by id, as of the moment of the first."""
        query = search.matching(request, datetime.now(UTC), self._similar(request))
        try:
            yield from map(search.read_article, scan.whole(self._connection, self._alias, query))
        except BadRequestError as error:
            raise _not_understood(error) from error

    def _similar(self, request: SearchRequest) -> Dsl | None:
        return similar_to(self._connection, self._alias, request.like) if request.like else None

    def _asked(self, call: Any) -> Any:
        try:
            return self._connection.once(call)
        except BadRequestError as error:
            raise _not_understood(error) from error

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()


def _not_understood(error: BadRequestError) -> NewsbeamError:
    if f"[{STEMMED}] not found" in describe(error.body):
        return SetupError("The indices are of an older Newsbeam; run newsbeam index migrate.")
    return QueryError(f"Elasticsearch can't answer this query ({describe(error.body)}); make it simpler.")
