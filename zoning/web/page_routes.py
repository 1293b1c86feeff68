"""Routes of the page itself: its files, its words, and the way in."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Response
from starlette.responses import FileResponse

from zoning import strict_yaml, terms
from zoning.model import State, Verdict
from zoning.report.styles import state_colour, text_colour, verdict_colour
from zoning.web.answers import PlainJson
from zoning.web.desk import Desk
from zoning.web.form import attribute_fields
from zoning.web.processes import landing_page
from zoning.web.refusals import RefusedError
from zoning.web.run_routes import RUN_FILES
from zoning.web.shield import COOKIE

__all__ = ["desk_texts", "page_router"]

Json = dict[str, Any]
_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".otf": "font/otf",
}
_GROUPS = (
    *("state", "verdict", "layer", "scope", "relation", "confidence", "map_item"),
    "evidence",
)
_BORROWED = {
    "leaflet.js": "leaflet/leaflet.js",
    "leaflet.css": "leaflet/leaflet.css",
    "font.otf": "fonts/ZoningSansSC.otf",
}
"""Vendored once, with the map of a run; name here and there."""


def page_router(desk: Desk) -> APIRouter:
    """Return the routes of the page."""
    router = APIRouter(default_response_class=PlainJson, include_in_schema=False)

    @router.get("/")
    def page(accept: Annotated[str, Header()] = "") -> Response:
        if accept.partition(",")[0].strip().startswith("application/json"):
            return PlainJson(landing_page())
        return _file("index.html")

    @router.get("/docs")
    def documentation() -> FileResponse:
        return _file("docs.html")

    @router.get("/static/{name:path}")
    def static(name: Annotated[str, Path(max_length=80)]) -> FileResponse:
        return _file(name)

    @router.post("/api/session")
    def session() -> PlainJson:
        """Trade the token of the address for a cookie that no script can read."""
        answer = PlainJson({"base": desk.settings.base.resolve().name})
        answer.set_cookie(
            COOKIE, desk.settings.token, httponly=True, samesite="strict", path="/"
        )
        return answer

    @router.get("/api/texts")
    def texts() -> PlainJson:
        return PlainJson(_words())

    return router


def _file(name: str) -> FileResponse:
    """Return a file of the page; nothing but what ships with it has a name here."""
    found = _static().get(name)
    if found is None:
        raise RefusedError("DESK_NOT_FOUND")
    return FileResponse(found, media_type=_KINDS[found.suffix])


@cache
def _static() -> Mapping[str, FilePath]:
    package = FilePath(str(files("zoning")))
    own, theirs = package / "web/static", package / "report/static"
    shipped = {
        path.relative_to(own).as_posix(): path
        for path in own.rglob("*")
        if path.is_file() and path.suffix in _KINDS
    }
    return shipped | {name: theirs / place for name, place in _BORROWED.items()}


@cache
def desk_texts() -> Mapping[str, Mapping[str, str]]:
    """Return the words of the page by key and language."""
    path = files("zoning").joinpath("web/texts.yaml")
    loaded: Mapping[str, Mapping[str, str]] = strict_yaml.load_text(
        path.read_text(encoding="utf-8")
    )
    return loaded


@cache
def _words() -> Json:
    verdicts = {str(one): verdict_colour(one) for one in Verdict}
    states = {str(one): state_colour(one) for one in State}
    colours = {
        name: {"fill": colour, "text": text_colour(colour)}
        for name, colour in (verdicts | states).items()
    }
    return {
        "texts": desk_texts(),
        "terms": {name: terms.group(name) for name in _GROUPS},
        "colours": colours,
        "attributes": attribute_fields(),
        "files": RUN_FILES,
    }
