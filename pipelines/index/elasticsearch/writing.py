"""Writes articles and their quotes in an order that no crash can make wrong."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from models.article import Article
from models.outcome import OutcomeKind, Verdict
from pipelines.index.elasticsearch.bulk import Action, BulkWriter
from pipelines.index.elasticsearch.client import Connection
from pipelines.index.elasticsearch.quotes import quote_actions, quotes_alias, removal

_WRITTEN = (OutcomeKind.NEW, OutcomeKind.UPDATED)
_IDS_AT_ONCE = 500
_PAGE = 5_000
_IN_ORDER = [{"article_id": "asc"}, {"ordinal": "asc"}]


class Write(NamedTuple):
    """An article, the write of it, and the writes of its quotes."""

    article: Article
    action: Action
    quotes: Sequence[Action]


class Current(NamedTuple):
    """The version of an article and how many quotes it has in it."""

    version: int
    quotes: int


class ArticleWriter:
    """Writes articles with their quotes.

    First the quotes, then away with those that an older one had more of, then the article: an article that is
    held in a version has its quotes, since `unchanged` ones are never written again. What a killed run left undone
    is done when its article is written anew.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._quotes = quotes_alias(connection)
        self._unseen: set[str] = set()

    def prepare(self, article: Article, action: Action) -> Write:
        """Make the writes of an article's quotes. Raises PydanticSerializationError for a text that is no Unicode."""
        return Write(article, action, quote_actions(self._quotes, article))

    def write(self, writes: Sequence[Write]) -> list[Verdict]:
        """One verdict per article, in order; a quote that is refused makes its article fail."""
        accepted, refused = self._write_quotes(writes)
        todo = [place for place in range(len(writes)) if place not in refused]
        self._clear_before([writes[place] for place in todo])
        heard = BulkWriter(self._connection).write([writes[place].action for place in todo])
        verdicts = refused | dict(zip(todo, heard, strict=True))
        unwanted = [
            removal(self._quotes, id_, writes[place].article.version)
            for place, ids in accepted.items()
            if verdicts[place].kind not in _WRITTEN
            for id_ in ids
        ]
        self._remove(unwanted)
        return [verdicts[place] for place in range(len(writes))]

    def refresh(self) -> None:
        """Make all quotes that were written visible."""
        written = set(self._unseen)
        self._connection.patiently(lambda client: client.indices.refresh(index=self._quotes))
        self._unseen -= written

    def clear(self, articles: Mapping[str, Current]) -> None:
        """Remove the quotes that these articles had more of, written before in this version or a lower one."""
        ids = list(articles)
        if not self._unseen.isdisjoint(ids):
            self.refresh()
        for start in range(0, len(ids), _IDS_AT_ONCE):
            part = {id_: articles[id_] for id_ in ids[start : start + _IDS_AT_ONCE]}
            self._remove(
                [removal(hit["_index"], hit["_id"], _value(hit, "article_version")) for hit in self._old(part)]
            )

    def _clear_before(self, writes: Sequence[Write]) -> None:
        current: dict[str, Current] = {}
        for article, _, quotes in writes:
            if article.id in current:
                self._unseen.add(article.id)
            if article.version >= current.get(article.id, Current(0, 0)).version:
                current[article.id] = Current(article.version, len(quotes))
        self.clear(current)
        self._unseen.update(article.id for article, _, quotes in writes if quotes)

    def _write_quotes(self, writes: Sequence[Write]) -> tuple[dict[int, list[str]], dict[int, Verdict]]:
        """The quotes that were taken and the articles that fail for one that was not, by the article's place."""
        places = [place for place, each in enumerate(writes) for _ in each.quotes]
        actions = [action for each in writes for action in each.quotes]
        accepted: dict[int, list[str]] = {}
        refused: dict[int, Verdict] = {}
        if actions:
            for place, verdict in zip(places, BulkWriter(self._connection).write(actions), strict=True):
                if verdict.kind in _WRITTEN:
                    accepted.setdefault(place, []).append(verdict.id)
                elif verdict.kind is OutcomeKind.FAILED:
                    reason = f"A quote: {verdict.reason}"
                    refused[place] = Verdict(id=writes[place].article.id, kind=OutcomeKind.FAILED, reason=reason)
        return accepted, refused

    def _old(self, articles: Mapping[str, Current]) -> Iterator[Mapping[str, Any]]:
        """Quotes of this version or a lower one in places where the current article has none."""
        older = {"range": {"article_version": {"lte": max(current.version for current in articles.values())}}}
        after: list[Any] | None = None
        while True:
            answer = self._connection.patiently(
                lambda client, after=after: client.search(  # type: ignore[misc]
                    index=self._quotes,
                    query={"bool": {"filter": [{"terms": {"article_id": list(articles)}}, older]}},
                    sort=_IN_ORDER,
                    search_after=after,
                    size=_PAGE,
                    source=False,
                    docvalue_fields=["article_id", "article_version", "ordinal"],
                    track_total_hits=False,
                    allow_partial_search_results=False,
                )
            )
            hits = answer.get("hits", {}).get("hits", ())
            for hit in hits:
                current = articles[_value(hit, "article_id")]
                if _value(hit, "article_version") <= current.version and _value(hit, "ordinal") >= current.quotes:
                    yield hit
            if len(hits) < _PAGE:
                return
            after = hits[-1]["sort"]

    def _remove(self, removals: Sequence[Action]) -> None:
        if removals:
            BulkWriter(self._connection).write(removals)


def _value(hit: Mapping[str, Any], field: str) -> Any:
    return hit["fields"][field][0]
