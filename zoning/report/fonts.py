"""The Chinese font that ships with the package, and subsets of it.

Office machines in a county differ in their fonts; a headless one has none.
One subset of Noto Sans CJK SC (SIL Open Font License 1.1) is therefore part of
the package: GB 2312 level 1 and 2, Latin, and the signs that reports use. It is
made by ``python -m zoning.report.fonts SOURCE TARGET`` (docs/making_fonts.md).
"""

import base64
import sys
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont
    from uharfbuzz import Face

__all__ = [
    "FAMILY",
    "font_path",
    "make_font",
    "missing_characters",
    "subset_base64",
]

FAMILY = "Zoning Sans SC"
"""Family name inside the file; differs from Noto's so that no installed font
of that name is picked in its place."""

_SOURCE_FAMILY = "Noto Sans CJK SC"
_EXTRA = (
    "²³×÷≥≤≠≈±°℃—–…·、。“”‘’《》〈〉「」【】〔〕（）！？；：，％‰"
    "→←↑↓▲△▼●○■□◆◇★☆√✓✗∩∪∈∞π㎡㎞㏊№§©"
)
# Common in village names of the gorges, yet outside GB 2312.
_PLACE_NAMES = "塆堖塝垱磏嵒岞崟峣嶍墕峂堎垚埗埇塃壪畖漈洣溇滧瀼燚淯栟槚橪"
_FAMILY_NAME_IDS = {1: FAMILY, 4: f"{FAMILY} Regular", 6: "ZoningSansSC-Regular"}
_TYPOGRAPHIC_NAME_IDS = (3, 16, 17, 18, 20, 21, 22, 25)
_NAME_IDS = 26
"""Kinds of names that OpenType knows."""


def font_path() -> Path:
    """Return the path of the shipped font (OpenType, CFF outlines)."""
    return Path(str(files("zoning").joinpath("report/static/fonts/ZoningSansSC.otf")))


def missing_characters(text: str) -> tuple[str, ...]:
    """Return the characters of `text` that the font cannot draw, in code order.

    Control characters count as drawn: they have no picture.
    """
    covered = _covered()
    return tuple(sorted({c for c in text if ord(c) not in covered and c.isprintable()}))


def subset_base64(text: str) -> str:
    """Return an OpenType font of the characters of `text` and ASCII, base64 encoded.

    The same set of characters gives the same bytes. Characters that the font
    lacks are left to the reader's own fonts; see `missing_characters`.
    """
    import uharfbuzz as harfbuzz

    order = harfbuzz.SubsetInput()
    order.flags = harfbuzz.SubsetFlags.NOTDEF_OUTLINE
    order.name_id_set.update(range(_NAME_IDS))  # its name and its licence
    order.unicode_set.update({ord(c) for c in set(text)} | set(range(0x20, 0x7F)))
    part = harfbuzz.subset(_face(), order)
    return base64.b64encode(part.blob.data).decode("ascii")


def make_font(source: Path, target: Path) -> None:
    """Write the shipped font from Noto's collection `source` to `target`.

    Parameters
    ----------
    source : Path
        ``NotoSansCJK-Regular.ttc``.
    target : Path
        The ``.otf`` to write; the same source gives the same bytes.
    """
    from fontTools.ttLib import TTCollection

    with TTCollection(source, lazy=True) as fonts:
        font = next(f for f in fonts if f["name"].getDebugName(1) == _SOURCE_FAMILY)
        font.recalcTimestamp = False
        _subset(font, _characters())
        _rename(font)
        font.save(target)


def _rename(font: "TTFont") -> None:
    """Give `font` our family name, in its name table and in its outlines."""
    for name_id in _TYPOGRAPHIC_NAME_IDS:
        font["name"].removeNames(nameID=name_id)
    for name_id, text in _FAMILY_NAME_IDS.items():
        font["name"].removeNames(nameID=name_id)
        font["name"].setName(text, name_id, 3, 1, 0x409)
    _rename_cff(font["CFF "].cff)


def _characters() -> set[int]:
    """Return the code points of GB 2312, Latin-1, boxes and the extras above."""
    rows = range(0xA1, 0xF8)
    pairs = (bytes([row, cell]) for row in rows for cell in range(0xA1, 0xFF))
    decoded = "".join(pair.decode("gb2312", errors="ignore") for pair in pairs)
    latin = "".join(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x100)]))
    boxes = "".join(map(chr, range(0x2500, 0x2580)))
    return {ord(c) for c in decoded + latin + boxes + _EXTRA + _PLACE_NAMES}


@cache
def _face() -> "Face":
    import uharfbuzz as harfbuzz

    return harfbuzz.Face(harfbuzz.Blob.from_file_path(font_path()))


@cache
def _covered() -> frozenset[int]:
    return frozenset(_face().unicodes)


def _subset(font: "TTFont", characters: set[int]) -> None:
    """Keep only `characters` in `font`; drop hints and layout features."""
    from fontTools.subset import Options, Subsetter

    options = Options()
    options.hinting = False
    options.layout_features = []
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.drop_tables += ["GSUB", "GPOS", "BASE", "VORG", "vhea", "vmtx", "DSIG"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=sorted(characters))
    subsetter.subset(font)


def _rename_cff(cff: Any) -> None:
    cff.fontNames = [_FAMILY_NAME_IDS[6]]
    top = cff.topDictIndex[0]
    top.FullName = _FAMILY_NAME_IDS[4]
    top.FamilyName = FAMILY


if __name__ == "__main__":
    make_font(Path(sys.argv[1]), Path(sys.argv[2]))
