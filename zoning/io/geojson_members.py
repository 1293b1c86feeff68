"""Members of GeoJSON objects, as sites and layers both take them."""

from typing import Any

__all__ = ["RFC7946", "RefusedJsonError", "crs_name", "unique_members"]

RFC7946 = "EPSG:4326"
"""What coordinates are in where no CRS is stated."""


class RefusedJsonError(ValueError):
    """A GeoJSON that says something twice, or otherwise than programs read it."""


def unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the members of an object; programs differ on which of two they take.

    Raises
    ------
    RefusedJsonError
        When one is there twice.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise RefusedJsonError(f"repeated key {repeated!r}")
    return found


def crs_name(member: Any) -> str:
    """Return what a ``crs`` member names; '' where it names nothing."""
    inner = member.get("properties") if isinstance(member, dict) else None
    inner = inner if isinstance(inner, dict) else {}
    return str(inner.get("name", inner.get("code", "")))
