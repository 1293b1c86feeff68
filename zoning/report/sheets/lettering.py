"""How wide words are in the shipped font, and how they are broken and shortened.

Every box on a sheet is filled by these measures, so that nothing is cut off: a
text is wrapped, then set smaller, then ends in an ellipsis.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from zoning.report.fonts import font_path
from zoning.report.furniture import drawable

__all__ = ["MM_PER_POINT", "Lines", "fitted", "shortened", "width_mm", "wrapped"]

MM_PER_POINT = 25.4 / 72
LEADING = 1.32
"""Baseline to baseline, in ems."""

_ELLIPSIS = "…"
_WIDE = 0x2E80
_NO_END = tuple("（《「『【(")
_NO_START = "，。；：、）》」』】！？,.;:)%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Broken text: its lines and the size that they are set in."""

    lines: tuple[str, ...]
    size: float

    @property
    def height_mm(self) -> float:
        """Height of the block on paper."""
        return len(self.lines) * self.size * LEADING * MM_PER_POINT


def width_mm(words: str, size: float) -> float:
    """Return the width of one line set at `size` points, without kerning."""
    advances, em = _advances()
    total = sum(advances.get(ord(character), em) for character in words)
    return total / em * size * MM_PER_POINT


def wrapped(words: str, size: float, width: float) -> tuple[str, ...]:
    """Return `words` in lines of at most `width` mm; 汉字 break anywhere.

    Characters that the font lacks become a geta mark; control characters and
    runs of blanks become one blank. There is at least one line.
    """
    lines = [""]
    for piece in _pieces(_clean(words)):
        if width_mm(lines[-1] + piece.rstrip(), size) <= width:
            lines[-1] += piece
        elif width_mm(piece, size) <= width:
            lines += [piece]
        else:
            lines += _hard_broken(piece, size, width)
    kept = tuple(line.strip() for line in lines if line.strip())
    return kept or ("",)


def fitted(
    words: str, sizes: tuple[float, ...], width: float, *, most_lines: int
) -> Lines:
    """Return `words` at the first of `sizes` that fits, shortened at the last."""
    for size in sizes:
        lines = wrapped(words, size, width)
        if len(lines) <= most_lines:
            return Lines(lines=lines, size=size)
    size = sizes[-1]
    lines = wrapped(words, size, width)
    last = shortened("".join(lines[most_lines - 1 :]), size, width)
    return Lines(lines=(*lines[: most_lines - 1], last), size=size)


def shortened(words: str, size: float, width: float) -> str:
    """Return one line of at most `width` mm, ending in an ellipsis if cut."""
    clean = _clean(words)
    if width_mm(clean, size) <= width:
        return clean
    kept = ""
    for character in clean:
        if width_mm(f"{kept}{character}{_ELLIPSIS}", size) > width:
            break
        kept += character
    return f"{kept.rstrip()}{_ELLIPSIS}"


def _clean(words: str) -> str:
    plain = "".join(c if c.isprintable() else " " for c in words)
    return drawable(" ".join(part for part in plain.split(" ") if part))


def _hard_broken(piece: str, size: float, width: float) -> list[str]:
    lines = [""]
    for character in piece:
        if lines[-1] and width_mm(lines[-1] + character, size) > width:
            lines.append("")
        lines[-1] += character
    return lines


def _pieces(words: str) -> Iterator[str]:
    """Yield what may not be broken: a 汉字 with the stop behind it, or a word."""
    piece = ""
    for character in words:
        starts = ord(character) > _WIDE or piece.endswith(" ")
        wide_before = bool(piece) and ord(piece[-1]) > _WIDE
        may_break = character not in _NO_START and piece[-1:] not in _NO_END
        if piece and (starts or wide_before) and may_break:
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


@cache
def _advances() -> tuple[Mapping[int, int], int]:
    """Return the advance of each character in font units, and the em."""
    from fontTools.ttLib import TTFont

    with TTFont(font_path(), lazy=True) as font:
        metrics = font["hmtx"].metrics
        advances = {code: metrics[name][0] for code, name in font.getBestCmap().items()}
        return advances, int(font["head"].unitsPerEm)
