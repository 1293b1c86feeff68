"""The sample base's own zoning.yaml and manifest.json."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from zoning.samples.sheet import Sheet
from zoning.samples.writing import files_of, layer_digest

__all__ = ["ABSENT", "OWN_RULES", "RASTERS", "base_text", "manifest"]

ABSENT = {
    "basic_farmland_reserve": (
        "本县尚未划定永久基本农田储备区",
        "示范县自然资源局说明（示范）",
        "2024-12-31",
    ),
}
"""Layer id → statement, source, date."""

RASTERS = {"dem": "dem.tif", "land_cover": "land_cover.tif"}
"""Layer id → file."""

OWN_RULES = "rules/demo_county.yaml"
"""The county's own rule pack."""

_SCOPE = (
    "three_lines",
    "control_units",
    "yangtze",
    "water",
    "protected_areas",
    "shoreline",
    "corridors",
    "forest",
    "soil",
    "heritage",
    "cropland",
)
_LAYOUT = (
    "layout:",
    "  counts: {belt: 2, screen: 4, corridor: 22}",
    '  built_up: ["80"]',
    "  source: 示范：名称中的数；代码见 land_cover_codes.csv",
)
_HEAD = """\
# 示范县底图清单。全部图层为合成的示范数据，不代表任何真实界线。
# The sample county's base: synthetic demonstration data, no real boundaries.
name: 示范县（示范数据）
demo: true
admin_code: "500237"
crs: EPSG:4546
"""


def _sha256(folder: Path, path: str) -> str:
    digest = hashlib.sha256()
    for part in files_of(folder / path):
        digest.update(part.read_bytes())
    return digest.hexdigest()


def _entry(folder: Path, sheets: Sequence[Sheet]) -> list[str]:
    first = sheets[0]
    lines = [f"path: {first.path}"]
    if len(sheets) > 1:
        names = ", ".join(str(sheet.sublayer) for sheet in sheets)
        lines.append(f"layers: [{names}]")
    lines += [
        f'edition: "{first.edition}"',
        "valid_to: null",
        "authority: statutory",
        f"coverage: {first.coverage}",
    ]
    if first.path.endswith(".shp"):
        lines.append("encoding: auto")
    lines += [
        f"sha256: {_sha256(folder, first.path)}",
        f"features: {sum(len(sheet.geometry) for sheet in sheets)}",
    ]
    return lines


def base_text(folder: Path, sheets: Mapping[str, Sequence[Sheet]], clauses: int) -> str:
    """Return the text of zoning.yaml.

    Parameters
    ----------
    sheets : mapping of layer id to sheets
        What was written under `folder`; several sheets are tables of one file.
    clauses : int
        Rows of the access list.
    """
    lines = ["county:", *(f"  {line}" for line in _entry(folder, sheets["county"]))]
    lines += [
        f"packs: [national, yangtze, chongqing, {OWN_RULES}]",
        f"scope: [{', '.join(_SCOPE)}]",
    ]
    lines.append("layers:")
    for layer_id, own in sheets.items():
        if layer_id != "county":
            lines.append(f"  {layer_id}:")
            lines += [f"    {line}" for line in _entry(folder, own)]
    lines += [
        "  access_list:",
        "    path: 准入清单.xlsx",
        '    edition: "2024-03-19"',
        "    authority: statutory",
        f"    sha256: {_sha256(folder, '准入清单.xlsx')}",
        f"    features: {clauses}",
    ]
    for layer_id, path in RASTERS.items():
        lines += [
            f"  {layer_id}:",
            f"    path: {path}",
            '    edition: "2023-12-31"',
            "    authority: statutory",
            *(['    vertical_datum: "1985"'] if layer_id == "dem" else []),
            f"    sha256: {_sha256(folder, path)}",
        ]
    for layer_id, (statement, source, date) in ABSENT.items():
        lines += [
            f"  {layer_id}:",
            "    absent: true",
            f"    statement: {statement}",
            f"    source: {source}",
            f'    date: "{date}"',
        ]
    lines += _LAYOUT
    return _HEAD + "\n".join(lines) + "\n"


def manifest(folder: Path, sheets: Sequence[Sheet], seed: int) -> dict[str, object]:
    """Return what manifest.json says: every layer's content, every file's bytes."""
    layers = [
        {
            "id": sheet.layer_id,
            "path": sheet.path,
            "sublayer": sheet.sublayer,
            "crs": sheet.crs,
            "features": len(sheet.geometry),
            "content_sha256": layer_digest(
                folder / sheet.path, sublayer=sheet.sublayer
            ),
        }
        for sheet in sheets
    ]
    for layer_id, path in RASTERS.items():
        layers.append(
            {
                "id": layer_id,
                "path": path,
                "sublayer": None,
                "crs": "EPSG:4546",
                "features": 1,
                "content_sha256": layer_digest(folder / path),
            }
        )
    files = {
        path.relative_to(folder).as_posix(): {
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "bytes": path.stat().st_size,
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in {"manifest.json", ".gitkeep"}
    }
    return {
        "schema": "zoning/sample-manifest/1",
        "statement": "示范数据：合成，非真实界线。Synthetic demonstration data.",
        "seed": seed,
        "layers": layers,
        "files": files,
    }
