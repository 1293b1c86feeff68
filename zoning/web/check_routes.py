"""Routes that read sites and check them: OGC API - Processes, and a short cut."""

import json
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Path, Query, Request, Response

from zoning.web.answers import PlainJson, caller_of, job_document
from zoning.web.desk import Answered, Desk
from zoning.web.names import IDENTIFIER
from zoning.web.processes import (
    CONFORMANCE,
    OUTPUT,
    process_document,
    process_list,
)
from zoning.web.refusals import RefusedError
from zoning.web.requests import CheckInputs, Execution, FixInputs, FormInputs

__all__ = ["check_router"]

Json = dict[str, Any]
JobId = Annotated[str, Path(pattern=IDENTIFIER)]
CrsQuery = Annotated[str | None, Query(pattern=r"^(EPSG:\d{4,6}|gcj02|bd09)$")]
Name = Annotated[str, Query(min_length=1, max_length=255)]
_BYTES = "application/octet-stream"
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def check_router(desk: Desk) -> APIRouter:
    """Return the routes that check."""
    router = APIRouter(default_response_class=PlainJson)
    _sites_routes(router, desk)
    _project_routes(router, desk)
    _short_routes(router, desk)
    _process_routes(router, desk)
    _job_routes(router, desk)
    return router


def _sites_routes(router: APIRouter, desk: Desk) -> None:
    @router.post("/api/sites", tags=["sites"])
    async def send_sites(
        *,
        request: Request,
        name: Name,
        content: Annotated[bytes, Body(media_type=_BYTES)] = b"",
        into: Annotated[str | None, Query(pattern=IDENTIFIER)] = None,
        crs: CrsQuery = None,
    ) -> PlainJson:
        """Take in one site file and read it; `into` adds a part of a Shapefile."""
        upload = desk.take_in(name, content, into=into)
        caller = caller_of(request.client)
        found = await desk.read(upload, caller=caller, crs=crs)
        return PlainJson({"upload": upload, "sites": found.header["sites"]})

    @router.post("/api/sites/{upload}/read", tags=["sites"])
    async def read_again(
        request: Request,
        upload: Annotated[str, Path(pattern=IDENTIFIER)],
        crs: CrsQuery = None,
    ) -> PlainJson:
        """Read a file that was sent before once more, under another CRS."""
        caller, folders = caller_of(request.client), desk.folders([upload])
        found = await desk.ask("read", caller=caller, folders=folders, crs=crs)
        return PlainJson({"upload": upload, "sites": found.header["sites"]})


def _project_routes(router: APIRouter, desk: Desk) -> None:
    @router.post("/api/projects", tags=["sites"])
    async def send_projects(
        request: Request,
        name: Name,
        content: Annotated[bytes, Body(media_type=_BYTES)] = b"",
    ) -> PlainJson:
        """Read a project file, YAML or the Excel form, as a check takes it."""
        folders = desk.folders([desk.take_in(name, content)])
        caller = caller_of(request.client)
        found = await desk.ask("projects", caller=caller, folders=folders)
        return PlainJson({key: found.header[key] for key in ("project", "projects")})

    @router.post("/api/projects/blank", tags=["sites"])
    async def blank_form(request: Request, inputs: FormInputs) -> Response:
        """Return the Excel form of projects, empty, with a row for each site."""
        folders = desk.folders(inputs.uploads)
        found = await desk.ask(
            "blank",
            caller=caller_of(request.client),
            folders=folders,
            crs=inputs.crs,
        )
        named = {"Content-Disposition": "attachment; filename=projects.xlsx"}
        content = bytes(found.whole[0])
        return Response(content, media_type=_WORKBOOK, headers=named)


def _short_routes(router: APIRouter, desk: Desk) -> None:
    @router.post("/api/check", tags=["check"])
    async def check_now(request: Request, inputs: CheckInputs) -> Response:
        """Check at once and return `zoning/verdict/1`; no run is kept."""
        since = desk.clock(inputs.uploads)
        parts = await _answered(desk, request, inputs)
        verdict = parts.parts["verdict"]
        told = str(since())
        desk.log.note("check", sites=_count(inputs))
        return Response(
            bytes(verdict.whole[0]),
            media_type="application/json",
            headers={"X-Zoning-Milliseconds": told},
        )

    @router.post("/api/questions", tags=["check"])
    async def ask_questions(request: Request, inputs: CheckInputs) -> PlainJson:
        """Return what could still change the verdict, the most decisive first."""
        parts = await _answered(desk, request, inputs)
        verdict = parts.parts["verdict"]
        document = json.loads(bytes(verdict.whole[0]))
        return PlainJson(
            {
                "verdict": document["verdict"],
                "complete": document["complete"],
                "questions": verdict.header["questions"],
                "papers": verdict.header["papers"],
            }
        )

    @router.post("/api/fix", tags=["check"])
    async def fix(request: Request, inputs: FixInputs) -> PlainJson:
        """Return the smallest trim that takes sites out of what is prohibited."""
        asked = _asked(desk, inputs)
        found = await desk.ask("fix", caller=caller_of(request.client), **asked)
        return PlainJson({key: found.header[key] for key in ("fixes", "drawing")})


def _process_routes(router: APIRouter, desk: Desk) -> None:
    @router.get("/conformance", tags=["processes"])
    def conformance() -> PlainJson:
        """Say to which classes of the standard the desk conforms: none as a whole."""
        return PlainJson(CONFORMANCE)

    @router.get("/processes", tags=["processes"])
    def processes(
        limit: Annotated[int, Query(ge=1, le=10_000)] = 10,
    ) -> PlainJson:
        """List the processes: there is one."""
        return PlainJson(process_list(limit))

    @router.get("/processes/{process_id}", tags=["processes"])
    def process(process_id: Annotated[str, Path(max_length=80)]) -> PlainJson:
        """Describe the process with the schemas of what goes in and comes out."""
        if process_id != "check":
            raise RefusedError("DESK_NO_PROCESS")
        return PlainJson(process_document())

    @router.post("/processes/check/execution", tags=["processes"])
    async def execute(
        request: Request,
        execution: Execution,
        prefer: Annotated[str | None, Header()] = None,
    ) -> Response:
        """Check: with `Prefer: respond-async` as a job that keeps its run."""
        if "respond-async" not in (prefer or ""):
            parts = await _answered(desk, request, execution.inputs)
            content = bytes(parts.parts["verdict"].whole[0])
            return _results(content, execution.response)
        asked = _asked(desk, execution.inputs)
        del asked["folders"]  # the uploads say where they are
        caller = caller_of(request.client)
        job = desk.start(asked, caller=caller, response=execution.response)
        return PlainJson(
            job_document(job),
            status_code=201,
            headers={
                "Location": f"/jobs/{job.id}",
                "Preference-Applied": "respond-async",
            },
        )


def _job_routes(router: APIRouter, desk: Desk) -> None:
    @router.get("/jobs", tags=["jobs"])
    def jobs(limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> PlainJson:
        """List jobs, newest first."""
        listed = [job_document(job) for job in desk.jobs.all()[:limit]]
        return PlainJson({"jobs": listed, "links": [{"rel": "self", "href": "/jobs"}]})

    @router.get("/jobs/{job_id}", tags=["jobs"])
    def job_status(job_id: JobId) -> PlainJson:
        """Say how far a job is."""
        return PlainJson(job_document(desk.jobs.get(job_id)))

    @router.delete("/jobs/{job_id}", tags=["jobs"])
    def dismiss(job_id: JobId) -> PlainJson:
        """Stop a job; a finished one stays as it is."""
        return PlainJson(job_document(desk.dismiss(job_id)))

    @router.get("/jobs/{job_id}/results", tags=["jobs"])
    def results(job_id: JobId) -> Response:
        """Return `zoning/verdict/1`, as soon as it is there."""
        job = desk.jobs.get(job_id)
        content = desk.jobs.stored(job_id, "verdict.json")
        return _results(content, job.response)


def _results(verdict: bytes, response: str) -> Response:
    """Return the verdict itself, or the document of all outputs."""
    if response == "document":
        verdict = b'{"%s":%s}' % (OUTPUT.encode(), verdict.strip())
    return Response(verdict, media_type="application/json")


async def _answered(desk: Desk, request: Request, inputs: CheckInputs) -> Answered:
    parts = Answered()
    asked = _asked(desk, inputs)
    await desk.ask("check", caller=caller_of(request.client), told=parts, **asked)
    return parts


def _asked(desk: Desk, inputs: CheckInputs) -> Json:
    """Return what a worker is asked; sites of the request become an upload."""
    uploads = list(inputs.uploads)
    if inputs.sites is not None:
        content = json.dumps(inputs.sites.model_dump(), allow_nan=False).encode()
        uploads.append(desk.take_in(_geojson(inputs.name), content))
    if not uploads:
        raise RefusedError("NO_SITES", path="-")
    day = inputs.as_of or date.today()  # noqa: DTZ011  the office's own day
    asked = inputs.model_dump(exclude={"sites", "name", "as_of"})
    return asked | {
        "uploads": uploads,
        "folders": desk.folders(uploads),
        "as_of": day.isoformat(),
    }


def _geojson(name: str) -> str:
    return name if name.lower().endswith((".geojson", ".json")) else f"{name}.geojson"


def _count(inputs: CheckInputs) -> int:
    own = 0 if inputs.sites is None else len(inputs.sites.features)
    return len(inputs.uploads) + own
