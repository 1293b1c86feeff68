"""Parcels on their way from one file format to another."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shapely.geometry.base import BaseGeometry

from zoning.errors import Problem

__all__ = ["Parcel", "ParcelTable", "WrittenParcels"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parcel:
    """One parcel, feature or record.

    Parameters
    ----------
    number, name, project_name : str
        As every format has a place for them; empty when not given.
    geometry : geometry
        In the CRS of its table, x = east or longitude, 2-D and valid.
    area_declared_m2 : float or None
        What the source says, square metres.
    values : tuple of str
        Attributes in the order of the table's columns.
    """

    number: str
    name: str
    project_name: str
    geometry: BaseGeometry
    area_declared_m2: float | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ParcelTable:
    """Parcels in file order, in one CRS.

    Parameters
    ----------
    crs : str
        ``EPSG:n``.
    columns : tuple of str
        Names of the attributes, each once.
    roles : mapping of str to int
        Which column holds ``number``, ``name``, ``project_name`` and ``area``;
        a role that no parcel fills is left out.
    statements : mapping of str to str
        What the head of a boundary file says beside its CRS, by key.
    """

    crs: str
    columns: tuple[str, ...]
    roles: Mapping[str, int]
    parcels: tuple[Parcel, ...]
    statements: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WrittenParcels:
    """A file as bytes, and what a reader must find in it.

    Parameters
    ----------
    parts : mapping of str to bytes
        By what follows the stem of the file's name: ``.shp``, ``.dbf``, ....
    crs, encoding : str
        Of the file.
    parcels : tuple of Parcel
        As the file holds them: texts that it has no room for are cut here too.
    columns : tuple of str or None
        Names of their attributes; None when the format keeps none.
    remarks : tuple of Problem
        Everything that could not be carried as it was.
    """

    parts: Mapping[str, bytes]
    crs: str
    encoding: str
    parcels: tuple[Parcel, ...]
    columns: tuple[str, ...] | None = None
    remarks: tuple[Problem, ...] = field(default=())
