"""The panel beside or below the map: facts, data and editions, the legend."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from zoning.report.sheets.draw import Sign
from zoning.report.sheets.lettering import (
    LEADING,
    MM_PER_POINT,
    Lines,
    fitted,
    shortened,
    wrapped,
)
from zoning.report.sheets.page import RED, Box, Page
from zoning.report.sheets.words import word
from zoning.report.wording import capital

__all__ = ["DataRow", "Fact", "draw_panel", "legend_of"]

_PAD = 3.0
_GAP = 1.6
_SWATCH = (8.5, 4.2)
_SIZES = (8.0, 7.5, 7.0, 6.5, 6.0, 5.5)
_LAST = {"beyond_county", "no_data"}
_LEGEND_LEAST = 0.30
"""Share of a single-column panel that is always kept for the legend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A line of facts: what, and how much."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRow:
    """What is said of one layer's data; `warns` sets it in red."""

    words: str
    warns: bool


def legend_of(signs: Sequence[Sign]) -> tuple[Sign, ...]:
    """Return each class once, the topmost first and the plain ground last."""
    once = {(sign.look.name, sign.shape): sign for sign in signs}
    areas = {sign.look.name for sign in signs if sign.shape == "area"}
    kept = [
        sign
        for sign in once.values()
        if sign.shape == "area" or sign.look.name not in areas
    ]
    return tuple(
        sorted(kept, key=lambda s: (s.look.style.layer in _LAST, -s.look.style.order))
    )


def draw_panel(
    page: Page,
    facts: Sequence[Fact],
    rows: Sequence[DataRow],
    *,
    signs: Sequence[Sign],
) -> None:
    """Fill the panel; the legend ends at its lower right."""
    panels, factor = page.layout.panels, page.layout.text
    for box in panels:
        page.box(box, width=0.9)
    pad = _PAD * factor
    first, last = panels[0], panels[-1]
    room = first.height - 2 * pad
    if len(panels) == 1:
        room *= 1 - _LEGEND_LEAST
    top = _draw_texts(
        page,
        facts,
        rows,
        box=Box(
            x=first.x + pad,
            y=first.top - pad - room,
            width=first.width - 2 * pad,
            height=room,
        ),
    )
    if len(panels) > 1:
        top = last.top
    else:
        top -= _GAP * factor
        page.line([first.x, first.right], [top, top], width=0.9)
    area = Box(
        x=last.x + pad,
        y=last.y + pad * 0.7,
        width=last.width - 2 * pad,
        height=top - last.y - pad * 1.4,
    )
    _draw_legend(page, area, signs)


def _draw_texts(
    page: Page, facts: Sequence[Fact], rows: Sequence[DataRow], *, box: Box
) -> float:
    """Write facts and data rows at the largest size that fits; return the end."""
    factor = page.layout.text
    blocks: list[tuple[Lines, str]] = []
    for size, most in product((s * factor for s in _SIZES), (3, 2, 1)):
        blocks = _blocks(page, facts, rows, form=(size, most, box.width))
        if _height(blocks, factor) <= box.height:
            break
    top = box.top
    for lines, kind in blocks:
        if kind == "head":
            top -= _GAP * factor
        top = page.write_lines(
            box.x, top, lines, colour=RED if kind == "warning" else _ink(kind)
        )
    return top


def _ink(kind: str) -> str:
    return "#4c525a" if kind == "head" else "#22262b"


def _height(blocks: Sequence[tuple[Lines, str]], factor: float) -> float:
    heads = sum(kind == "head" for _, kind in blocks)
    return sum(lines.height_mm for lines, _ in blocks) + heads * _GAP * factor


def _blocks(
    page: Page,
    facts: Sequence[Fact],
    rows: Sequence[DataRow],
    *,
    form: tuple[float, int, float],
) -> list[tuple[Lines, str]]:
    size, most, width = form
    colon = "：" if page.lang == "zh" else ": "
    blocks = [
        (fitted(f"{f.name}{colon}{f.value}", (size,), width, most_lines=most), "plain")
        for f in facts
    ]
    if rows:
        head = word("page.data", page.lang)
        blocks.append((fitted(head, (size,), width, most_lines=1), "head"))
    for row in rows:
        lines = fitted(capital(row.words), (size,), width, most_lines=most)
        blocks.append((lines, "warning" if row.warns else "plain"))
    return blocks


def _draw_legend(page: Page, box: Box, signs: Sequence[Sign]) -> None:
    """Write the heading and every sign, in one column or two."""
    factor = page.layout.text
    head = word("page.legend", page.lang)
    baseline = box.top - 4 * factor
    x = box.x + box.width / 2
    page.write(x, baseline, head, size=11 * factor, align="center")
    area = Box(x=box.x, y=box.y, width=box.width, height=box.height - 6.5 * factor)
    size, columns, kept = _legend_form(area, signs, factor)
    width = (area.width - (columns - 1) * 2) / columns
    room = width - (_SWATCH[0] + 2) * factor
    per_column = -(-len(kept) // columns)
    tops = [area.top] * columns
    for index, sign in enumerate(kept):
        column = index // per_column
        left = area.x + column * (width + 2)
        lines = fitted(capital(sign.look.name), (size,), room, most_lines=2)
        step = _entry_mm(lines, factor)
        _draw_entry(
            page,
            Box(x=left, y=tops[column] - step, width=width, height=step),
            (sign, lines),
        )
        tops[column] -= step
    left_out = len(signs) - len(kept)
    if left_out:
        more = word("page.more", page.lang, n=left_out)
        page.write(area.x, area.y, shortened(more, size, area.width), size=size)


def _entry_mm(lines: Lines, factor: float) -> float:
    return max(lines.height_mm, _SWATCH[1] * factor) + 1.1 * factor


def _legend_form(
    area: Box, signs: Sequence[Sign], factor: float
) -> tuple[float, int, Sequence[Sign]]:
    """Return size, columns and entries such that all of them fit."""
    for size, columns in product((s * factor for s in _SIZES), (1, 2)):
        if _legend_height(area, signs, (size, columns, factor)) <= area.height:
            return size, columns, signs
    size, kept = _SIZES[-1] * factor, signs
    line = size * LEADING * MM_PER_POINT
    while len(kept) > 1:
        kept = kept[:-1]
        if _legend_height(area, kept, (size, 2, factor)) <= area.height - line:
            break
    return size, 2, kept


def _legend_height(
    area: Box, signs: Sequence[Sign], form: tuple[float, int, float]
) -> float:
    size, columns, factor = form
    width = (area.width - (columns - 1) * 2) / columns
    room = width - (_SWATCH[0] + 2) * factor
    heights = [
        _entry_mm(fitted(capital(s.look.name), (size,), room, most_lines=2), factor)
        if len(wrapped(capital(s.look.name), size, room)) <= 2 or columns == 1  # noqa: PLR2004
        else area.height + 1
        for s in signs
    ]
    per_column = max(1, -(-len(signs) // columns))
    starts = range(0, len(signs), per_column)
    return max((sum(heights[i : i + per_column]) for i in starts), default=0.0)


def _draw_entry(page: Page, box: Box, entry: tuple[Sign, Lines]) -> None:
    sign, lines = entry
    factor = page.layout.text
    wide, high = (side * factor for side in _SWATCH)
    middle = box.y + box.height / 2
    swatch = Box(x=box.x, y=middle - high / 2, width=wide, height=high)
    page.swatch(swatch, sign.look, shape=sign.shape)
    top = middle + lines.height_mm / 2
    page.write_lines(swatch.right + 2 * factor, top, lines)
