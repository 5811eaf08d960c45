"""Kibana's views of Newsbeam's indices: which index, which field is its time, and how fields are called and shown."""

from dataclasses import dataclass, field
from typing import Any

from babel import Locale

from pipelines.kibana.saved import compact

ARTICLES, ARRIVALS, QUOTES, RUNS, FEEDS, FAILURES = "articles", "arrivals", "quotes", "runs", "feeds", "failures"
"""The names of the data views. Arrivals are the articles once more, by when they were first seen."""

_ENGLISH = Locale("en")


@dataclass(frozen=True)
class DataView:
    """One data view. `index` follows the prefix; without `time` the time range of a dashboard plays no part."""

    name: str
    title: str
    index: str
    time: str | None
    labels: dict[str, str] = field(default_factory=dict)
    formats: dict[str, Any] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()

    def pattern(self, prefix: str) -> str:
        """The name of the index or alias."""
        return f"{prefix}-{self.index}"

    def attributes(self, prefix: str) -> dict[str, Any]:
        """What Kibana keeps of it, but its name."""
        found: dict[str, Any] = {
            "title": self.pattern(prefix),
            "fields": "[]",
            "fieldAttrs": compact({name: {"customLabel": label} for name, label in self.labels.items()}),
            "fieldFormatMap": compact(self.formats),
            "sourceFilters": compact([{"value": name} for name in self.hidden]),
            "allowNoIndex": True,
        }
        return found if self.time is None else found | {"timeFieldName": self.time}


def _spelled_out(names: dict[str, str]) -> dict[str, Any]:
    entries = [{"key": key, "value": value} for key, value in sorted(names.items())]
    return {"id": "static_lookup", "params": {"lookupEntries": entries}}


def _countries() -> dict[str, str]:
    return {code: str(name) for code, name in _ENGLISH.territories.items() if len(code) == 2 and code.isalpha()}


def _languages() -> dict[str, str]:
    return {code: str(name) for code, name in _ENGLISH.languages.items() if len(code) == 2} | {"und": "unknown"}


_LINK = {"id": "url"}
_WHOLE_NUMBER = {"id": "number", "params": {"pattern": "0,0"}}
_SECONDS = {"id": "number", "params": {"pattern": "0,0.0"}}
_OF_ARTICLES = {
    "source_name": "Source",
    "title": "Title",
    "people": "People",
    "organizations": "Organizations",
    "places": "Places",
    "countries": "Countries",
    "language": "Language",
    "speakers": "Speakers",
}
_SHOWN_OF_ARTICLES = {
    "countries": _spelled_out(_countries()),
    "language": _spelled_out(_languages()),
    "url": _LINK,
    "delay_minutes": _WHOLE_NUMBER,
}
_MACHINERY = ("folded_names*",)

DATA_VIEWS = (
    DataView(ARTICLES, "News articles", "articles", "timestamp", _OF_ARTICLES, _SHOWN_OF_ARTICLES, _MACHINERY),
    DataView(
        ARRIVALS, "News articles by arrival", "articles", "first_seen_at", _OF_ARTICLES, _SHOWN_OF_ARTICLES, _MACHINERY
    ),
    DataView(
        QUOTES,
        "News quotes",
        "quotes",
        "timestamp",
        {"speaker": "Speaker", "text": "Quote", "title": "Article", "source_name": "Source"},
        {"language": _SHOWN_OF_ARTICLES["language"], "url": _LINK},
        (*_MACHINERY, "words*"),
    ),
    DataView(
        RUNS,
        "Newsbeam runs",
        "runs-v1",
        "started_at",
        {
            "seconds": "Seconds",
            "exit_code": "Exit code",
            "exit_reason": "Ended",
            "totals.new": "New",
            "totals.updated": "Updated",
            "totals.failed": "Failed",
        },
        {"seconds": _SECONDS},
    ),
    DataView(
        FEEDS,
        "Newsbeam feeds",
        "feeds-v1",
        None,
        {
            "source_id": "Feed",
            "condition": "Condition",
            "last_new_at": "Last new article",
            "last_success_at": "Last good poll",
            "last_attempt_at": "Last poll",
            "failures_in_a_row": "Failures in a row",
            "last_error": "Last error",
        },
        {"url": _LINK},
    ),
    DataView(
        FAILURES,
        "Newsbeam failures",
        "failures-v1",
        "last_failed_at",
        {"source_name": "Source", "stage": "Stage", "reason": "Reason", "title": "Title", "attempts": "Attempts"},
        {"url": _LINK},
    ),
)
