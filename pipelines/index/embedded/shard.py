"""One tantivy index: the articles of one language, in a directory of its own."""

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import tantivy
from tantivy import DocAddress, FieldType, Order, Searcher

from models.article import Article
from models.document import Known
from models.errors import SetupError
from models.language import Language
from models.synonyms import SynonymRule
from pipelines.index.embedded.analysis import Analysis
from pipelines.index.embedded.compile import Compiler, all_of
from pipelines.index.embedded.disk import disk_errors
from pipelines.index.embedded.records import to_article, to_document, to_known
from pipelines.index.embedded.schema import (
    ID,
    ID_ORDER,
    KNOWN,
    build_schema,
    describe,
    differences,
    raw,
)

_MARKER = "schema.json"
_HEAP = 64_000_000
_BUCKETS = 10_000
_PAGE = 1000


class Ranked(NamedTuple):
    """Where a match stands: the best score first, then the newest, then by id."""

    score: float
    newest: int
    id_order: int
    address: DocAddress


class Shard:
    """Reads as of the last `refresh`; writes whole batches. Only who has the turn may write."""

    def __init__(self, path: Path, language: Language, synonyms: Sequence[SynonymRule] = ()) -> None:
        with disk_errors(path):
            self.path = path
            self.language = language
            self.differences = differences(describe(language), _marker(path))
            self.analysis = Analysis(language, synonyms)
            self._index = tantivy.Index.open(str(path))
            self.schema = self._index.schema
            self._index.register_tokenizer("words", self.analysis.words)
            self._index.register_tokenizer("exact", self.analysis.exact)
            self._index.register_tokenizer("folded", self.analysis.folded)
            self._index.register_fast_field_tokenizer("folded", raw())
            self._index.config_reader("manual")
            self.compiler = Compiler(self.schema, self.analysis)
            self._index.reload()
            self.searcher: Searcher = self._index.searcher()

    @classmethod
    def create(cls, path: Path, language: Language, synonyms: Sequence[SynonymRule] = ()) -> "Shard":
        """Make an empty one; it appears whole or not at all."""
        draft = path.with_name(path.name + ".new")
        with disk_errors(path.parent):
            _make(draft, language)
            draft.rename(path)
        return cls(path, language, synonyms)

    def check(self) -> None:
        """Raise SetupError for an index that was made with another schema."""
        if self.differences:
            raise SetupError(
                f"The index in {self.path} was made by another version ({self.differences[0]}); "
                "run newsbeam index migrate."
            )

    def refresh(self) -> None:
        """See what has been written."""
        with disk_errors(self.path):
            self._index.reload()
            self.searcher = self._index.searcher()

    def known(self, ids: Sequence[str]) -> Iterator[Known]:
        """What is held of these ids."""
        self.check()
        for at in range(0, len(ids), _BUCKETS):
            batch = list(ids[at : at + _BUCKETS])
            query = tantivy.Query.term_set_query(self.schema, ID, batch)
            terms = {"field": KNOWN, "size": len(batch), "segment_size": len(batch)}
            found = self.searcher.aggregate(query, {"known": {"terms": terms}})
            for bucket in found["known"]["buckets"]:
                yield to_known(bucket["key"], self.path.name)

    def write(self, articles: Iterable[Article]) -> None:
        """Replace or add these articles, whole, in one commit."""
        self.check()
        with disk_errors(self.path):
            _write(self._index, articles, self.analysis)

    def article(self, address: DocAddress, seen: Searcher | None = None) -> Article:
        """The article of a match, found by `seen` if not as of the last refresh."""
        with disk_errors(self.path):
            return to_article((seen or self.searcher).doc(address))

    def get(self, article_id: str) -> Article | None:
        """One article."""
        self.check()
        found = self.searcher.search(tantivy.Query.term_query(self.schema, ID, article_id), 1)
        return self.article(found.hits[0][1]) if found.hits else None

    def count(self, query: tantivy.Query) -> int:
        """How many match."""
        return int(self.searcher.search(query, 1).count)  # type: ignore[attr-defined]  # the stub forgets it

    def best(self, query: tantivy.Query, wanted: int, *, by_time: bool) -> list[Ranked]:
        """At least the `wanted` best matches; whoever equals the last of them is there too, so that pages fit."""
        fetch = wanted + 1
        while True:
            found = self.searcher.search(query, fetch, count=False, order_by_field="timestamp" if by_time else None)
            hits = found.hits
            if len(hits) < fetch or hits[-1][0] != hits[wanted - 1][0]:
                break
            fetch *= 4
        addresses = [address for _, address in hits]
        times = self.searcher.fast_field_values("timestamp", addresses)
        orders = self.searcher.fast_field_values(ID_ORDER, addresses)
        scores = [0.0 if by_time else float(score) for score, _ in hits]
        return [
            Ranked(score, int(time or 0), int(order or 0), address)
            for score, time, order, address in zip(scores, times, orders, addresses, strict=True)
        ]

    def ordered(self, query: tantivy.Query) -> Iterator[tuple[int, list[DocAddress]]]:
        """All matches by the first bytes of their ids, those that share them together, a page in memory."""
        yield from self._ordered(query, self.searcher)

    def _ordered(self, query: tantivy.Query, seen: Searcher) -> Iterator[tuple[int, list[DocAddress]]]:
        start, size = 0, _PAGE
        while True:
            rest = tantivy.Query.range_query(self.schema, ID_ORDER, FieldType.Unsigned, start, None)
            page = seen.search(all_of(query, [rest]), size, count=False, order_by_field=ID_ORDER, order=Order.Asc).hits
            groups: dict[int, list[DocAddress]] = {}
            for order, address in page:
                groups.setdefault(order, []).append(address)
            if len(page) < size:
                yield from groups.items()
                return
            last = page[-1][0]
            if len(groups) == 1:
                size *= 4
                continue
            del groups[last]
            yield from groups.items()
            start, size = last, _PAGE

    def articles(self, query: tantivy.Query) -> Iterator[Article]:
        """All matches as of now, ordered by id, whatever is written before the last is read."""
        seen = self.searcher
        for _, addresses in self._ordered(query, seen):
            yield from sorted((self.article(address, seen) for address in addresses), key=lambda article: article.id)

    def size(self) -> int:
        """Bytes on disk."""
        return sum(file.stat().st_size for file in self.path.iterdir() if file.is_file())

    def rebuild(self) -> None:
        """Make the index anew from the articles in it, with today's schema; whoever had it open must open it again."""
        draft, old = (self.path.with_name(f"{self.path.name}.{name}") for name in ("new", "old"))
        with disk_errors(self.path.parent):
            index = _make(draft, self.language)
            everything, total = tantivy.Query.all_query(), self.searcher.num_docs
            for offset in range(0, total, _PAGE):
                page = self.searcher.search(everything, _PAGE, count=False, offset=offset).hits
                _write(index, [self.article(address) for _, address in page], self.analysis)
            self.path.rename(old)
            draft.rename(self.path)
            shutil.rmtree(old)


def recover(root: Path, code: str) -> None:
    """Finish or undo what a rebuild left when it was killed. Only who has the turn may call it."""
    path, draft, old = (root / f"{code}{end}" for end in ("", ".new", ".old"))
    with disk_errors(root):
        if old.is_dir():
            if path.is_dir():
                shutil.rmtree(old)
            else:
                old.rename(path)
        if draft.is_dir():
            shutil.rmtree(draft)


def _make(path: Path, language: Language) -> tantivy.Index:
    if path.exists():
        shutil.rmtree(path)
    path.mkdir()
    (path / _MARKER).write_text(json.dumps(describe(language), indent=1), encoding="utf-8")
    index = tantivy.Index(build_schema(), path=str(path))
    analysis = Analysis(language)
    index.register_tokenizer("words", analysis.words)
    index.register_tokenizer("exact", analysis.exact)
    index.register_tokenizer("folded", analysis.folded)
    index.register_fast_field_tokenizer("folded", raw())
    return index


def _write(index: tantivy.Index, articles: Iterable[Article], analysis: Analysis) -> None:
    writer = index.writer(_HEAP, 1)
    for article in articles:
        writer.delete_documents_by_term(ID, article.id)
        writer.add_document(to_document(article, analysis))
    writer.commit()
    writer.wait_merging_threads()


def _marker(path: Path) -> Any:
    try:
        return json.loads((path / _MARKER).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
