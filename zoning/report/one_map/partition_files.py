"""A partition as document, package and map."""

from pathlib import Path
from typing import Any

from zoning.model import Base, CheckOptions
from zoning.partition import Partition
from zoning.partition.rules import control_lines
from zoning.report.features import frame_of
from zoning.report.one_map.partition_tables import (
    ClosedPartition,
    close_partition,
    partition_tables,
)
from zoning.report.one_map.words import line_name
from zoning.report.one_map.writing import (
    Contents,
    base_document,
    rounded,
    signed,
    write_contents,
)
from zoning.report.texts import text

__all__ = ["PARTITION_SCHEMA", "partition_document", "write_partition"]

PARTITION_SCHEMA = "zoning/partition/1"
_USED = (*control_lines(), "township", "control_unit", "county")

Json = dict[str, Any]


def partition_document(found: Partition, base: Base, options: CheckOptions) -> Json:
    """Return a partition as a tree of plain JSON values, without geometry."""
    layers = [base.layers[key] for key in _USED if key in base.layers]
    return signed(
        {
            "schema": PARTITION_SCHEMA,
            **base_document(base, layers, options, problems=found.problems),
            "control_m2": rounded(found.control_m2),
            "control_plane_m2": rounded(found.control_plane_m2),
            "residual_m2": rounded(found.residual_m2),
            "pieces": [_piece(found, row) for row in range(len(found.line))],
            "outside_m2": {k: rounded(v) for k, v in found.outside_m2.items()},
            "covered_twice": [
                {
                    "layer": pair.layer,
                    "features": [pair.first, pair.second],
                    "area_m2": rounded(pair.area_m2),
                    "residue": pair.residue,
                }
                for pair in found.twice
            ],
        }
    )


def _piece(found: Partition, row: int) -> Json:
    return {
        "township": str(found.township[row]),
        "unit": str(found.unit[row]),
        "line": str(found.line[row]),
        "also": [one for one in str(found.also[row]).split("+") if one],
        "area_m2": rounded(float(found.area_m2[row])),
        "area_plane_m2": rounded(float(found.area_plane_m2[row])),
    }


def write_partition(
    found: Partition,
    base: Base,
    folder: Path,
    *,
    options: CheckOptions,
    lang: str = "zh",
) -> Path:
    """Write a partition: tables, ``partition.gpkg`` with style, project and map.

    Raises
    ------
    OutputError
        If the folder holds something, or cannot be written; nothing is left then.
    """
    from zoning.report.one_map.partition_map import write_partition_map

    closed = close_partition(found)
    contents = Contents(
        name="partition",
        title=text("one_map.title_partition", lang, base=base.name),
        base=base.name,
        document=partition_document(found, base, options),
        tables=partition_tables(closed, lang),
        layers={"partition": _frame(closed)},
        draw={"map.html": lambda p: write_partition_map(closed, base, p, lang=lang)},
    )
    return write_contents(folder, contents, lang=lang)


def _frame(closed: ClosedPartition) -> Any:
    found = closed.partition
    rows = [
        {
            "line": str(found.line[row]),
            "line_zh": line_name(str(found.line[row]), "zh"),
            "line_en": line_name(str(found.line[row]), "en"),
            "also": str(found.also[row]),
            "township": str(found.township[row]),
            "township_name": found.names.get(str(found.township[row]), ""),
            "unit": str(found.unit[row]),
            "unit_name": found.names.get(str(found.unit[row]), ""),
            "area_m2": float(closed.area["m2"][row]),
            "area_ha": float(closed.area["ha"][row]),
            "area_mu": float(closed.area["mu"][row]),
            "area_plane_m2": float(closed.area["plane_m2"][row]),
        }
        for row in range(len(found.line))
    ]
    return frame_of(rows, found.geometry.tolist(), crs=found.crs)
