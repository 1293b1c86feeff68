"""Routes of the map: what layers there are, their tiles and their features."""

import contextlib
import re
import shutil
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from zoning.web.answers import PlainJson
from zoning.web.desk import Desk
from zoning.web.refusals import RefusedError

__all__ = ["layer_router"]

Json = dict[str, Any]
LayerId = Annotated[str, Path(pattern=r"^[a-z_]{1,40}$")]
Key = Annotated[str, Path(pattern=r"^[0-9a-f]{1,64}$")]
Zoom = Annotated[int, Path(ge=4, le=20)]
Place = Annotated[int, Path(ge=0, lt=1 << 20)]
Row = Annotated[int, Path(ge=0, lt=1 << 40)]
_TILE = "application/vnd.mapbox-vector-tile"
_FOREVER = "private, max-age=31536000, immutable"
_STORED = re.compile(r"-(\d+)-(\d+)\.mvt$")


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
        *, layer: LayerId, key: Key, z: Zoom, x: Place, y: Place
    ) -> Response:
        """Return a vector tile (MVT); `key` is that of the layer in /api/layers."""
        if x >= 1 << z or y >= 1 << z:
            raise RefusedError("DESK_NOT_FOUND")
        folder = desk.tiles / f"{layer}-{key}"
        stored = _stored(folder, f"{z}-{x}-{y}")
        if stored is not None:
            return stored
        found = await desk.draw("tile", layer=layer, z=z, x=x, y=y)
        content = bytes(found.whole[0])
        there, shown = int(found.header["there"]), int(found.header["shown"])
        if found.header["key"] != key:  # an address of before the layer changed
            return _answer(content, there, shown, lasting=False)
        _store(folder / f"{z}-{x}-{y}-{there}-{shown}.mvt", content)
        return _answer(content, there, shown, lasting=True)

    return router


def _stored(folder: FilePath, place: str) -> Response | None:
    for path in folder.glob(f"{place}-*.mvt"):
        counts = _STORED.search(path.name)
        if counts is not None:
            with contextlib.suppress(OSError):
                there, shown = int(counts[1]), int(counts[2])
                return _answer(path.read_bytes(), there, shown, lasting=True)
    return None


def _store(path: FilePath, content: bytes) -> None:
    """Keep a tile; where that cannot be it is made again."""
    with contextlib.suppress(OSError):
        if not path.parent.is_dir():
            _forget_earlier(path.parent)
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(".tmp")
        aside.write_bytes(content)
        aside.replace(path)


def _forget_earlier(folder: FilePath) -> None:
    """Remove the tiles of earlier editions of the layer."""
    layer = folder.name.rpartition("-")[0]
    for old in folder.parent.glob(f"{layer}-*"):
        shutil.rmtree(old, ignore_errors=True)


def _answer(content: bytes, there: int, shown: int, *, lasting: bool) -> Response:
    headers = {
        "Cache-Control": _FOREVER if lasting else "no-store",
        "X-Zoning-Features": str(there),
        "X-Zoning-Shown": str(shown),
    }
    return Response(content, media_type=_TILE, headers=headers)
