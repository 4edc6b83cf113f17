"""How do figures grow with a corpus? Small line charts side by side, as an SVG of our own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

PANEL = (300, 220)
MARGIN = (52, 40, 16, 40)
"""Pixels left, above, right and below of the axes of a panel."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart: points (x, y) of a line, and the limit that is drawn across, if any."""

    title: str
    x_label: str
    points: Sequence[tuple[float, float]]
    limit: float | None = None


def svg(panels: Sequence[Panel]) -> str:
    """The charts in a row; every y axis begins at 0."""
    width, height = PANEL[0] * len(panels), PANEL[1]
    body = "\n".join(_panel(panel, PANEL[0] * place) for place, panel in enumerate(panels))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'font-family="sans-serif" font-size="11">\n'
        f'<rect width="{width}" height="{height}" fill="white"/>\n{body}\n</svg>\n'
    )


def _panel(panel: Panel, offset: float) -> str:
    left, top, right, bottom = MARGIN
    wide, high = PANEL[0] - left - right, PANEL[1] - top - bottom
    most_x = max([x for x, _ in panel.points], default=0) or 1
    most_y = 1.15 * max([y for _, y in panel.points] + [panel.limit or 0]) or 1
    places = [
        (offset + left + wide * x / most_x, top + high * (1 - y / most_y)) for x, y in panel.points
    ]
    base, start = top + high, offset + left
    parts = [
        _text(offset + PANEL[0] / 2, 18, panel.title, "middle", "13"),
        f'<path d="M{start:.1f} {top} V{base} H{start + wide:.1f}" fill="none" stroke="#666"/>',
        _text(start + wide / 2, base + 32, panel.x_label, "middle"),
        _text(start - 6, base, "0", "end"),
    ]
    if panel.limit is not None:
        y = top + high * (1 - panel.limit / most_y)
        parts.append(
            f'<path d="M{start:.1f} {y:.1f} h{wide}" stroke="#b33" stroke-dasharray="4 3"/>'
        )
        parts.append(_text(start - 6, y + 4, _figure(panel.limit), "end"))
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    parts.append(f'<polyline points="{line}" fill="none" stroke="#247" stroke-width="2"/>')
    for (x, y), (value_x, value_y) in zip(places, panel.points, strict=True):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="#247"/>')
        parts.append(_text(x, y - 8, _figure(value_y), "middle"))
        parts.append(_text(x, base + 15, _figure(value_x), "middle"))
    return "\n".join(parts)


def _text(x: float, y: float, text: str, anchor: str, size: str = "11") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">'
        f"{escape(text)}</text>"
    )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
