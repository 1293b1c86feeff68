"""The application: routes behind a shield, and messages for what goes wrong."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import metadata

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from zoning.errors import Problem, ZoningError
from zoning.web.answers import PlainJson
from zoning.web.check_routes import check_router
from zoning.web.desk import Desk
from zoning.web.layer_routes import layer_router
from zoning.web.page_routes import page_router
from zoning.web.run_routes import run_router
from zoning.web.settings import DeskSettings
from zoning.web.shield import Shield, refusal

__all__ = ["make_app"]

_STATUS = {404: "DESK_NOT_FOUND", 405: "DESK_METHOD"}
_ANSWERS = {
    401: "token missing or wrong",
    403: "foreign host or page",
    404: "no such thing",
    410: "dismissed",
    409: "not in a state for that",
    413: "body too large",
    415: "content type not taken",
    422: "not understood, with the cure",
    429: "too many jobs of one caller",
    502: "the process of the job was lost",
    503: "the queue is full",
    504: "the job took too long",
    507: "no room for it in the desk's folder",
}


def make_app(settings: DeskSettings) -> FastAPI:
    """Return the application of a desk; its processes end with its lifespan."""
    desk = Desk(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        desk.close()

    app = FastAPI(
        title="zoning desk",
        version=metadata.version("zoning"),
        description="Checks of project sites on one base. Answers: zoning/verdict/1.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        default_response_class=PlainJson,
        responses={code: {"description": text} for code, text in _ANSWERS.items()},
    )
    app.state.desk = desk
    for router in (
        check_router(desk),
        layer_router(desk),
        run_router(desk),
        page_router(desk),
    ):
        app.include_router(router)
    _messages(app)
    app.add_middleware(Shield, settings=settings)
    return app


def _messages(app: FastAPI) -> None:
    """Tell every failure by a message of the registry."""

    @app.exception_handler(ZoningError)
    async def of_the_house(_: Request, error: Exception) -> Response:
        problems = error.problems if isinstance(error, ZoningError) else ()
        return refusal(problems)

    @app.exception_handler(RequestValidationError)
    async def malformed(_: Request, error: Exception) -> Response:
        return refusal((Problem(code="DESK_BAD_REQUEST", values=_detail(error)),))

    @app.exception_handler(HTTPException)
    async def unknown(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        code = _STATUS.get(status, "DESK_BAD_REQUEST")
        return refusal((Problem(code=code, values={"detail": str(status)}),))


def _detail(error: Exception) -> dict[str, str]:
    """Return where a request is wrong, without repeating what it holds."""
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    told = [
        f"{'.'.join(str(part)[:40] for part in fault['loc'][:6])}: {fault['msg'][:120]}"
        for fault in faults[:5]
    ]
    return {"detail": "; ".join(told)}
