"""What every index does."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from models.article import Article
from models.base import Model
from models.document import Known
from models.outcome import Draft, Verdict
from models.search import SearchRequest, SearchResult


class LanguageIndex(Model):
    """One index of the set: articles in one language, or in all that have none of their own (`und`)."""

    name: str
    language: str
    articles: int
    bytes: int
    differences: tuple[str, ...] = ()


class QuotesIndex(Model):
    """Where the quotes of all articles stand one by one."""

    name: str
    quotes: int
    bytes: int
    differences: tuple[str, ...] = ()


class IndexStatus(Model):
    """What there is, what differs from what should be, and articles that stand in two indices.

    `quotes` is absent where quotes are looked for in their articles only.
    """

    address: str
    indices: tuple[LanguageIndex, ...]
    quotes: QuotesIndex | None = None
    missing: tuple[str, ...] = ()
    twins: tuple[str, ...] = ()


class SetupReport(Model):
    """What `setup` made, and how what was there already differs from what it would make.

    `loaded` are synonyms that were brought up to date.
    """

    created: tuple[str, ...] = ()
    loaded: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()


class SearchIndex(Protocol):
    """Articles by id, by version and by words.

    `known` and `refresh` may be called, and an `export` read on, while another thread is in `write`; nothing else may
    be called at once.
    """

    def setup(self) -> SetupReport:
        """Create what is missing, change nothing that exists.

        Raises SetupError without the right to do so, TryLater when the index is away.
        """

    def load_synonyms(self) -> tuple[str, ...]:
        """Bring synonyms that an index holds up to date with the files, and say which; searches use them from then on.

        Call `setup` before. Raises SetupError without the right to do so.
        """

    def status(self) -> IndexStatus:
        """What there is; creates nothing."""

    def migrate(self) -> tuple[str, ...]:
        """Rebuild indices that differ from what `setup` would make; says what it did."""

    def refresh(self) -> None:
        """Make all that was written visible to `known` and `search`."""

    def known(self, ids: Sequence[str]) -> dict[str, Known]:
        """What is held of these ids, as of the last refresh; ids that are not held are absent."""

    def write(self, drafts: Sequence[Draft]) -> list[Verdict]:
        """Write whole articles, each unless a higher version is held; one verdict per draft, in order.

        Writes to `known.index` where it is set. Raises TryLater when the index stays away beyond the retry
        budget, SetupError for credentials or a missing index.
        """

    def remove_twins(self, since: datetime) -> tuple[str, ...]:
        """Of articles first seen since, remove all but the highest version where one stands in two indices.

        Only writers in several processes can make such twins, when two sources bring one new article at once and
        its language is read differently. Gives their ids; call `refresh` before.
        """

    def get(self, article_id: str) -> Article | None:
        """One article."""

    def search(self, request: SearchRequest) -> SearchResult:
        """One page of what matches.

        Raises SetupError for a query that can't be understood, saying where, and for an unknown article in `like`.
        """

    def export(self, request: SearchRequest) -> Iterator[Article]:
        """Every article that matches, ordered by id; paging fields of the request are ignored.

        What is written once the first has been read changes nothing in it.
        """

    def close(self) -> None:
        """Let go of files and connections."""
