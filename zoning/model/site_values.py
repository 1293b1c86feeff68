"""Sites as read, and the settings of a check."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from shapely.geometry.base import BaseGeometry

from zoning.errors import Problem

__all__ = ["CheckOptions", "DeclaredEvidence", "Site", "SiteSource"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSource:
    """The file a site came from; `row` counts from 0 within it."""

    path: str
    sha256: str
    row: int
    crs: str | None = None
    encoding: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredEvidence:
    """A paper that the applicant says exists: printed as declared, not verified.

    `kind` is an id of terms.yaml ``evidence``; a paper dated after the check
    date does not count.
    """

    kind: str
    number: str
    date: date
    issuer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Site:
    """A project site as read.

    Parameters
    ----------
    geometry : geometry or None
        In `source.crs` (an EPSG code), x = east or longitude; None when
        rejected. Polygons, lines or points.
    crs : str or None
        CRS of `geometry`, such as ``EPSG:4525``.
    area_declared_m2 : float or None
        What the file says, in square metres.
    project : mapping of str to str
        Project attributes by the ids of terms.yaml ``attribute``; absent keys
        are unknown. Booleans are ``true`` or ``false``.
    evidence : tuple of DeclaredEvidence
        Opinions and approvals that the project file declares.
    attributes : mapping of str to str
        Other columns, as read.
    problems : tuple of Problem
        Warnings that do not stop the check (count mismatch, swapped axes...).
    open_readings : tuple of str
        Other systems that the coordinates may be in, since nothing in the file
        tells and nobody said: ``gcj02``, ``bd09``, or an EPSG code.
    rejection : Problem or None
        Why the site cannot be checked.
    """

    id: str
    name: str
    geometry: BaseGeometry | None
    crs: str | None
    source: SiteSource
    area_declared_m2: float | None = None
    project: Mapping[str, str] = field(default_factory=dict)
    evidence: tuple[DeclaredEvidence, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    open_readings: tuple[str, ...] = ()
    rejection: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions:
    """Settings of a check; all are printed in the report.

    Parameters
    ----------
    as_of : date
        Day on which the application was accepted; picks law and editions.
    residue_area_m2, residue_width_m : float
        An overlap smaller than the area *and* vanishing when shrunk by half
        the width is residue: listed, never dropped.
    near_m : float
        How far the nearest feature is looked for as evidence.
    """

    as_of: date
    residue_area_m2: float = 1.0
    residue_width_m: float = 0.1
    near_m: float = 5000.0
