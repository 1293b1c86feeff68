"""The CRS of a column in PostGIS: what its SRID says, and whether it is true.

An SRID is a key of ``spatial_ref_sys``, a table that anybody with the right
may edit. Its authority, its well-known text and its PROJ text each state the
system; they are compared with one another and with PROJ's own definition.
"""

from zoning.errors import LayerError
from zoning.io.crs_text import agrees, parsed
from zoning.model.problems import layer_problem

__all__ = ["crs_of_row"]

EPSG = "EPSG"


def crs_of_row(
    srid: int, row: tuple[str | None, int | None, str | None, str | None], layer_id: str
) -> str:
    """Return the CRS of an SRID: ``EPSG:n``, or well-known text where it is none.

    Parameters
    ----------
    srid : int
    row : tuple
        ``auth_name, auth_srid, srtext, proj4text`` of ``spatial_ref_sys``.
    layer_id : str
        For messages.

    Raises
    ------
    LayerError
        ``DATABASE_SRID_DOUBTFUL`` when the row contradicts itself or EPSG.
    """
    authority, number, text, proj = row
    stated = [one for one in (text, proj) if one and one.strip()]
    if (authority or "").upper() != EPSG or not number:
        if not stated:
            raise _doubtful(srid, "srtext", layer_id)
        code, reference = stated[0], parsed(stated[0])
    else:
        code, reference = f"EPSG:{number}", parsed(f"EPSG:{number}")
    if reference is None:
        raise _doubtful(srid, code[:40], layer_id)
    if number and number != srid and parsed(f"EPSG:{srid}") is not None:
        raise _doubtful(srid, f"auth_srid {number}", layer_id)
    names = {text: "srtext", proj: "proj4text"}
    for one in stated:
        if not agrees(one, reference):
            raise _doubtful(srid, f"{names[one]} ≠ {code[:40]}", layer_id)
    if not stated:
        raise _doubtful(srid, "srtext", layer_id)
    return code


def _doubtful(srid: int, detail: str, layer_id: str) -> LayerError:
    values = {"srid": str(srid), "detail": detail}
    return LayerError(layer_problem("DATABASE_SRID_DOUBTFUL", layer_id, **values))
