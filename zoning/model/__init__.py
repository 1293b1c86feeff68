"""The values that pass between modules: frozen, plain, without behaviour.

Geometry inside is always in the *working plane* of the base (a metre CRS such
as EPSG:4546), two-dimensional and valid, unless a field says otherwise. Areas
are square metres on the CGCS2000 ellipsoid, lengths and distances metres;
names carry the unit.
"""

from zoning.model.audit_values import (
    AuditedLayer,
    AuditedRule,
    AuditProblem,
    AuditReport,
    AuditSeverity,
    AuditSource,
)
from zoning.model.base_values import (
    Absence,
    AttributeColumn,
    Base,
    Clause,
    GeometryColumn,
    HashesUsed,
    Layer,
    LayerInfo,
    LayoutPlan,
    Raster,
    Repair,
    TextColumn,
)
from zoning.model.columns import Column
from zoning.model.results import (
    ClauseSource,
    ConflictShape,
    FeatureOverlap,
    Finding,
    Gap,
    LayoutHit,
    NearestFeature,
    PackInfo,
    Report,
    Residue,
    SiteResult,
    Terrain,
    UnitShare,
)
from zoning.model.site_values import (
    CheckOptions,
    DeclaredEvidence,
    Site,
    SiteSource,
)
from zoning.model.verdicts import LonLat, State, Verdict

__all__ = [
    "Absence",
    "AttributeColumn",
    "AuditProblem",
    "AuditReport",
    "AuditSeverity",
    "AuditSource",
    "AuditedLayer",
    "AuditedRule",
    "Base",
    "CheckOptions",
    "Clause",
    "ClauseSource",
    "Column",
    "ConflictShape",
    "DeclaredEvidence",
    "FeatureOverlap",
    "Finding",
    "Gap",
    "GeometryColumn",
    "HashesUsed",
    "Layer",
    "LayerInfo",
    "LayoutHit",
    "LayoutPlan",
    "LonLat",
    "NearestFeature",
    "PackInfo",
    "Raster",
    "Repair",
    "Report",
    "Residue",
    "Site",
    "SiteResult",
    "SiteSource",
    "State",
    "Terrain",
    "TextColumn",
    "UnitShare",
    "Verdict",
]
