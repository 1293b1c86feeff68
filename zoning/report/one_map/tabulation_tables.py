"""Areas by class and zone as tables, as a document and as a folder."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from zoning.model import Base, CheckOptions
from zoning.partition import FOREST_COVER, Tabulation
from zoning.partition.headroom import M2_PER_KM2, Headroom
from zoning.partition.tabulation import COUNTED, DOUBTFUL
from zoning.report.numbers import round_half_up
from zoning.report.one_map.book import Cell, Table
from zoning.report.one_map.closure import UNITS, closed, closed_groups, rounded
from zoning.report.one_map.words import (
    class_name,
    class_place,
    division_name,
    zone_name,
)
from zoning.report.one_map.writing import (
    Contents,
    base_document,
    signed,
    write_contents,
)
from zoning.report.one_map.writing import rounded as plain
from zoning.report.texts import text
from zoning.terms import label

__all__ = [
    "TABULATION_SCHEMA",
    "area_table",
    "closure_table",
    "forest_table",
    "headroom_table",
    "tabulation_document",
    "tabulation_tables",
    "write_tabulation",
]

TABULATION_SCHEMA = "zoning/tabulation/1"
_PERCENT_PLACES, _KM2_PLACES = 4, 6
_CODED = {"township", "unit"}
_FOREST_AREAS = (0, 2, 3)  # ground, counted, doubtful

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _ClosedAreas:
    """Printed columns of a tabulation, and where the rest of each stands."""

    columns: tuple[tuple[Decimal, ...], ...]
    remarks: tuple[tuple[Cell, ...], ...]


def _closed(found: Tabulation, lang: str) -> _ClosedAreas:
    """Close zones to the layer and rows to their zone, in every unit."""
    keys = _keys(found)
    zones = sorted(set(keys))
    group = [zones.index(key) for key in keys]
    plane = math.fsum(found.area_plane_m2.tolist())
    sides = [("ellipsoid", found.area_m2, found.total_m2, unit) for unit in UNITS]
    columns, remarks = [], list[tuple[Cell, ...]]()
    for measured, parts, whole, unit in (
        *sides,
        ("plane", found.area_plane_m2, plane, UNITS[0]),
    ):
        total = rounded(whole, unit)
        values, of_zones, of_rows = closed_groups(
            parts.tolist(), group, total, unit=unit
        )
        columns.append(values)
        head = (
            text(f"one_map.{measured}", lang),
            text(f"one_map.unit_{unit.key}", lang),
        )
        done = sum(values, Decimal(0))
        remarks.append((*head, total, done, None, text("one_map.closes", lang)))
        if of_zones.place is not None:
            place = _where(found, zones[of_zones.place], lang)
            said = text("one_map.placed_zone", lang, place=place)
            remarks.append((*head, None, None, of_zones.residual, said))
        for number, own in of_rows.items():
            if own.place is not None:
                row = [k for k, one in enumerate(group) if one == number][own.place]
                name = class_name(found.layer, str(found.label[row]), lang)
                place = f"{_where(found, zones[number], lang)} {name}".strip()
                said = text("one_map.placed_row", lang, place=place)
                remarks.append((*head, None, None, own.residual, said))
    return _ClosedAreas(columns=tuple(columns), remarks=tuple(remarks))


def _where(found: Tabulation, key: tuple[str, ...], lang: str) -> str:
    named = zip(found.zone, key, strict=True)
    return " · ".join(zone_name(s, z, found.names, lang=lang) for s, z in named)


def area_table(found: Tabulation, lang: str = "zh") -> Table:
    """Return areas by zone and class; they add up to the layer in every unit."""
    keys, columns = _keys(found), _closed(found, lang).columns
    net = not np.isnan(found.net_m2).all()
    zones = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    places = [class_place(found.layer, str(value)) for value in found.label]
    order = sorted(range(len(keys)), key=lambda row: (zones[keys[row]], places[row]))
    rows: list[tuple[Cell, ...]] = [
        (
            *_zone_cells(found, keys[row], lang),
            class_name(found.layer, str(found.label[row]), lang),
            int(found.features[row]),
            *(column[row] for column in columns),
            _percent(float(found.area_m2[row]), found.ground.get(keys[row])),
            _percent(found.covered.get(keys[row]), found.ground.get(keys[row])),
            *((_net(float(found.net_m2[row])),) if net else ()),
        )
        for row in order
    ]
    blank = ("",) * (len(_zone_heads(found, lang)))
    sums = [sum(column, Decimal("0.00")) for column in columns]
    last = (_net(math.fsum(found.net_m2)),) if net else ()
    total = text("one_map.total", lang)
    rows.append((*blank, total, None, *sums, None, None, *last))
    heads = text("one_map.columns_areas", lang).split("|")
    heads += [text("one_map.column_net", lang)] if net else []
    return Table(
        name="areas",
        title=label("layer", found.layer, lang),
        headings=(*_zone_heads(found, lang), *heads),
        rows=tuple(rows),
        total=True,
    )


def closure_table(found: Tabulation, lang: str = "zh") -> Table:
    """Return what the rows add up to, and where each residual stands."""
    return Table(
        name="closure",
        title=text("one_map.table_closure", lang),
        headings=tuple(text("one_map.columns_closure", lang).split("|")),
        rows=_closed(found, lang).remarks,
    )


def forest_table(found: Tabulation, lang: str = "zh") -> Table:
    """Return forest cover by zone: what counts, what may, and both rates.

    Rates are of the ground that the layer covers.
    """
    zones = sorted(found.ground)
    sums = np.array([_forest_sums(found, key) for key in zones])
    whole = [math.fsum(column) for column in sums.T]
    shown = [
        closed(column.tolist(), rounded(total, UNITS[1]), UNITS[1]).values
        for column, total in zip(sums.T, whole, strict=True)
    ]
    rows: list[tuple[Cell, ...]] = [
        (
            *_zone_cells(found, key, lang),
            *(shown[k][row] for k in _FOREST_AREAS),
            *_forest_rates(sums[row].tolist()),
        )
        for row, key in enumerate(zones)
    ]
    if found.by:
        blank = ("",) * (len(_zone_heads(found, lang)) - 1)
        areas = (rounded(whole[k], UNITS[1]) for k in _FOREST_AREAS)
        total = text("one_map.whole_county", lang)
        rows.append((*blank, total, *areas, *_forest_rates(whole)))
    heads = text("one_map.columns_forest", lang).split("|")
    return Table(
        name="forest_cover",
        title=text("one_map.table_forest_cover", lang),
        headings=(*_zone_heads(found, lang), *heads),
        rows=tuple(rows),
        total=bool(found.by),
    )


def _forest_sums(found: Tabulation, key: tuple[str, ...]) -> tuple[float, ...]:
    """Return ground, covered ground, and what counts and may count, m²."""
    own = np.array([one == key for one in _keys(found)], dtype=bool)
    kinds = [
        math.fsum(found.area_m2[own & (found.label == kind)].tolist())
        for kind in (COUNTED, DOUBTFUL)
    ]
    return (found.ground[key], found.covered[key], *kinds)


def _forest_rates(sums: Sequence[float]) -> tuple[Cell, ...]:
    ground, covered, counted, doubtful = sums
    return (
        _percent(counted, covered),
        _percent(counted + doubtful, covered),
        _percent(covered, ground),
    )


def headroom_table(found: Headroom, lang: str = "zh") -> Table:
    """Return cap, used, committed, drawn, left, in km² and ha, with the assumptions."""
    own = found.indicator
    source = "measured" if found.measured else "assumed"
    rows = [
        ("cap", found.cap_m2, text("one_map.cap_note", lang, year=own.target_year)),
        (
            "used",
            found.used_m2,
            text(f"one_map.used_{source}", lang, year=own.base_year),
        ),
        ("committed", found.committed_m2, text("one_map.committed_note", lang)),
        ("draw", found.draw_m2, _draw_note(found, lang)),
        ("left", found.left_m2, text(f"one_map.{_state(found)}", lang)),
    ]
    return Table(
        name="headroom",
        title=f"{own.code} {own.name if lang == 'zh' else own.name_en}",
        headings=tuple(text("one_map.columns_headroom", lang).split("|")),
        rows=tuple(
            (
                text(f"one_map.headroom_{key}", lang),
                round_half_up(area / M2_PER_KM2, _KM2_PLACES),
                rounded(area, UNITS[1]),
                note,
            )
            for key, area, note in rows
        ),
        total=True,
    )


def _state(found: Headroom) -> str:
    if found.over:
        return "over_cap"
    return "within_cap" if found.measured else "within_cap_estimated"


def _draw_note(found: Headroom, lang: str) -> str:
    built = round_half_up(found.built_on_site_m2 / M2_PER_KM2, _KM2_PLACES)
    return text("one_map.draw_note", lang, built=built)


def tabulation_document(
    found: Tabulation,
    base: Base,
    options: CheckOptions,
    *,
    room: Headroom | None = None,
) -> Json:
    """Return a tabulation, and the headroom when asked, as plain JSON values."""
    used = sorted({found.layer, *(k for k in found.by if k in base.layers)})
    layers = [base.layers[key] for key in used]
    problems = (*found.problems, *(room.problems if room else ()))
    told = {} if room is None else {"headroom": _room(room)}
    return signed(
        {
            "schema": TABULATION_SCHEMA,
            **base_document(base, layers, options, problems=problems),
            "layer": found.layer,
            "by": list(found.by),
            "total_m2": plain(found.total_m2),
            "rows": [_row(found, row, key) for row, key in enumerate(_keys(found))],
            "zones": [
                {
                    **dict(zip(found.zone, key, strict=True)),
                    "area_m2": plain(found.ground[key]),
                    "covered_m2": plain(found.covered[key]),
                }
                for key in sorted(found.ground)
            ],
            "covered_twice": [
                {
                    "layer": pair.layer,
                    "features": [pair.first, pair.second],
                    "area_m2": plain(pair.area_m2),
                    "residue": pair.residue,
                }
                for pair in found.twice
            ],
            **told,
        }
    )


def _row(found: Tabulation, row: int, key: tuple[str, ...]) -> Json:
    net = float(found.net_m2[row])
    return {
        **dict(zip(found.zone, key, strict=True)),
        "class": str(found.label[row]),
        "features": int(found.features[row]),
        "area_m2": plain(float(found.area_m2[row])),
        "area_plane_m2": plain(float(found.area_plane_m2[row])),
        "net_m2": None if math.isnan(net) else plain(net),
    }


def _room(found: Headroom) -> Json:
    return {
        "indicator": found.indicator.code,
        "taken_as": "cap",
        "cap_m2": plain(found.cap_m2),
        "used_m2": plain(found.used_m2),
        "used_is_measured": found.measured,
        "measured_m2": None if found.measured_m2 is None else plain(found.measured_m2),
        "committed_m2": plain(found.committed_m2),
        "draw_m2": plain(found.draw_m2),
        "built_on_site_m2": plain(found.built_on_site_m2),
        "left_m2": plain(found.left_m2),
        "over": found.over,
    }


def tabulation_tables(
    found: Tabulation, *, room: Headroom | None, classes: str | None, lang: str
) -> tuple[Table, ...]:
    """Return the tables that were asked for, areas first."""
    forest = (forest_table(found, lang),) if classes == FOREST_COVER else ()
    left = (headroom_table(room, lang),) if room else ()
    return (area_table(found, lang), *forest, *left, closure_table(found, lang))


def write_tabulation(
    tables: Sequence[Table], document: Json, folder: Path, *, base: str, lang: str
) -> Path:
    """Write tables and document into a new folder."""
    contents = Contents(
        name="tabulation",
        title=text("one_map.title_tabulation", lang, base=base),
        base=base,
        document=document,
        tables=tables,
    )
    return write_contents(folder, contents, lang=lang)


def _keys(found: Tabulation) -> list[tuple[str, ...]]:
    sides = list(found.zone.values())
    return [tuple(str(side[row]) for side in sides) for row in range(len(found.label))]


def _zone_heads(found: Tabulation, lang: str) -> tuple[str, ...]:
    heads: list[str] = []
    for side in found.zone:
        if side in _CODED:
            heads.append(text(f"one_map.column_{side}_code", lang))
        heads.append(division_name(side, lang))
    return tuple(heads)


def _zone_cells(found: Tabulation, key: tuple[str, ...], lang: str) -> tuple[str, ...]:
    cells: list[str] = []
    for side, zone in zip(found.zone, key, strict=True):
        if side in _CODED:
            cells.append("" if zone == "beyond" else zone)
        cells.append(zone_name(side, zone, found.names, lang=lang))
    return tuple(cells)


def _net(value: float) -> Decimal | None:
    return None if np.isnan(value) else rounded(value, UNITS[0])


def _percent(part: float | None, whole: float | None) -> Decimal | None:
    if part is None or not whole:
        return None
    return round_half_up(part / whole * 100, _PERCENT_PLACES)
