"""A folder as a county clerk has it, made of the sample county's layers.

Mixed names, four CRS, GBK without a word of it, a zip, a file geodatabase, a
stray old vintage, and what lies about in every office folder. Nothing but the
drawing of the files is shared with the package: geopandas writes them.
"""

import shutil
import zipfile
from pathlib import Path

import geopandas
from geopandas import GeoDataFrame

__all__ = ["CRS_IN_USE", "write_clerk_folder"]

CRS_IN_USE = ("EPSG:4525", "EPSG:4490", "EPSG:4544", "EPSG:4546")
FARMLAND = Path("永农2022/巫山永久基本农田（终稿）.shp")
RED_LINE = Path("生态红线报部版.zip")
OLD_RED_LINE = Path("旧/生态保护红线2018.shp")
URBAN = Path("三区三线/CZKFBJ.shp")
UNITS = Path("三线一单.gdb")
COPIED = {
    "county.gpkg": "行政区划/县界.gpkg",
    "XZQ.gpkg": "行政区划/XZQ.gpkg",
    "HL.gpkg": "水系/河流2021.gpkg",
    "AXGNQ.gpkg": "水系/岸线功能区.gpkg",
    "准入清单.xlsx": "三线一单/准入清单（2024版）.xlsx",
    "ZRBHD.gpkg": "自然保护地.gpkg",
    "YYSSYBHQ.gpkg": "饮用水水源保护区.gpkg",
}
LITTER = {
    "Thumbs.db": b"\xd0\xcf\x11\xe0",
    "说明.txt": "底图请以最新成果为准".encode("gb18030"),
    "永农2022/~$审查意见.docx": b"\x00" * 54,
    "规划总图.dwg": b"AC1027" + b"\x00" * 100,
}


def write_clerk_folder(samples: Path, folder: Path) -> None:
    """Write the folder.

    Parameters
    ----------
    samples : Path
        The sample base, ``data/sample_layers``.
    folder : Path
        To be made.
    """
    for source, name in COPIED.items():
        target = _place(folder, Path(name))
        shutil.copy(samples / source, target)
    _gbk_without_a_word(samples / "YJJBNTTB.shp", _place(folder, FARMLAND))
    red_line = geopandas.read_file(samples / "STBHHX.gpkg").to_crs("EPSG:4490")
    _zipped(red_line, _place(folder, RED_LINE))
    old = red_line.to_crs("EPSG:4546")
    old["geometry"] = old.geometry.buffer(-150)
    old = old[~old.geometry.is_empty]
    _shapefile(old, _place(folder, OLD_RED_LINE))
    _shapefile(
        geopandas.read_file(samples / "CZKFBJ.shp").to_crs("EPSG:4546"),
        _place(folder, URBAN),
    )
    units = geopandas.read_file(samples / "HJGKDY.gpkg").to_crs("EPSG:4544")
    units.to_file(folder / UNITS, layer="HJGKDY", driver="OpenFileGDB")
    for name, content in LITTER.items():
        _place(folder, Path(name)).write_bytes(content)


def _place(folder: Path, name: Path) -> Path:
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def _shapefile(frame: GeoDataFrame, path: Path) -> None:
    """Write a Shapefile in GBK; a single outline among many needs no promotion."""
    frame.to_file(path, driver="ESRI Shapefile", encoding="GBK")


def _gbk_without_a_word(source: Path, target: Path) -> None:
    """Write a Shapefile whose text is GBK while neither .cpg nor .dbf says so."""
    _shapefile(geopandas.read_file(source).to_crs("EPSG:4525"), target)
    target.with_suffix(".cpg").unlink(missing_ok=True)
    table = target.with_suffix(".dbf")
    content = bytearray(table.read_bytes())
    content[29] = 0  # the language byte
    table.write_bytes(content)


def _zipped(frame: GeoDataFrame, target: Path) -> None:
    aside = target.parent / "aside"
    aside.mkdir()
    _shapefile(frame, aside / "STBHHX.shp")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(aside.iterdir()):
            archive.write(path, f"STBHHX/{path.name}")
    shutil.rmtree(aside)
