"""A control layer with twenty known conflicts, damaged by chance from a seed.

The bytes of one file of the layer are flipped, cut, zeroed, doubled or moved;
what a reader then makes of it is compared with what was there.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["CRS", "FORMATS", "SITES", "Format", "damaged", "write_layer"]

CRS = "EPSG:4546"
_SEED = 20261124
_COUNT = 20
_AROUND = np.linspace(0, 2 * np.pi, 13)[:-1]


def _zones() -> list[shapely.Polygon]:
    """Return twenty twelve-sided zones of about 300 m, 700 m apart."""
    rng = np.random.default_rng(_SEED)
    zones = []
    for number in range(_COUNT):
        east = 392_000 + 700.0 * (number % 5)
        north = 3_432_000 + 700.0 * (number // 5)
        radius = 150.0 * rng.uniform(0.8, 1.2, len(_AROUND))
        ring = np.stack(
            [east + radius * np.cos(_AROUND), north + radius * np.sin(_AROUND)], axis=1
        )
        zones.append(shapely.Polygon(np.round(ring, 3)))
    return zones


ZONES = _zones()
SITES: NDArray[np.object_] = np.array(
    [shapely.box(*(zone.centroid.buffer(20).bounds)) for zone in ZONES], dtype=object
)
"""A site of 40 m within each zone: twenty conflicts that must not be lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format: the file that names it, and those that may be damaged."""

    name: str
    file: str
    parts: tuple[str, ...]
    write: Callable[[gpd.GeoDataFrame, Path], None]


FORMATS = (
    Format(
        name="Shapefile",
        file="zones.shp",
        parts=("zones.shp", "zones.shp", "zones.shx", "zones.dbf"),
        write=lambda table, path: table.to_file(path, encoding="UTF-8"),
    ),
    Format(
        name="GeoJSON",
        file="zones.geojson",
        parts=("zones.geojson",),
        write=lambda table, path: table.to_crs("EPSG:4490").to_file(
            path, driver="GeoJSON"
        ),
    ),
    Format(
        name="FlatGeobuf",
        file="zones.fgb",
        parts=("zones.fgb",),
        write=lambda table, path: table.to_file(path, driver="FlatGeobuf"),
    ),
    Format(
        name="GeoPackage",
        file="zones.gpkg",
        parts=("zones.gpkg",),
        write=lambda table, path: table.to_file(path, driver="GPKG", layer="zones"),
    ),
    Format(
        name="GeoParquet",
        file="zones.parquet",
        parts=("zones.parquet",),
        write=lambda table, path: table.to_parquet(path),
    ),
)


def write_layer(form: Format, folder: Path) -> Path:
    """Write the layer as the format has it; return the file that names it."""
    table = gpd.GeoDataFrame(
        {
            "BSM": [f"R{number + 1}" for number in range(_COUNT)],
            "HXMC": [f"红线{number + 1}" for number in range(_COUNT)],
            "ZRBHDFQ": ["核心保护区" if number % 3 else "" for number in range(_COUNT)],
        },
        geometry=ZONES,
        crs=CRS,
    )
    path = folder / form.file
    form.write(table, path)
    return path


def damaged(form: Format, good: Path, count: int) -> Iterator[tuple[str, bytes]]:
    """Yield a file name of the layer and other bytes for it, `count` times."""
    chance = random.Random(f"{_SEED} {form.name}")  # noqa: S311  damage, no secret
    contents = {part: good.with_name(part).read_bytes() for part in form.parts}
    made = 0
    while made < count:
        part = chance.choice(form.parts)
        spoilt = _spoilt(contents[part], chance)
        if spoilt != contents[part]:
            made += 1
            yield part, spoilt


def _spoilt(content: bytes, chance: random.Random) -> bytes:
    kind = chance.choice(
        ["flip", "flip", "flip", "byte", "cut", "zero", "double", "move"]
    )
    at = chance.randrange(len(content))
    length = chance.randint(1, max(1, min(64, len(content) - at)))
    block = content[at : at + length]
    if kind == "flip":
        other = bytearray(content)
        for _ in range(chance.randint(1, 4)):
            other[chance.randrange(len(other))] ^= 1 << chance.randrange(8)
        return bytes(other)
    if kind == "byte":
        return content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]
    if kind == "cut":
        return content[:at]
    if kind == "zero":
        return content[:at] + bytes(length) + content[at + length :]
    if kind == "double":
        return content[:at] + block + content[at:]
    rest = content[:at] + content[at + length :]
    place = chance.randrange(len(rest) + 1)
    return rest[:place] + block + rest[place:]
