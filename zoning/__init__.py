"""Offline checks of project sites against plans, rules and the corridor layout.

The public names load on first use, so that importing the package stays quick.
"""

from importlib import import_module
from typing import Any

from zoning import guard

__version__ = "0.1.0"

_PUBLIC = {
    "CheckOptions": "zoning.model",
    "ImpactOptions": "zoning.linkage.impact",
    "account_for_changes": "zoning.one_map",
    "audit_base": "zoning.api",
    "build_corridors": "zoning.corridor_models",
    "corridor_impact": "zoning.corridor_models",
    "built_land_headroom": "zoning.one_map",
    "check_batch": "zoning.api",
    "check_sites": "zoning.api",
    "draw_map": "zoning.api",
    "open_base": "zoning.api",
    "partition_county": "zoning.one_map",
    "read_sites": "zoning.api",
    "reconcile_lines": "zoning.one_map",
    "tabulate_areas": "zoning.one_map",
    "write_run": "zoning.api",
}

__all__ = [
    "CheckOptions",
    "ImpactOptions",
    "__version__",
    "account_for_changes",
    "audit_base",
    "build_corridors",
    "built_land_headroom",
    "check_batch",
    "check_sites",
    "corridor_impact",
    "draw_map",
    "guard",
    "open_base",
    "partition_county",
    "read_sites",
    "reconcile_lines",
    "tabulate_areas",
    "write_run",
]


def __getattr__(name: str) -> Any:
    """Load a public name from the module that owns it."""
    if name not in _PUBLIC:
        raise AttributeError(name)
    return getattr(import_module(_PUBLIC[name]), name)
