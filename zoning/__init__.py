"""Offline checks of project sites against plans, rules and the corridor layout.

The public names load on first use, so that importing the package stays quick.
"""

from importlib import import_module
from typing import Any

from zoning import guard

__version__ = "0.1.0"

_PUBLIC = {
    "CheckOptions": "zoning.model",
    "check_batch": "zoning.api",
    "check_sites": "zoning.api",
    "draw_map": "zoning.api",
    "open_base": "zoning.api",
    "read_sites": "zoning.api",
    "write_run": "zoning.api",
}

__all__ = [
    "CheckOptions",
    "__version__",
    "check_batch",
    "check_sites",
    "draw_map",
    "guard",
    "open_base",
    "read_sites",
    "write_run",
]


def __getattr__(name: str) -> Any:
    """Load a public name from the module that owns it."""
    if name not in _PUBLIC:
        raise AttributeError(name)
    return getattr(import_module(_PUBLIC[name]), name)
