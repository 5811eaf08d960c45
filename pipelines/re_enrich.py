"""Runs the enrichment anew over what the index holds: after a new alias, a new model, a new rule."""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import islice
from typing import Protocol

from models.article import ENRICHMENT_GENERATION, Article
from models.errors import TryLater
from models.outcome import Draft, Outcome, OutcomeKind, Verdict
from models.re_enrich import ReEnrichReport
from models.search import SearchRequest
from models.settings import RunSettings, Settings
from pipelines import NEWSBEAM_VERSION
from pipelines.enrich import Enricher
from pipelines.index.base import SearchIndex
from pipelines.stop import STOP, stoppable
from pipelines.stores import opened_store

BATCH = 500
"""Articles that are enriched and written together."""

_BATCH_CHARACTERS = 5 * 2**20
_GENERATIONS = 1000
_REASONS = 50

_ENDS = {OutcomeKind.NEW: "changed", OutcomeKind.UPDATED: "changed", OutcomeKind.STALE: "stale"}


class Progress(Protocol):
    """Who is told how it goes on."""

    def start(self, articles: int) -> None:
        """So many articles are to do."""

    def advance(self, articles: int) -> None:
        """So many more have ended."""

    def finish(self) -> None:
        """Nothing more will come."""


def re_enrich(
    settings: Settings, request: SearchRequest, enricher: Enricher, progress: Progress, *, again: bool = False
) -> ReEnrichReport:
    """Enrich the articles that match anew, and write those that changed; `again` writes the others too.

    It may be stopped and begun again at any time: what was written stays written, and is unchanged the next time.
    What fails stays as it was, and leaves no dead letter: its entry is not read again. Raises SetupError when the
    query or the index is not right, and TryLater when the index is away or somebody else holds it.
    """
    started = datetime.now(UTC)
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    trouble: TryLater | None = None
    with ExitStack() as closing:
        index, state = closing.enter_context(opened_store(settings))
        closing.callback(progress.finish)
        index.search(SearchRequest(limit=0, facets=()))  # where there is no index, none is made
        state.setup()
        closing.enter_context(state.lock())
        closing.enter_context(stoppable(settings.run.grace))
        index.setup()
        index.refresh()
        progress.start(index.search(request.model_copy(update={"limit": 0, "facets": ()})).total)
        renewal = _Renewal(index, enricher, again=again)
        try:
            for ends in renewal.run(index.export(request)):
                counts.update(kind for kind, _ in ends)
                reasons.update(reason for _, reason in ends if reason)
                progress.advance(len(ends))
                state.check_lock()
            index.refresh()
            if renewal.stopped:
                trouble = TryLater(f"stopped {STOP.why} before the end; nothing is lost, run it again")
        except TryLater as error:
            trouble = error
    code, reason = _verdict(counts, trouble, settings.run)
    return ReEnrichReport(
        started_at=started,
        ended_at=datetime.now(UTC),
        exit_code=code,
        exit_reason=reason,
        index=settings.index,
        newsbeam=NEWSBEAM_VERSION,
        read=counts.total(),
        failures_by_reason=dict(reasons.most_common(_REASONS)),
        **counts,
    )


_End = tuple[str, str]
"""How one article ended, and why where it failed."""


class _Renewal:
    """A batch is written in a thread while the next one is read and enriched. Ends early when STOP is set."""

    def __init__(self, index: SearchIndex, enricher: Enricher, *, again: bool) -> None:
        self._index = index
        self._enricher = enricher
        self._again = again
        self.stopped = False

    def run(self, articles: Iterator[Article]) -> Iterator[list[_End]]:
        """How the articles of each batch ended."""
        with ThreadPoolExecutor(1, thread_name_prefix="newsbeam-index") as writer:
            under_way: Future[list[Verdict]] | None = None
            for batch in _batches(articles):
                if STOP.is_set():
                    self.stopped = True
                    break
                ends, changed = self._enrich(batch)
                if under_way is not None:
                    ends += _ends(under_way.result())
                under_way = writer.submit(self._index.write, changed) if changed else None
                yield ends
            if under_way is not None:
                yield _ends(under_way.result())

    def _enrich(self, batch: Sequence[Article]) -> tuple[list[_End], list[Draft]]:
        """How the articles ended that are not to be written, and the drafts of those that are."""
        known = self._index.known([article.id for article in batch])
        drafts = [Draft(article=_bare(held), document="", known=known.get(held.id)) for held in batch]
        ends: list[_End] = []
        changed: list[Draft] = []
        for held, made in zip(batch, self._enricher.enrich(drafts), strict=True):
            if isinstance(made, Outcome):
                ends.append(("failed", made.failure.reason if made.failure else ""))
            elif self._again or not _same(made.article, held):
                changed.append(made.model_copy(update={"article": _of_now(made.article)}))
            else:
                ends.append(("unchanged", ""))
        return ends, changed


def _batches(articles: Iterator[Article]) -> Iterator[list[Article]]:
    while batch := list(islice(articles, 1)):
        characters = len(batch[0].body)
        for article in islice(articles, BATCH - 1):
            batch.append(article)
            characters += len(article.body)
            if characters >= _BATCH_CHARACTERS:
                break
        yield batch


def _bare(article: Article) -> Article:
    """The article as if its entities had never been too many."""
    cut = article.provenance.get("cut")
    if not isinstance(cut, tuple) or "entities" not in cut:
        return article
    provenance = {name: value for name, value in article.provenance.items() if name != "cut"}
    if rest := tuple(field for field in cut if field != "entities"):
        provenance["cut"] = rest
    return article.model_copy(update={"provenance": provenance})


def _same(made: Article, held: Article) -> bool:
    """Whether they differ in nothing but what says when and by what they were made."""
    return made.model_copy(update={"version": held.version, "pipeline": held.pipeline}) == held


def _of_now(article: Article) -> Article:
    """The record with the version and the maker that it would have, had it been fetched as it was and enriched now."""
    made_by = article.pipeline.model_copy(update={"newsbeam": NEWSBEAM_VERSION, "enrichment": ENRICHMENT_GENERATION})
    version = article.version - article.version % _GENERATIONS + ENRICHMENT_GENERATION
    return article.model_copy(update={"version": version, "pipeline": made_by})


def _ends(verdicts: Sequence[Verdict]) -> list[_End]:
    return [(_ENDS.get(verdict.kind, "failed"), verdict.reason or "") for verdict in verdicts]


def _verdict(counts: Counter[str], trouble: TryLater | None, settings: RunSettings) -> tuple[int, str]:
    """The exit code and the reason for it, as of a run."""
    if trouble is not None:
        return 75, str(trouble)
    budget = max(settings.error_budget_at_least, settings.error_budget * counts.total())
    if counts["failed"] > budget:
        return 3, f"{counts['failed']} articles failed, more than the error budget of {budget:.0f}"
    return 0, "done" if counts.total() else "nothing matched"
