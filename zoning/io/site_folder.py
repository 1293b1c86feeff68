"""Which files of a folder are project sites: none that could be one is passed over.

What is read goes in, and so does what may hold a plot and cannot be read, such as
a DWG or a folder of more files: it becomes a rejected row. Documents, pictures,
rasters and what is unknown are named, for somebody to look at.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from zoning.io.formats import READ_SUFFIXES
from zoning.io.refused_files import refused_file

__all__ = ["SiteFolder", "is_companion", "look_into", "site_files"]

_WITHOUT_SHAPES = {"layer_file", "pdf", "picture", "raster", "word"}
"""Kinds of files that name a plot or picture it, and hold no outline to check."""
_PART = "shapefile_part"
_NOTES = ".shp.xml"
_SETTINGS = {".yaml", ".yml"}
_OTHER_FOLDERS = ("MANIFEST.json", "zoning.yaml")
"""A folder that holds one of these is a run or a base."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFolder:
    """The files of a folder: those that are sites, and those that are not, by name."""

    sites: tuple[Path, ...]
    others: tuple[Path, ...]


def look_into(folder: Path) -> SiteFolder:
    """Sort what lies in a folder.

    Hidden files, the locks of an office program, companions of a Shapefile that
    is there, settings (YAML), runs and bases are neither sites nor worth naming.
    """
    members = sorted(
        path for path in folder.iterdir() if not path.name.startswith((".", "~$"))
    )
    shapefiles = {p.stem for p in members if p.suffix.lower() == ".shp"}
    sites, others = list[Path](), list[Path]()
    for path in members:
        if _is_site(path, shapefiles):
            sites.append(path)
        elif path.is_file() and not _belongs(path, shapefiles):
            others.append(path)
    return SiteFolder(sites=tuple(sites), others=tuple(others))


def site_files(folder: Path) -> list[Path]:
    """Return the site files of a folder, by name."""
    return list(look_into(folder).sites)


def _is_site(path: Path, shapefiles: set[str]) -> bool:
    suffix = path.suffix.lower()
    if path.is_dir():
        return suffix == ".gdb" or _holds_sites(path)
    if suffix in READ_SUFFIXES:
        return True
    kind = refused_file(suffix, b"")
    if kind is None or kind.id in _WITHOUT_SHAPES:
        return False
    return not _belongs(path, shapefiles)


def _holds_sites(folder: Path) -> bool:
    """Say whether sites lie in a folder or below; none do in a run or a base."""
    if any((folder / name).exists() for name in _OTHER_FOLDERS):
        return False
    return bool(look_into(folder).sites)


def _belongs(path: Path, shapefiles: set[str]) -> bool:
    """Say whether a file goes with another: of a Shapefile, or settings."""
    return path.suffix.lower() in _SETTINGS or is_companion(path, shapefiles)


def is_companion(path: Path, shapefiles: Collection[str]) -> bool:
    """Say whether a file belongs to one of the Shapefiles of these stems."""
    if path.name.lower().endswith(_NOTES):
        return path.name[: -len(_NOTES)] in shapefiles
    kind = refused_file(path.suffix, b"")
    return kind is not None and kind.id == _PART and path.stem in shapefiles
