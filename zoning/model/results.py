"""What a check finds out: findings, gaps, shapes, and the report."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from shapely.geometry.base import BaseGeometry

from zoning.errors import Problem
from zoning.model.base_values import Base
from zoning.model.site_values import CheckOptions, Site
from zoning.model.verdicts import LonLat, State, Verdict

__all__ = [
    "ClauseSource",
    "ConflictShape",
    "FeatureOverlap",
    "Finding",
    "Gap",
    "LayoutHit",
    "NearestFeature",
    "PackInfo",
    "Report",
    "Residue",
    "SiteResult",
    "Terrain",
    "UnitShare",
    "exit_code_of",
    "worst_verdict",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseSource:
    """The article a finding stands on, as in force on the check date."""

    document: str
    number: str
    clause: str
    effective_from: str | None
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureOverlap:
    """One feature's part in a finding."""

    id: str
    name: str
    overlap_m2: float
    length_m: float | None
    overlap_class: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestFeature:
    """The nearest feature and how far it is (0 when met)."""

    id: str
    name: str
    distance_m: float
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one rule says of one site, with the numbers it stands on.

    `layer` is the layer id; `view` the part of it that the rule reads. CLEAR
    carries evidence: `nearest` (or that there is none within reach).
    `names_project` is True where the rule is written for such projects (houses,
    chemical plants) and not for any taking of land.
    """

    rule_id: str
    scope: str
    title: Mapping[str, str]
    state: State
    severity: str
    layer: str
    view: str
    relation: str
    overlap_m2: float = 0.0
    overlap_m2_deduplicated: float = 0.0
    share: float = 0.0
    length_m: float | None = None
    distance_m: float | None = None
    threshold: Mapping[str, float] = field(default_factory=dict)
    features: tuple[FeatureOverlap, ...] = ()
    nearest: NearestFeature | None = None
    witness: LonLat | None = None
    reason: str | None = None
    questions: tuple[Mapping[str, str], ...] = ()
    needs: tuple[Mapping[str, str], ...] = ()
    notes: tuple[Mapping[str, str], ...] = ()
    source: ClauseSource | None = None
    names_project: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something in scope that was not checked, and what to do about it."""

    rule_id: str
    layer: str
    problem: Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Residue:
    """An overlap within the printed boundary tolerance."""

    layer: str
    feature: str
    overlap_m2: float
    width_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitShare:
    """A control unit that the site lies in."""

    code: str
    name: str
    unit_class: str
    overlap_m2: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LayoutHit:
    """A belt, screen, corridor or patch that the site meets.

    `width_m` and `width_left_m` are those of the narrowest section that the
    site cuts, before and after; None where no width can be taken. `trim` is
    the part of the site to give up so that the target width is left (working
    plane), None when nothing is owed or no trim suffices. `narrow_before`: less
    than the target is left, and no section that the site cuts had it before.
    `cut_through`: no way along the corridor is left past the site.
    """

    feature: str
    name: str
    kind: str
    overlap_m2: float
    share: float
    length_m: float | None = None
    target_width_m: float | None = None
    width_m: float | None = None
    width_left_m: float | None = None
    section: BaseGeometry | None = None
    trim: BaseGeometry | None = None
    trim_m2: float | None = None
    narrow_before: bool = False
    cut_through: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Terrain:
    """Slope, elevation and cover of the site from the base's rasters.

    Slopes in degrees, elevations in metres of `vertical_datum`; `cover` maps
    the land-cover code (text) to its share of the site; `gap_share` is the part
    of the site without slope.
    """

    elevation_min_m: float | None = None
    elevation_mean_m: float | None = None
    elevation_max_m: float | None = None
    vertical_datum: str | None = None
    slope_mean_deg: float | None = None
    slope_max_deg: float | None = None
    slope_ge_25_share: float | None = None
    cover: Mapping[str, float] = field(default_factory=dict)
    gap_share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ConflictShape:
    """The common part of a site and a feature, in the working plane."""

    site_id: str
    layer: str
    feature: str
    feature_name: str
    geometry: BaseGeometry
    overlap_m2: float
    length_m: float | None
    overlap_class: str
    state: State
    rule_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SiteResult:
    """Everything found out about one site. `geometry`: working plane."""

    site: Site
    verdict: Verdict
    complete: bool
    geometry: BaseGeometry | None = None
    area_m2: float | None = None
    area_plane_m2: float | None = None
    length_m: float | None = None
    problems: tuple[Problem, ...] = ()
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    residue: tuple[Residue, ...] = ()
    units: tuple[UnitShare, ...] = ()
    layout: tuple[LayoutHit, ...] = ()
    terrain: Terrain | None = None
    conflicts: tuple[ConflictShape, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackInfo:
    """A rule pack that was used."""

    id: str
    version: str
    sha256: str
    rules: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Report:
    """The answer: one `SiteResult` per site, in input order."""

    sites: tuple[SiteResult, ...]
    base: Base
    packs: tuple[PackInfo, ...]
    options: CheckOptions

    @property
    def verdict(self) -> Verdict:
        """Worst verdict of the sites that could be checked, else REJECTED."""
        return worst_verdict({site.verdict for site in self.sites})

    @property
    def complete(self) -> bool:
        """True when nothing in scope was left unchecked for any site."""
        return all(site.complete for site in self.sites)

    @property
    def exit_code(self) -> int:
        """Exit code of the command, as `exit_code_of`."""
        verdicts = {site.verdict for site in self.sites}
        return exit_code_of(verdicts, complete=self.complete)


def worst_verdict(verdicts: Collection[Verdict]) -> Verdict:
    """Return the worst verdict of sites that could be checked, else REJECTED."""
    checked = [verdict for verdict in Verdict if verdict in verdicts]
    checked = [verdict for verdict in checked if verdict is not Verdict.REJECTED]
    return checked[-1] if checked else Verdict.REJECTED


def exit_code_of(verdicts: Collection[Verdict], *, complete: bool) -> int:
    """Return 0 clear or notice and complete, 1 conflict, 3 rejected, 4 incomplete.

    Precedence 3 > 1 > 4 > 0 (product page 2). Without any site it is 4.
    """
    found = set(verdicts)
    if Verdict.REJECTED in found:
        return 3
    if found & {Verdict.PROHIBITED, Verdict.CONDITIONAL}:
        return 1
    return 0 if found and complete else 4
