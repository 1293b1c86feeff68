"""Features whose geometry is well-known binary to site rows."""

from dataclasses import replace

from zoning.errors import Problem, SiteError
from zoning.io.feature_row import feature_row
from zoning.io.site_row import SiteRow
from zoning.io.wkb import read_wkb

__all__ = ["wkb_row"]


def wkb_row(
    described: SiteRow,
    content: bytes | None,
    *,
    stated: str | None,
    argument: str | None,
    where: str,
) -> SiteRow:
    """Complete a row with the geometry of its bytes, or with why it has none.

    Parameters
    ----------
    described : SiteRow
        Attributes alone, as of `zoning.io.feature_row.described_row`.
    content : bytes or None
        Well-known binary, x = east or longitude; None where the value is null.
    stated, argument : str or None
        ``EPSG:n`` of the file and of the caller.
    where : str
        Place for the messages.
    """
    if content is None:
        problem = Problem(code="GEOMETRY_MISSING", where=where)
        return replace(described, rejection=problem)
    try:
        found = read_wkb(content, where)
    except SiteError as error:
        return replace(described, rejection=error.problem)
    row = feature_row(
        described, found.outline, stated=stated, argument=argument, where=where
    )
    if not found.arcs or row.rejection is not None:
        return row
    note = Problem(code="ARC_LINEARISED", where=where)
    return replace(row, problems=(*row.problems, note))
