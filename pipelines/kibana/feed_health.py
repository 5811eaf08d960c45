"""The feed-health dashboard: what arrives, how late, which feeds are silent or broken, what failed, how runs went."""

from pipelines.kibana.data_views import ARRIVALS, FAILURES, FEEDS, RUNS
from pipelines.kibana.panels import Dashboard, Panel, Place, Search
from pipelines.kibana.shapes import (
    asking,
    by,
    columns,
    count,
    lines,
    metric,
    numbers,
    over_time,
    stacked_bars,
    table,
    text,
)

_POLLED = "last_attempt_at >= now-7d"
_CONDITIONS = {
    "retired": f"condition: retired and {_POLLED}",
    "failing": f"condition: failing and {_POLLED}",
    "silent": f"condition: silent and {_POLLED}",
    "well": f"condition: well and {_POLLED}",
    "not polled for a week": "last_attempt_at < now-7d",
}
_GUIDE = """\
**Silent** feeds answer, but have brought nothing new for much longer than they usually take; **failing** ones can't be
had or read; **retired** ones said that they are gone for good.

*Delay* is the time from publication to the first sight of an article, for articles whose feed says the hour.

`newsbeam feeds status` and `newsbeam failures list` tell more. An empty list of failures is good news.
"""
_DELAY = "delay_minutes"


def feed_health() -> Dashboard:
    """The dashboard for who runs Newsbeam and who looks after its feeds."""
    return Dashboard(
        name="feed-health",
        title="Feed health",
        about="What arrives from which feed and how late, silent and failing feeds, failures by reason, run times.",
        days=7,
        panels=(
            Panel(
                "feeds-now",
                "Feeds now",
                FEEDS,
                numbers(asking("Feeds", _CONDITIONS), count("feeds")),
                Place(0, 0, 28, 11),
            ),
            Panel("guide", "How to read this", None, text(_GUIDE), Place(28, 0, 20, 11)),
            Panel(
                "arrivals",
                "New articles per feed and day",
                ARRIVALS,
                stacked_bars(
                    over_time("first_seen_at", "Day of arrival", every="d"),
                    by("source_name", "Feed", top=15, others="other feeds"),
                    count(),
                ),
                Place(0, 11, 24, 13),
            ),
            Panel(
                "delay",
                "Minutes from publication to index",
                ARRIVALS,
                lines(
                    over_time("first_seen_at", "Time of arrival"),
                    metric("percentiles", _DELAY, "minutes", percents=[50, 95]),
                ),
                Place(24, 11, 24, 13),
                query=f"{_DELAY}: *",
            ),
            Panel(
                "feed-conditions",
                "Feeds by condition",
                FEEDS,
                table(
                    [asking("Condition", _CONDITIONS), by("source_id", "Feed", top=200)],
                    metric("max", "last_new_at", "Last new article"),
                    metric("max", "failures_in_a_row", "Failures in a row"),
                    page=12,
                ),
                Place(0, 24, 26, 17),
            ),
            Panel(
                "delay-by-source",
                "Minutes from publication to index, by feed",
                ARRIVALS,
                table(
                    [by("source_name", "Feed", top=100)],
                    count(),
                    metric("percentiles", _DELAY, "minutes", percents=[50, 95]),
                    page=12,
                ),
                Place(26, 24, 22, 17),
                query=f"{_DELAY}: *",
            ),
            Panel(
                "run-times",
                "Seconds that runs took",
                RUNS,
                lines(
                    over_time("started_at", "Start"),
                    metric("avg", "seconds", "on average"),
                    metric("max", "seconds", "longest"),
                ),
                Place(0, 41, 24, 12),
            ),
            Panel(
                "run-outcomes",
                "What runs brought",
                RUNS,
                columns(
                    over_time("started_at", "Start"),
                    metric("sum", "totals.new", "new"),
                    metric("sum", "totals.updated", "updated"),
                    metric("sum", "totals.failed", "failed"),
                ),
                Place(24, 41, 24, 12),
            ),
            Panel(
                "failures-by-reason",
                "Failures by reason",
                FAILURES,
                table(
                    [by("stage", "Stage", top=10), by("reason", "Reason", top=50)],
                    count("Failures"),
                ),
                Place(0, 53, 30, 16),
            ),
            Panel(
                "failures-over-time",
                "Failures over time, by stage",
                FAILURES,
                stacked_bars(over_time("last_failed_at", "Last time"), by("stage", "Stage"), count("Failures")),
                Place(30, 53, 18, 16),
            ),
        ),
        searches=(
            Search(
                name="latest-runs",
                title="Latest runs",
                about="How the latest runs of Newsbeam ended and what they brought.",
                view=RUNS,
                columns=("exit_code", "exit_reason", "seconds", "totals.new", "totals.updated", "totals.failed"),
                sort=(("started_at", "desc"),),
                place=Place(0, 69, 22, 18),
            ),
            Search(
                name="feed-list",
                title="Feeds, those in trouble first",
                about="Every feed that was ever polled, with its last error.",
                view=FEEDS,
                columns=("source_id", "condition", "failures_in_a_row", "last_new_at", "last_error"),
                sort=(("failures_in_a_row", "desc"), ("last_new_at", "asc")),
                place=Place(22, 69, 26, 18),
            ),
            Search(
                name="failure-list",
                title="Failures",
                about="What could not be fetched, read or indexed, and why.",
                view=FAILURES,
                columns=("source_name", "stage", "reason", "title", "attempts"),
                sort=(("last_failed_at", "desc"),),
            ),
        ),
    )
