"""Tables beside the exported layers: field aliases, long texts, colours.

CSV with a UTF-8 mark, which Chinese Excel opens rightly; no cell is taken for a
formula.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO

from zoning.report.gis_words import alias_of, gis_text
from zoning.report.layer_looks import LayerLook, Mark
from zoning.report.ledger import guarded
from zoning.report.qml import HATCH_ANGLES
from zoning.report.run_layers import RunLayer
from zoning.report.shapefiles import Shapefile

__all__ = ["alias_table", "colour_table", "long_text_table"]

_ALIAS = (
    *("layer", "layer_zh", "short", "full", "zh", "en", "unit", "type", "width"),
    *("decimals", "shortened"),
)
_LONG = ("layer", "record", "site", "short", "full", "reason", "value")
_COLOUR = (
    *("order", "layer", "layer_zh", "layer_en", "shape", "field", "value"),
    *("zh", "en", "fill", "fill_hex", "clear", "line", "line_hex"),
    *("width", "dash", "hatch", "marker"),
)

Made = Mapping[str, tuple[RunLayer, Shapefile]]


def alias_table(made: Made, lang: str = "zh") -> bytes:
    """Return what every short field name stands for, layer by layer."""
    rows = []
    for name, (layer, file) in made.items():
        for field in file.fields:
            known = alias_of(field.column.name)
            count = sum(lost.short == field.short for lost in file.lost)
            rows.append(
                (
                    *(name, layer.look.words[0], field.short, known.name),
                    *(known.zh, known.en, known.unit),
                    gis_text(f"type_{field.column.kind}", lang),
                    *(str(field.width), str(field.decimals), str(count)),
                )
            )
    return _csv([gis_text(f"alias_{key}", lang) for key in _ALIAS], rows)


def long_text_table(made: Made, lang: str = "zh") -> bytes:
    """Return every value that a .dbf does not hold whole, by rec_id and site."""
    rows = []
    for name, (layer, file) in made.items():
        names = [column.name for column in layer.columns]
        for lost in file.lost:
            told = dict(zip(names, layer.rows[lost.row], strict=True))
            reason = "too_long" if lost.too_long else "changed"
            rows.append(
                (
                    *(name, str(layer.ids[lost.row]), str(told.get("site_id", ""))),
                    *(lost.short, lost.field, gis_text(reason, lang), lost.value),
                )
            )
    return _csv([gis_text(f"long_{key}", lang) for key in _LONG], rows)


def colour_table(looks: Iterable[LayerLook], lang: str = "zh") -> bytes:
    """Return the colours of every layer and value, topmost layer first.

    For programs that read neither QML nor SLD: red, green, blue from 0 to 255,
    transparency in per cent, widths in points.
    """
    ordered = sorted(looks, key=lambda look: (-look.order, look.layer))
    rows = [_colours(look, mark, lang) for look in ordered for mark in look.marks]
    return _csv([gis_text(f"colour_{key}", lang) for key in _COLOUR], rows)


def _colours(look: LayerLook, mark: Mark, lang: str) -> tuple[str, ...]:
    none = gis_text("no_fill", lang)
    area, point = look.shape == "polygon", look.shape == "point"
    inside = mark.fill if area else (mark.fill or mark.line) if point else None
    clear = f"{100 * (1 - mark.opacity):.0f}" if area and mark.fill else ""
    angles = " ".join(str(angle) for angle in HATCH_ANGLES[mark.hatch]) if area else ""
    return (
        *(str(look.order), look.layer, *look.words),
        gis_text(f"shape_{look.shape}", lang),
        *(look.column or "", mark.value or ""),
        *mark.words,
        *((_rgb(inside), inside) if inside else (none, none)),
        clear,
        *(_rgb(mark.line), mark.line, f"{mark.width:g}"),
        " ".join(f"{part:g}" for part in mark.dash),
        angles,
        mark.marker if point else "",
    )


def _rgb(colour: str) -> str:
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))


def _csv(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heading)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")
