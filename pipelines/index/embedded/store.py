"""The search index that the pipeline and the command see."""

import heapq
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from threading import RLock

import tantivy

from models.article import Article
from models.document import Known
from models.errors import SetupError
from models.outcome import Draft, OutcomeKind, Verdict
from models.search import SearchRequest, SearchResult
from models.synonyms import Synonyms
from pipelines.index.base import IndexStatus, LanguageIndex, SetupReport
from pipelines.index.embedded.disk import disk_errors, turn
from pipelines.index.embedded.search import export, search
from pipelines.index.embedded.shard import Shard, recover
from pipelines.index.synonyms import packaged_synonyms
from pipelines.languages import index_language, languages

_TWINS_SHOWN = 1000


class EmbeddedIndex:
    """Articles in a directory. Any number of processes may read and write it; writers take turns.

    Without `synonyms` those that come with Newsbeam hold.
    """

    def __init__(self, directory: Path, synonyms: Synonyms | None = None) -> None:
        self._directory = directory
        self._synonyms = packaged_synonyms() if synonyms is None else synonyms
        self._root = directory / "articles"
        self._shards: dict[str, Shard] | None = None
        self._alone = RLock()

    def setup(self) -> SetupReport:
        """Make the directory; the index of a language is made when its first article comes."""
        with disk_errors(self._directory):
            is_new = not self._root.is_dir()
            self._root.mkdir(parents=True, exist_ok=True)
        with turn(self._root):
            for code in _codes():
                recover(self._root, code)
        self._shards = None
        differing = [f"{code}: {said}" for code, shard in self._open().items() for said in shard.differences]
        return SetupReport(created=(str(self._root),) if is_new else (), differences=tuple(differing))

    def load_synonyms(self) -> tuple[str, ...]:
        """There is nothing to load: a search reads the files."""
        return ()

    def status(self) -> IndexStatus:
        """What there is; creates nothing."""
        shards = self._fresh() if self._root.is_dir() else {}
        return IndexStatus(
            address=str(self._directory),
            indices=tuple(
                LanguageIndex(
                    name=code,
                    language=code,
                    articles=shard.searcher.num_docs,
                    bytes=shard.size(),
                    differences=shard.differences,
                )
                for code, shard in shards.items()
            ),
            missing=() if self._root.is_dir() else (str(self._root),),
            twins=tuple(_twins([shard for shard in shards.values() if not shard.differences])),
        )

    def migrate(self) -> tuple[str, ...]:
        """Rebuild indices whose schema is not today's; says what it did."""
        self._must_exist()
        done = []
        with turn(self._root):
            for code in _codes():
                recover(self._root, code)
            self._shards = None
            for code, shard in self._open().items():
                if shard.differences:
                    shard.rebuild()
                    done.append(f"{code}: rebuilt {shard.searcher.num_docs} articles ({'; '.join(shard.differences)})")
        self._shards = None
        return tuple(done)

    def refresh(self) -> None:
        """Make all that was written visible to `known` and `search`."""
        self._must_exist()
        with self._alone:
            self._fresh()

    def known(self, ids: Sequence[str]) -> dict[str, Known]:
        """What is held of these ids, as of the last refresh; ids that are not held are absent."""
        self._must_exist()
        with self._alone:
            return {known.id: known for shard in self._open().values() for known in shard.known(ids)}

    def write(self, drafts: Sequence[Draft]) -> list[Verdict]:
        """Write whole articles, each unless a higher version is held; one verdict per draft, in order.

        An article stays in the index that holds it. Raises TryLater when the disk is full and SetupError when it
        can't be written; run again then, a write that is repeated does no harm.
        """
        if not drafts:
            return []
        self._must_exist()
        with self._alone, turn(self._root):
            shards = self._fresh()
            held = self.known([draft.article.id for draft in drafts])
            verdicts, accepted = _judge(drafts, held)
            for code in sorted({code for code, _ in accepted.values()}):
                if code not in shards:
                    shards[code] = Shard.create(self._root / code, languages()[code], self._synonyms.get(code, ()))
                shards[code].write(article for home, article in accepted.values() if home == code)
        return verdicts

    def remove_twins(self, since: datetime) -> tuple[str, ...]:  # noqa: ARG002  # the protocol's
        """There are none: a writer looks at all languages in its turn."""
        return ()

    def get(self, article_id: str) -> Article | None:
        """One article."""
        self._must_exist()
        found = (shard.get(article_id) for shard in self._open().values())
        return next((article for article in found if article is not None), None)

    def search(self, request: SearchRequest) -> SearchResult:
        """One page of what matches. Raises QueryError for a query that can't be understood."""
        self._must_exist()
        return search(list(self._open().values()), request, datetime.now(UTC))

    def export(self, request: SearchRequest) -> Iterator[Article]:
        """Every article that matches, ordered by id; paging fields of the request are ignored."""
        self._must_exist()
        return export(list(self._open().values()), request, datetime.now(UTC))

    def close(self) -> None:
        """Let go of files."""
        self._shards = None

    def _must_exist(self) -> None:
        with disk_errors(self._directory):
            exists = self._root.is_dir()
        if not exists:
            raise SetupError(f"There is no index in {self._directory}; run newsbeam index setup, or name another.")

    def _open(self) -> dict[str, Shard]:
        """The indices there are, by language; opens those that appeared since the last look."""
        if self._shards is None:
            self._shards = {}
            self._open_new(self._shards)
        return self._shards

    def _open_new(self, shards: dict[str, Shard]) -> None:
        for code in _codes():
            if code not in shards and (self._root / code).is_dir():
                shards[code] = Shard(self._root / code, languages()[code], self._synonyms.get(code, ()))

    def _fresh(self) -> dict[str, Shard]:
        """The same as of now."""
        if self._shards is None:
            return self._open()
        for shard in self._shards.values():
            shard.refresh()
        self._open_new(self._shards)
        return self._shards


def _codes() -> list[str]:
    return [code for code, language in languages().items() if language.indexed]


def _judge(drafts: Sequence[Draft], held: dict[str, Known]) -> tuple[list[Verdict], dict[str, tuple[str, Article]]]:
    """One verdict per draft, and of each id the article to be written, with the index it belongs to."""
    homes = {known.id: known.index for known in held.values()}
    versions = {known.id: known.version for known in held.values()}
    verdicts, accepted = [], {}
    for draft in drafts:
        article = draft.article
        version = versions.get(article.id)
        if version is None:
            kind = OutcomeKind.NEW
        else:
            kind = OutcomeKind.UPDATED if article.version >= version else OutcomeKind.STALE
        if kind is not OutcomeKind.STALE:
            versions[article.id] = article.version
            home = homes.setdefault(article.id, _home(draft))
            accepted[article.id] = (home, article)
        verdicts.append(Verdict(id=article.id, kind=kind))
    return verdicts, accepted


def _home(draft: Draft) -> str:
    if draft.known is not None and draft.known.index in languages():
        return draft.known.index
    return index_language(draft.article.language)


def _twins(shards: Sequence[Shard]) -> Iterator[str]:
    """Ids that stand in two indices."""
    everything = tantivy.Query.all_query()
    streams = [((order, shard, found) for order, found in shard.ordered(everything)) for shard in shards]
    shown = 0
    for _, group in groupby(heapq.merge(*streams, key=lambda entry: entry[0]), key=lambda entry: entry[0]):
        entries = list(group)
        if len(entries) < 2:
            continue
        ids = [shard.article(address).id for _, shard, addresses in entries for address in addresses]
        for twin in sorted({id_ for id_ in ids if ids.count(id_) > 1}):
            shown += 1
            if shown > _TWINS_SHOWN:
                return
            yield twin
