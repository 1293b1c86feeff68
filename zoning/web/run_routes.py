"""Routes of past runs: search, open again, replay, compare, take away."""

import io
import zipfile
from enum import StrEnum
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.responses import FileResponse

from zoning.report.manifest import verify_run
from zoning.web.answers import PlainJson, caller_of, job_document
from zoning.web.desk import Desk
from zoning.web.jobs import DRAWING, Job
from zoning.web.names import IDENTIFIER, fresh_identifier
from zoning.web.refusals import RefusedError, told
from zoning.web.requests import CompareRequest

__all__ = ["RUN_FILES", "run_router"]

Json = dict[str, Any]
JobId = Annotated[str, Path(pattern=IDENTIFIER)]
Lang = Annotated[Literal["zh", "en"] | None, Query()]
_DAY_ZERO = (1980, 1, 1, 0, 0, 0)
_IMPACTS = "impacts"
_SANDBOX = "sandbox; default-src 'none'"


class RunFile(StrEnum):
    """Files of a run that can be taken away one by one."""

    DOCX = "report.docx"
    HTML = "report.html"
    XLSX = "ledger.xlsx"
    MAP = "map.html"
    GPKG = "result.gpkg"
    PARQUET = "findings.parquet"
    VERDICT = "verdict.json"
    INPUTS = "inputs.json"
    MANIFEST = "MANIFEST.json"


RUN_FILES = tuple(str(name) for name in RunFile)


def run_router(desk: Desk) -> APIRouter:
    """Return the routes of past runs."""
    router = APIRouter(default_response_class=PlainJson, tags=["runs"])
    _reading(router, desk)
    _written(router, desk)
    _again(router, desk)
    _impacts(router, desk)
    return router


def _reading(router: APIRouter, desk: Desk) -> None:
    @router.get("/api/runs")
    def runs(
        text: Annotated[str, Query(max_length=200)] = "",
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> PlainJson:
        """Search runs by site, file, verdict, day or identifier; newest first."""
        words = text.casefold().split()
        found = [job for job in desk.jobs.all() if _has(job, words)]
        listed = [job_document(job) for job in found[:limit]]
        return PlainJson({"runs": listed, "found": len(found)})

    @router.get("/api/runs/{job_id}/drawing")
    def drawing(job_id: JobId) -> Response:
        """Return what the map shows of a run, GeoJSON in degrees."""
        desk.jobs.get(job_id)
        content = desk.jobs.stored(job_id, DRAWING)
        return Response(content, media_type="application/geo+json")

    @router.get("/api/runs/{job_id}/files/{name}")
    def file(job_id: JobId, name: RunFile, lang: Lang = None) -> FileResponse:
        """Take a file of a run away."""
        path = desk.run_in(job_id, lang) / name
        if not path.is_file():
            raise RefusedError("DESK_NOT_FOUND")
        return FileResponse(
            path,
            filename=f"zoning-{job_id[:8]}-{name}",
            media_type="application/octet-stream",
            headers={"Content-Security-Policy": _SANDBOX},
        )

    @router.get("/api/runs/{job_id}/run.zip")
    def whole(job_id: JobId, lang: Lang = None) -> Response:
        """Take the whole run away."""
        return _zipped(desk.run_in(job_id, lang), f"zoning-{job_id[:8]}.zip")


def _written(router: APIRouter, desk: Desk) -> None:
    @router.post("/api/runs/{job_id}/rewrite")
    async def rewrite(
        job_id: JobId, lang: Annotated[Literal["zh", "en"], Query()]
    ) -> PlainJson:
        """Write the files of a run in a language, unless they are there."""
        run, place = desk.stored_run(job_id), desk.jobs.run_in(job_id, lang)
        if not place.is_dir():
            await desk.ask(
                "rewrite",
                run=str(run.resolve()),
                place=str(place.resolve()),
                lang=lang,
            )
        return PlainJson({"lang": lang})


def _again(router: APIRouter, desk: Desk) -> None:
    @router.get("/api/runs/{job_id}/verify")
    def verify(job_id: JobId) -> PlainJson:
        """Say whether a run is as it was written."""
        problems = verify_run(desk.stored_run(job_id))
        return PlainJson({"problems": [told(problem) for problem in problems]})

    @router.post("/api/runs/{job_id}/resume")
    def resume(job_id: JobId, request: Request) -> PlainJson:
        """Go on with a job that was interrupted; what a batch checked is kept."""
        return PlainJson(
            job_document(desk.resume(job_id, caller=caller_of(request.client)))
        )

    @router.post("/api/runs/{job_id}/replay")
    async def replay(job_id: JobId) -> PlainJson:
        """Compute a run again on the base of today: the same, or what differs."""
        run = str(desk.stored_run(job_id).resolve())
        found = await desk.ask("replay", run=run)
        return _comparison(found.header)

    @router.post("/api/runs/compare")
    async def compare(request: CompareRequest) -> PlainJson:
        """Say what differs between two runs."""
        runs = [str(desk.stored_run(run).resolve()) for run in request.runs]
        found = await desk.ask("compare", runs=runs)
        return _comparison(found.header)


def _impacts(router: APIRouter, desk: Desk) -> None:
    @router.post("/api/runs/{job_id}/impact")
    async def impact(
        job_id: JobId, lang: Annotated[Literal["zh", "en"], Query()] = "zh"
    ) -> PlainJson:
        """Say what each site of a run does to the desk's model of corridors."""
        run, model = desk.stored_run(job_id), desk.settings.corridors
        if model is None:
            raise RefusedError("DESK_NO_MODEL")
        place = desk.jobs.folder(job_id) / _IMPACTS / fresh_identifier()
        found = await desk.ask(
            "impact",
            run=str(run.resolve()),
            model=str(model.resolve()),
            place=str(place.resolve()),
            lang=lang,
        )
        return PlainJson({"id": place.name, "impacts": found.header["impacts"]})

    @router.get("/api/runs/{job_id}/impacts/{impact_id}")
    def take_impact(
        job_id: JobId, impact_id: Annotated[str, Path(pattern=IDENTIFIER)]
    ) -> Response:
        """Take the folders of an impact away."""
        desk.jobs.get(job_id)
        place = desk.jobs.folder(job_id) / _IMPACTS / impact_id
        if not place.is_dir():
            raise RefusedError("DESK_NOT_FOUND")
        return _zipped(place, f"zoning-{job_id[:8]}-corridors.zip")


def _comparison(header: Any) -> PlainJson:
    names = ("same", "same_inputs", "lines")
    return PlainJson({name: header[name] for name in names})


def _has(job: Job, words: list[str]) -> bool:
    told_of = " ".join(
        [job.id, job.status, job.created, *job.files, *map(str, _values(job.summary))]
    ).casefold()
    return all(word in told_of for word in words)


def _values(summary: Json) -> list[Any]:
    lists = [
        item for value in summary.values() if isinstance(value, list) for item in value
    ]
    return [*(v for v in summary.values() if not isinstance(v, (list, dict))), *lists]


def _zipped(folder: FilePath, filename: str) -> Response:
    """Return a folder as a zip whose bytes depend on its files alone."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = f"run/{path.relative_to(folder).as_posix()}"
            entry = zipfile.ZipInfo(name, _DAY_ZERO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    return Response(
        content.getvalue(),
        media_type="application/zip",
        headers={"Content-Disposition": f"attachment; filename={filename}"},
    )
