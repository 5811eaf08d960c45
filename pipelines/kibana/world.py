"""A map of the world with a bubble where articles name places, drawn by Vega: no map server is asked, by nobody."""

import json
from importlib.resources import files
from typing import Any

from pipelines.kibana.saved import compact
from pipelines.kibana.shapes import Shape

_ZOOM = 7
"""The grid has 2^7 columns and rows: bubbles stand for about 2.8 degrees of longitude."""

_MOST = 2_000
"""Bubbles at once."""


def bubbles(index: str, time: str, points: str) -> Shape:
    """Bubbles for the points of the documents; a click filters for what lies around one."""
    return Shape("vega", {"spec": compact(_specification(index, time, points))})


def _specification(index: str, time: str, points: str) -> dict[str, Any]:
    land = json.loads((files("config") / "kibana" / "land.json").read_text(encoding="utf-8"))
    grid = {"geotile_grid": {"field": points, "precision": _ZOOM, "size": _MOST}}
    corners = (
        f"{{geo_bounding_box: {{{points}: {{top_left: {{lat: datum.north, lon: datum.west}},"
        " bottom_right: {lat: datum.south, lon: datum.east}}}}"
    )
    return {
        "$schema": "https://vega.github.io/schema/vega/v5.json",
        "config": {"kibana": {"hideWarnings": True}},
        "padding": 0,
        "signals": [
            {
                "name": "chosen",
                "on": [
                    {
                        "events": "@bubble:click",
                        "update": f"kibanaAddFilter({corners}, '{index}', 'Places around ' + datum.where)",
                    }
                ],
            }
        ],
        "projections": [
            {"name": "world", "type": "equalEarth", "fit": {"signal": "data('land')"}, "size": {"signal": _WHOLE}}
        ],
        "data": [
            {"name": "land", "values": [{"type": "Feature", "geometry": land, "properties": {}}]},
            {
                "name": "cells",
                "url": {
                    "%context%": True,
                    "%timefield%": time,
                    "index": index,
                    "body": {"size": 0, "aggs": {"cells": grid}},
                },
                "format": {"property": "aggregations.cells.buckets"},
                "transform": [
                    {"type": "formula", "as": name, "expr": formula} for name, formula in _corners_of_a_tile().items()
                ]
                + [{"type": "geopoint", "projection": "world", "fields": ["lon", "lat"]}],
            },
        ],
        "scales": [
            {
                "name": "size",
                "type": "sqrt",
                "zero": True,
                "domain": {"data": "cells", "field": "doc_count"},
                "range": [0, {"signal": "max(200, width)"}],
            }
        ],
        "marks": [
            {
                "type": "shape",
                "from": {"data": "land"},
                "encode": {"update": {"fill": {"value": "#D3DAE6"}, "stroke": {"value": "#F5F7FA"}}},
                "transform": [{"type": "geoshape", "projection": "world"}],
            },
            {
                "name": "bubble",
                "type": "symbol",
                "from": {"data": "cells"},
                "encode": {
                    "update": {
                        "x": {"field": "x"},
                        "y": {"field": "y"},
                        "size": {"scale": "size", "field": "doc_count"},
                        "fill": {"value": "#DD0A73"},
                        "fillOpacity": {"value": 0.6},
                        "stroke": {"value": "white"},
                        "cursor": {"value": "pointer"},
                        "tooltip": {"signal": "{'Places around': datum.where, 'Articles': datum.doc_count}"},
                    }
                },
            },
        ],
    }


_WHOLE = "[width, height]"


def _corners_of_a_tile() -> dict[str, str]:
    """From a tile's name, as in `7/66/42`, to where it lies (web Mercator, as maps on the web are cut)."""
    sides = f"{2**_ZOOM}"

    def latitude(row: str) -> str:
        edge = f"(PI * (1 - 2 * ({row}) / {sides}))"
        return f"atan((exp({edge}) - exp(-{edge})) / 2) * 180 / PI"

    return {
        "column": "toNumber(split(datum.key, '/')[1])",
        "row": "toNumber(split(datum.key, '/')[2])",
        "west": f"datum.column / {sides} * 360 - 180",
        "east": f"(datum.column + 1) / {sides} * 360 - 180",
        "lon": "(datum.west + datum.east) / 2",
        "north": latitude("datum.row"),
        "south": latitude("datum.row + 1"),
        "lat": latitude("datum.row + 0.5"),
        "where": (
            "format(abs(datum.lat), '.0f') + (datum.lat < 0 ? '° S, ' : '° N, ')"
            " + format(abs(datum.lon), '.0f') + (datum.lon < 0 ? '° W' : '° E')"
        ),
    }
