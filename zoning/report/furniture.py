"""The furniture of a map picture: frame, legend, scale bar, north arrow, stamp."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from shapely.geometry.base import BaseGeometry

from zoning.report.fonts import missing_characters
from zoning.report.styles import Style
from zoning.report.texts import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.font_manager import FontProperties

__all__ = [
    "LegendKey",
    "Pen",
    "draw_legend",
    "draw_north",
    "draw_scale",
    "drawable",
    "nice_length",
    "stroke",
]

_GETA = "〓"  # what printers set where a character is lacking
_WIDE = 0x2E80  # from here on a character is as wide as 汉字
_KILOMETRE_M = 1000.0


def drawable(words: str) -> str:
    """Return `words` with a geta mark for each character the font lacks."""
    lacking = missing_characters(words)
    return words.translate({ord(character): _GETA for character in lacking})


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendKey:
    """One line of the legend; `state` colours a conflict."""

    name: str
    style: Style
    colour: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """The axes with the font and language everything is written in."""

    axes: "Axes"
    font: "FontProperties"
    lang: str

    def frame(self, view: BaseGeometry) -> None:
        """Fix the view and draw a quiet frame without ticks."""
        west, south, east, north = view.bounds
        self.axes.set_xlim(west, east)
        self.axes.set_ylim(south, north)
        self.axes.set_aspect("equal")
        self.axes.set_xticks([])
        self.axes.set_yticks([])
        self.axes.set_facecolor("#fbfaf4")
        for spine in self.axes.spines.values():
            spine.set_color("#8d8672")
            spine.set_linewidth(0.8)

    def watermark(self, words: str) -> None:
        """Write the demo stamp across the upper left corner."""
        self.axes.text(
            0.02,
            0.97,
            words,
            transform=self.axes.transAxes,
            fontproperties=self.font,
            size=12,
            color="#b40f2e",
            va="top",
            zorder=2000,
            bbox={"facecolor": "white", "edgecolor": "#b40f2e", "alpha": 0.85},
        )


def stroke(look: Style) -> dict[str, Any]:
    """Return matplotlib's line width and dashes of a style."""
    dash: Any = (0, look.dash) if look.dash else "solid"
    return {"linewidth": look.width, "linestyle": dash}


def draw_scale(pen: Pen, view: BaseGeometry) -> None:
    """Draw a bar of 1, 2 or 5 times a power of ten, about a fifth of the view."""
    west, south, east, north = view.bounds
    length = nice_length((east - west) / 4)
    left, low = west + (east - west) * 0.03, south + (north - south) * 0.04
    tick = (north - south) * 0.012
    pen.axes.plot(
        [left, left, left + length, left + length],
        [low + tick, low, low, low + tick],
        color="#22262b",
        linewidth=1.6,
        zorder=1500,
    )
    unit, size = (
        ("kilometres", length / _KILOMETRE_M)
        if length >= _KILOMETRE_M
        else ("metres", length)
    )
    pen.axes.text(
        left + length / 2,
        low + tick * 1.3,
        text(f"figure.{unit}", pen.lang, n=f"{size:g}"),
        fontproperties=pen.font,
        size=9.5,
        ha="center",
        va="bottom",
        zorder=1500,
    )


def nice_length(most: float) -> float:
    """Return the greatest of 1, 2, 5 times a power of ten that is at most `most`."""
    power = 10.0 ** np.floor(np.log10(most))
    return float(max(step * power for step in (1, 2, 5) if step * power <= most))


def draw_north(pen: Pen) -> None:
    """Draw an arrow to grid north of the working plane."""
    pen.axes.annotate(
        "",
        xy=(0.955, 0.965),
        xytext=(0.955, 0.88),
        xycoords="axes fraction",
        arrowprops={"arrowstyle": "-|>", "color": "#22262b", "linewidth": 1.4},
        zorder=1500,
    )
    pen.axes.text(
        0.955,
        0.865,
        text("figure.north", pen.lang),
        transform=pen.axes.transAxes,
        fontproperties=pen.font,
        size=10,
        ha="center",
        va="top",
        zorder=1500,
    )


def draw_legend(axes: "Axes", keys: Sequence[LegendKey], pen: Pen) -> None:
    """Write the legend, its first entry at the top left of `axes`."""
    from matplotlib.patches import Patch

    axes.set_axis_off()
    handles = [
        Patch(
            facecolor=_face(key),
            edgecolor=key.colour or key.style.line,
            hatch="////" if key.colour else None,
            label=_wrapped(drawable(key.name)),
            **stroke(key.style),
        )
        for key in keys
    ]
    legend = axes.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0, 1),
        frameon=False,
        handlelength=1.7,
        handleheight=1.15,
        labelspacing=0.75,
        borderaxespad=0,
        borderpad=0.1,
    )
    for label_text in legend.get_texts():
        label_text.set_fontproperties(pen.font)
        label_text.set_fontsize(10.5)


def _face(key: LegendKey) -> Any:
    from matplotlib.colors import to_rgba

    face = key.colour or key.style.fill
    if face is None or key.style.opacity == 0:
        return "none"
    return to_rgba(face, key.style.opacity * (0.45 if key.colour else 1))


def _wrapped(words: str, most: int = 16) -> str:
    """Break a legend entry so that it stays in its column; 汉字 count twice."""
    lines, width = [""], 0
    for word in _pieces(words):
        size = sum(2 if ord(character) > _WIDE else 1 for character in word)
        if width and width + size > most:
            lines.append("")
            width = 0
        lines[-1] += word
        width += size
    return "\n".join(line.strip() for line in lines)


def _pieces(words: str) -> Iterator[str]:
    """Yield Chinese characters one by one and other text word by word."""
    piece = ""
    for character in words:
        if ord(character) > _WIDE:
            if piece:
                yield piece
            yield character
            piece = ""
        else:
            piece += character
            if character == " ":
                yield piece
                piece = ""
    if piece:
        yield piece
