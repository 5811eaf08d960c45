"""Folds what was counted in a run into its report and its exit code."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime

from models.errors import TryLater
from models.report import RunReport, Tally
from models.settings import RunSettings, Settings
from pipelines import NEWSBEAM_VERSION

Counts = Counter[tuple[str, str]]
"""What is counted, and of which source, stage or reason."""

_REASONS = 50


def report_of(
    settings: Settings, run_id: str, started: datetime, counts: Counts, trouble: TryLater | None
) -> RunReport:
    """The report of a run that has just ended, by itself or by this trouble."""
    totals, sources = totals_of(counts), by_source(counts)
    code, reason = _verdict(totals, sources, trouble, settings.run)
    return RunReport(
        run_id=run_id,
        started_at=started,
        ended_at=datetime.now(UTC),
        exit_code=code,
        exit_reason=reason,
        index=settings.index,
        newsbeam=NEWSBEAM_VERSION,
        totals=totals,
        sources=sources,
        failures_by_stage=_stages(counts),
        failures_by_reason=_reasons(counts),
        stage_seconds={name: n / 1e6 for (kind, name), n in counts.items() if kind == "seconds"},
    )


def totals_of(counts: Counts) -> Tally:
    """Of all sources together."""
    sums: dict[str, int] = defaultdict(int)
    for (kind, _), number in counts.items():
        sums[kind] += number
    return Tally(**{kind: number for kind, number in sums.items() if kind in Tally.model_fields})


def by_source(counts: Counts) -> dict[str, Tally]:
    """Of each source, in the order of their ids."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for (kind, name), number in counts.items():
        if kind in Tally.model_fields:
            found[name][kind] = number
    return {name: Tally(**kinds) for name, kinds in sorted(found.items())}


def _verdict(
    totals: Tally, sources: Mapping[str, Tally], trouble: TryLater | None, settings: RunSettings
) -> tuple[int, str]:
    """The exit code and the reason for it."""
    differences = [f"{name}: {found}" for name, tally in sources.items() for found in tally.differences()]
    if differences:
        return 1, "the accounting does not add up: " + "; ".join(differences[:5])
    if trouble is not None:
        return 75, str(trouble)
    if totals.due == 0:
        return 0, "nothing was due"
    if totals.unreachable == totals.due:
        return 75, "nothing that was due could be reached"
    if totals.failed_documents == totals.due:
        return (75 if totals.unreachable else 3), "nothing that was due could be read"
    budget = max(settings.error_budget_at_least, settings.error_budget * totals.seen)
    if totals.first_failures > budget:
        return 3, f"{totals.first_failures} entries failed, more than the error budget of {budget:.0f}"
    return 0, "done"


def _stages(counts: Counts) -> dict[str, int]:
    """All failures by the stage that every reason begins with."""
    stages: Counter[str] = Counter()
    for (kind, name), number in counts.items():
        if kind == "reasons":
            stages[name.partition(":")[0]] += number
    return dict(stages)


def _reasons(counts: Counts) -> dict[str, int]:
    """The most frequent reasons first."""
    reasons = Counter({name: number for (kind, name), number in counts.items() if kind == "reasons"})
    return dict(reasons.most_common(_REASONS))
