"""`zoning doctor`: is this machine fit, and if not, what to do."""

import json
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version

import click

from zoning.cli.console import stdout_console, text
from zoning.cli.options import json_option, lang_option

__all__ = ["Examination", "command", "examine"]

LIBRARIES = ("shapely", "pyproj", "pyogrio", "rasterio", "geopandas", "folium", "numpy")
CONTROL_POINT = (109.88, 31.08)
CONTROL_XY = (393_121.424, 3_440_383.244)  # EPSG:4546 of the point


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """One thing looked at: whether it is well, what was found, what to do."""

    what: str
    well: bool
    found: str
    cure: str = ""


@click.command("doctor")
@json_option
@lang_option
def command(*, as_json: bool, lang: str) -> int:
    """检查本机环境 check versions, CRS tables, fonts, encodings, disk."""
    results = examine()
    if as_json:
        sys.stdout.flush()
        document = [asdict(result) for result in results]
        sys.stdout.buffer.write(json.dumps(document, ensure_ascii=False).encode())
        return 0
    console = stdout_console()
    for result in results:
        word = text("ok" if result.well else "bad", lang)
        line = f"{word}  {result.what}: {result.found}"
        console.print(line if result.well else f"{line} → {result.cure}", markup=False)
    return 0


def examine() -> tuple[Examination, ...]:
    """Look at everything a check and a report need."""
    looks: tuple[Callable[[], Examination], ...] = (
        _versions,
        _projections,
        _gdal,
        _reading,
        _font,
        _encoding,
        _disk,
        _sample,
    )
    return tuple(look() for look in looks)


def _versions() -> Examination:
    found = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return Examination(
        what="Python", well=True, found=f"{platform.python_version()}; {found}"
    )


def _projections() -> Examination:
    from pyproj import Transformer
    from pyproj.network import is_network_enabled  # type: ignore[attr-defined]

    transformer = Transformer.from_crs("EPSG:4490", "EPSG:4546", always_xy=True)
    x, y = transformer.transform(*CONTROL_POINT)
    near = abs(x - CONTROL_XY[0]) < 1 and abs(y - CONTROL_XY[1]) < 1
    return Examination(
        what="PROJ",
        well=near and not is_network_enabled(),
        found=f"EPSG:4546 {x:.3f}, {y:.3f}; network off",
        cure="pip install --force-reinstall pyproj",
    )


def _gdal() -> Examination:
    import pyogrio
    import rasterio

    drivers = pyogrio.list_drivers()
    vrt = "OGR_VRT" in drivers
    return Examination(
        what="GDAL",
        well=not vrt,
        found=f"pyogrio {pyogrio.__gdal_version__}, "
        f"rasterio {rasterio.__gdal_version__}",
        cure="import zoning before pyogrio and rasterio",
    )


def _reading() -> Examination:
    """Start the process that native parsers read in, and ask what holds it."""
    from zoning import guard
    from zoning.io.asking import confinement
    from zoning.io.reader_lost import ReaderLostError

    where = guard.native_reading()
    try:
        held = confinement()
    except ReaderLostError as lost:
        return Examination(
            what="GDAL reading",
            well=False,
            found=f"{where}: {lost.detail}",
            cure="ZONING_WORKER=off, for files that are trusted",
        )
    return Examination(
        what="GDAL reading",
        well=where != guard.IN_PROCESS,
        found=": ".join(filter(None, (where, ", ".join(held)))),
        cure="unset ZONING_WORKER",
    )


def _font() -> Examination:
    from zoning.report.fonts import font_path

    path = font_path()
    return Examination(
        what="CJK font",
        well=path.is_file(),
        found=path.name,
        cure="pip install --force-reinstall zoning",
    )


def _encoding() -> Examination:
    encoding = (sys.stdout.encoding or "").lower()
    well = encoding in {"utf-8", "utf8", "gbk", "gb18030", "cp936"}
    return Examination(
        what="console",
        well=well,
        found=encoding,
        cure="PYTHONIOENCODING=utf-8",
    )


def _disk() -> Examination:
    import psutil

    free = psutil.disk_usage(".").free / 1e9
    memory = psutil.virtual_memory().available / 1e9
    return Examination(
        what="disk, memory",
        well=free > 1 and memory > 1,
        found=f"{free:.1f} GB, {memory:.1f} GB",
        cure="free 1 GB of disk and memory",
    )


def _sample() -> Examination:
    from zoning.samples.places import sample_folder

    path = sample_folder()
    return Examination(
        what="sample base",
        well=path is not None,
        found="-" if path is None else "zoning.yaml",
        cure="pip install --force-reinstall zoning",
    )
