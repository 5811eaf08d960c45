"""What a report and the metrics count of failures."""

from collections import Counter
from datetime import UTC, datetime

from models.settings import Settings
from pipelines.metrics import LoopMetrics
from pipelines.reports import report_of


def test_every_failure_counts_by_its_stage_however_many_reasons_there_are() -> None:
    counts = Counter({("reasons", f"parse: line {n} is broken"): 2 for n in range(400)})
    counts[("reasons", "fetch: the host is away")] = 3
    report = report_of(Settings(), "a", datetime.now(UTC), counts, None)
    assert report.failures_by_stage == {"parse": 800, "fetch": 3}
    assert len(report.failures_by_reason) < 400
    metrics = LoopMetrics()
    for _ in range(2):
        metrics.run_ended(report)
    assert metrics.registry.get_sample_value("newsbeam_failures_total", {"stage": "parse"}) == 1600
