"""What a project does to a model of corridors, and what would give it back."""

from zoning.linkage.impact.judging import PLOTS, judge_site
from zoning.linkage.impact.standing import KeptModel, Standing, standing_of
from zoning.linkage.impact.values import (
    ImpactListener,
    ImpactOptions,
    ImpactReport,
    LinkEffect,
    Measure,
    NetEffect,
    SourceEffect,
)

__all__ = [
    "PLOTS",
    "ImpactListener",
    "ImpactOptions",
    "ImpactReport",
    "KeptModel",
    "LinkEffect",
    "Measure",
    "NetEffect",
    "SourceEffect",
    "Standing",
    "judge_site",
    "standing_of",
]
