"""The visualizations that are built from aggregations, as Kibana writes them: bars, lines, tables, rings, numbers."""

from dataclasses import dataclass, field
from typing import Any

Part = dict[str, Any]


@dataclass(frozen=True)
class Shape:
    """A type of visualization with how it looks and what it aggregates."""

    type: str
    params: Part
    aggs: tuple[Part, ...] = field(default=())


def count(label: str = "Articles") -> Part:
    """How many documents."""
    return _agg("count", "metric", {"customLabel": label})


def metric(kind: str, name: str, label: str, **more: Any) -> Part:
    """A number of a field: `sum`, `max`, `avg`, `percentiles`, ..."""
    return _agg(kind, "metric", {"field": name, "customLabel": label} | more)


def by(name: str, label: str, *, top: int = 10, missing: str | None = None, others: str | None = None) -> Part:
    """The most frequent values of a field; `missing` is said of documents without one, `others` of the rest."""
    return _agg(
        "terms",
        "bucket",
        {
            "field": name,
            "orderBy": "1",
            "order": "desc",
            "size": top,
            "otherBucket": others is not None,
            "otherBucketLabel": others or "others",
            "missingBucket": missing is not None,
            "missingBucketLabel": missing or "none",
            "customLabel": label,
        },
    )


def over_time(name: str, label: str, *, every: str = "auto") -> Part:
    """Steps of time: `auto`, `d` for days, `h` for hours."""
    return _agg(
        "date_histogram",
        "bucket",
        {
            "field": name,
            "useNormalizedEsInterval": True,
            "scaleMetricValues": False,
            "interval": every,
            "drop_partials": False,
            "min_doc_count": 1,
            "extended_bounds": {},
            "customLabel": label,
        },
    )


def asking(label: str, questions: dict[str, str]) -> Part:
    """One bucket for each of these queries, by what it is called; there even when nothing matches."""
    filters = [{"input": {"query": query, "language": "kuery"}, "label": said} for said, query in questions.items()]
    return _agg("filters", "bucket", {"filters": filters, "customLabel": label})


def stacked_bars(x: Part, split: Part, *metrics: Part) -> Shape:
    """Upright bars, one part of another colour for each value of `split`."""
    aggs = _numbered([*metrics, x | {"schema": "segment"}, split | {"schema": "group"}])
    return Shape("histogram", _axes("histogram", aggs, horizontal=False), aggs)


def columns(x: Part, *metrics: Part) -> Shape:
    """Upright bars, one colour for each number, on top of each other."""
    aggs = _numbered([*metrics, x | {"schema": "segment"}])
    return Shape("histogram", _axes("histogram", aggs, horizontal=False), aggs)


def lines(x: Part, *metrics: Part) -> Shape:
    """One line for each number."""
    aggs = _numbered([*metrics, x | {"schema": "segment"}])
    return Shape("line", _axes("line", aggs, horizontal=False), aggs)


def bars(y: Part, number: Part) -> Shape:
    """Bars from left to right, the longest first."""
    aggs = _numbered([number, y | {"schema": "segment"}])
    return Shape("horizontal_bar", _axes("histogram", aggs, horizontal=True) | {"addLegend": False}, aggs)


def ring(slices: Part, number: Part) -> Shape:
    """Shares of a whole."""
    params = {
        "type": "pie",
        "addTooltip": True,
        "addLegend": True,
        "legendPosition": "right",
        "isDonut": True,
        "palette": {"type": "palette", "name": "default"},
        "labels": {"show": False, "values": True, "last_level": True, "truncate": 100},
    }
    return Shape("pie", params, _numbered([number, slices | {"schema": "segment"}]))


def table(rows: list[Part], *metrics: Part, page: int = 10) -> Shape:
    """Rows of values with their numbers; a value can be filtered for in its cell."""
    params = {
        "perPage": page,
        "showPartialRows": False,
        "showMetricsAtAllLevels": False,
        "showTotal": False,
        "showToolbar": False,
        "totalFunc": "sum",
        "percentageCol": "",
        "sort": {"columnIndex": None, "direction": None},
    }
    return Shape("table", params, _numbered([*metrics, *rows]))


def numbers(groups: Part, number: Part) -> Shape:
    """A large number for each bucket."""
    look = {
        "percentageMode": False,
        "useRanges": False,
        "colorSchema": "Green to Red",
        "metricColorMode": "None",
        "colorsRange": [{"type": "range", "from": 0, "to": 10000}],
        "labels": {"show": True},
        "invertColors": False,
        "style": {"bgFill": "#000", "bgColor": False, "labelColor": False, "subText": "", "fontSize": 36},
    }
    params = {"addTooltip": True, "addLegend": False, "type": "metric", "metric": look}
    return Shape("metric", params, _numbered([number, groups | {"schema": "group"}]))


def text(markdown: str) -> Shape:
    """Words."""
    return Shape("markdown", {"fontSize": 12, "openLinksInNewTab": False, "markdown": markdown})


def _agg(kind: str, schema: str, params: Part) -> Part:
    return {"enabled": True, "type": kind, "schema": schema, "params": params}


def _numbered(aggs: list[Part]) -> tuple[Part, ...]:
    """Buckets are ordered by the aggregation with the number 1, which is the first one."""
    return tuple({"id": str(number)} | agg for number, agg in enumerate(aggs, 1))


def _axes(kind: str, aggs: tuple[Part, ...], *, horizontal: bool) -> Part:
    labels = {"show": True, "filter": True, "truncate": 200 if horizontal else 100}
    category: Part = {
        "id": "CategoryAxis-1",
        "type": "category",
        "position": "left" if horizontal else "bottom",
        "show": True,
        "style": {},
        "scale": {"type": "linear"},
        "labels": labels | {"rotate": 0},
        "title": {},
    }
    metrics = [agg for agg in aggs if agg["schema"] == "metric"]
    value: Part = {
        "id": "ValueAxis-1",
        "name": "BottomAxis-1" if horizontal else "LeftAxis-1",
        "type": "value",
        "position": "bottom" if horizontal else "left",
        "show": True,
        "style": {},
        "scale": {"type": "linear", "mode": "normal"},
        "labels": {"show": True, "rotate": 0, "filter": True, "truncate": 100},
        "title": {"text": metrics[0]["params"]["customLabel"] if len(metrics) == 1 else ""},
    }
    series = [
        {
            "show": True,
            "type": kind,
            "mode": "normal" if kind == "line" else "stacked",
            "data": {"id": agg["id"], "label": agg["params"]["customLabel"]},
            "valueAxis": "ValueAxis-1",
            "drawLinesBetweenPoints": True,
            "lineWidth": 2,
            "interpolate": "linear",
            "showCircles": True,
        }
        for agg in metrics
    ]
    return {
        "type": "horizontal_bar" if horizontal else kind,
        "grid": {"categoryLines": False},
        "categoryAxes": [category],
        "valueAxes": [value],
        "seriesParams": series,
        "addTooltip": True,
        "detailedTooltip": True,
        "addLegend": True,
        "legendPosition": "right",
        "palette": {"type": "palette", "name": "default"},
        "times": [],
        "addTimeMarker": False,
        "labels": {"show": False},
        "thresholdLine": {"show": False, "value": 10, "width": 1, "style": "full", "color": "#E7664C"},
    }
