"""One row of a site file, before it has an identifier and a project."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shapely.geometry.base import BaseGeometry

from zoning.errors import Problem

__all__ = ["SiteRow"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SiteRow:
    """What a format reader makes of one parcel, feature or record.

    Parameters
    ----------
    geometry : geometry or None
        In `crs`, x = east or longitude, 2-D and valid; None when rejected.
    crs : str or None
        As the file states it, whatever the datum.
    number, name, project_name : str
        Parcel number, parcel name, name of the project; empty when not given.
    open_readings : tuple of str
        As in `zoning.model.Site`.
    """

    geometry: BaseGeometry | None = None
    crs: str | None = None
    number: str = ""
    name: str = ""
    project_name: str = ""
    encoding: str | None = None
    area_declared_m2: float | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    open_readings: tuple[str, ...] = ()
    rejection: Problem | None = None
