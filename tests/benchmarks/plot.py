"""Draws quality against speed as SVG, for both backgrounds that a page may have."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import log10

WIDTH, HEIGHT = 420, 340
LEFT, RIGHT, TOP, BOTTOM = 52, 24, 44, 52
STYLE = """
text{font:12px system-ui,sans-serif;fill:#444}.title{font-weight:600;font-size:13px}.name{font-size:11px}
.grid{stroke:#8884;stroke-width:1}.own{fill:#0a7;stroke:#0a7}.other{fill:#c53;stroke:#c53}.held{fill:none;stroke-width:2}
.ownname{fill:#086;font-weight:600}
@media(prefers-color-scheme:dark){text{fill:#bbb}.own{fill:#2ca;stroke:#2ca}.other{fill:#f86;stroke:#f86}.held{fill:none}
.ownname{fill:#4dc}}
"""


@dataclass(frozen=True)
class Point:
    """One system: tokens a second, F1 on the first and on the second set."""

    name: str
    speed: float
    first: float
    second: float
    own: bool


@dataclass(frozen=True)
class Panel:
    """One language: its points, and what the two sets are."""

    title: str
    first: str
    second: str
    points: Sequence[Point]


def draw(panels: Sequence[Panel]) -> str:
    """An SVG with the panels side by side; axes are the same in all."""
    points = [point for panel in panels for point in panel.points]
    speeds = [point.speed for point in points]
    scores = [score for point in points for score in (point.first, point.second)]
    axes = _Axes(min(speeds), max(speeds), min(scores), max(scores))
    width = WIDTH * len(panels)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" width="{width}" height="{HEIGHT}"'
        ' role="img" aria-label="F1 against tokens a second">',
        f"<style>{STYLE}</style>",
    ]
    for number, panel in enumerate(panels):
        parts += [f'<g transform="translate({number * WIDTH} 0)">', *_panel(panel, axes), "</g>"]
    return "\n".join([*parts, "</svg>"]) + "\n"


class _Axes:
    """Where values lie: speed by its logarithm, F1 as it is."""

    def __init__(self, slowest: float, fastest: float, worst: float, best: float) -> None:
        self.low, self.high = 10 ** int(log10(slowest)), 10 ** int(log10(fastest) + 1)
        self.worst, self.best = 10 * int(worst / 10), min(100, 10 * int(best / 10 + 1))

    def x(self, speed: float) -> float:
        share = log10(speed / self.low) / log10(self.high / self.low)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(self, score: float) -> float:
        share = (score - self.worst) / (self.best - self.worst)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _panel(panel: Panel, axes: _Axes) -> list[str]:
    parts = [f'<text class="title" x="{LEFT}" y="18">{escape(panel.title)}</text>']
    legend = "&#160; ".join((f"● {escape(panel.first)}", f"○ {escape(panel.second)}"))
    parts.append(f'<text class="name" x="{LEFT}" y="34">{legend}</text>')
    speed = axes.low
    while speed <= axes.high:
        x = axes.x(speed)
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{_short(speed)}</text>')
        speed *= 10
    for score in range(axes.worst, axes.best + 1, 10):
        y = axes.y(score)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{score}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 14}" text-anchor="middle">tokens a second, one core</text>')
    upright = f'transform="rotate(-90 14 {HEIGHT / 2})"'
    parts.append(f'<text x="14" y="{HEIGHT / 2}" text-anchor="middle" {upright}>F1, strict</text>')
    below = 0.0
    for point in sorted(panel.points, key=lambda point: axes.y(max(point.first, point.second))):
        below = _point(parts, point, axes, below)
    return parts


def _point(parts: list[str], point: Point, axes: _Axes, below: float) -> float:
    """Two marks with a line between and the name beside them; names keep below `below`, and so on for the next."""
    x, ys = axes.x(point.speed), (axes.y(point.first), axes.y(point.second))
    kind = "own" if point.own else "other"
    parts.append(f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{ys[0]:.1f}" y2="{ys[1]:.1f}" opacity=".5"/>')
    parts.append(f'<circle class="{kind}" cx="{x:.1f}" cy="{ys[0]:.1f}" r="5"/>')
    parts.append(f'<circle class="{kind} held" cx="{x:.1f}" cy="{ys[1]:.1f}" r="5"/>')
    left = x > (LEFT + WIDTH) / 2
    y = max(ys[0] + 4, below)
    anchor = f'x="{x - 10:.1f}" text-anchor="end"' if left else f'x="{x + 10:.1f}"'
    css = "name ownname" if point.own else "name"
    parts.append(f'<text class="{css}" {anchor} y="{y:.1f}">{escape(point.name)}</text>')
    return y + 13


def _short(number: float) -> str:
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:g}{letter}"
    return f"{number:g}"
