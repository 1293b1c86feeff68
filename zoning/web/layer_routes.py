"""Routes of the map: what layers there are, their tiles and their features."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from zoning.web.answers import PlainJson
from zoning.web.desk import Desk
from zoning.web.refusals import RefusedError
from zoning.web.tile_store import StoredTile

__all__ = ["layer_router"]

Json = dict[str, Any]
LayerId = Annotated[str, Path(pattern=r"^[a-z_]{1,40}$")]
Key = Annotated[str, Path(pattern=r"^[0-9a-f]{1,64}$")]
Zoom = Annotated[int, Path(ge=4, le=20)]
Place = Annotated[int, Path(ge=0, lt=1 << 20)]
Row = Annotated[int, Path(ge=0, lt=1 << 40)]
_TILE = "application/vnd.mapbox-vector-tile"
_FOREVER = "private, max-age=31536000, immutable"


def layer_router(desk: Desk) -> APIRouter:
    """Return the routes of the map."""
    router = APIRouter(default_response_class=PlainJson, tags=["layers"])

    @router.get("/api/layers")
    async def layers() -> PlainJson:
        """Say what the base holds: legend, edition, authority, standing."""
        found = await desk.draw("base")
        more = {
            "rules": found.header["rules"],
            "corridors": desk.settings.corridors is not None,
        }
        return PlainJson(found.header["base"] | more)

    @router.get("/api/layers/{layer}/features/{row}")
    async def feature(layer: LayerId, row: Row) -> PlainJson:
        """Return the attributes of one feature; tiles carry its row as number."""
        found = await desk.draw("feature", layer=layer, row=row)
        return PlainJson({key: found.header[key] for key in ("id", "attributes")})

    @router.get("/tiles/{layer}/{key}/{z}/{x}/{y}")
    async def tile(
        *, request: Request, layer: LayerId, key: Key, z: Zoom, x: Place, y: Place
    ) -> Response:
        """Return a vector tile (MVT); `key` is that of the layer in /api/layers.

        Its layer `layer` holds features one by one, `merged` those too small for
        that, as the ground they cover.
        """
        if x >= 1 << z or y >= 1 << z:
            raise RefusedError("DESK_NOT_FOUND")
        where = f"{z}-{x}-{y}"
        kept = desk.tiles.take(layer, key, place=where)
        if kept is not None:
            return _answer(kept, lasting=True)
        found = await desk.draw_for(request, "tile", layer=layer, z=z, x=x, y=y)
        made = StoredTile(
            content=bytes(found.whole[0]),
            there=int(found.header["there"]),
            shown=int(found.header["shown"]),
        )
        if found.header["key"] != key:  # an address of before the layer changed
            return _answer(made, lasting=False)
        desk.tiles.keep(layer, key, place=where, tile=made)
        return _answer(made, lasting=True)

    return router


def _answer(tile: StoredTile, *, lasting: bool) -> Response:
    headers = {
        "Cache-Control": _FOREVER if lasting else "no-store",
        "X-Zoning-Features": str(tile.there),
        "X-Zoning-Shown": str(tile.shown),
    }
    return Response(tile.content, media_type=_TILE, headers=headers)
