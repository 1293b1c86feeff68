"""What a worker can be asked, on a base that stays open between two questions.

The base is opened again as soon as one of its files is another one than before:
an answer never stands on a layer that was replaced meanwhile.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from zoning.check import check
from zoning.errors import Problem, UsageError
from zoning.io.base import open_base
from zoning.io.config import BaseConfig, LayerEntry, read_config
from zoning.io.hashing import files_of
from zoning.io.project import Projects, project_of_mapping, read_projects
from zoning.io.quarantine.frames import Frame
from zoning.io.site_folder import is_companion
from zoning.io.sites import read_sites
from zoning.model import Base, CheckOptions, Report, Site
from zoning.report.batch.values import BATCH_BEYOND
from zoning.report.manifest import MANIFEST, VERDICT
from zoning.report.replaying import compare, replay_lines
from zoning.report.verdict import json_bytes, verdict_document
from zoning.rules.packs import RuleBook, read_rule_book
from zoning.runs.stored import open_stored, replayed, reproduced
from zoning.store import DamagedError
from zoning.terms import LANGUAGES
from zoning.web.drawing import fix_drawing, report_drawing, sites_read
from zoning.web.drawn_layer import DrawnLayer
from zoning.web.form import declared_document, papers_of, questions_of
from zoning.web.layer_list import base_document, kinds_of, layer_key
from zoning.web.tile_place import TilePlace
from zoning.web.vector_tiles import tile_of

__all__ = ["Engine"]

Json = dict[str, Any]
Question = Mapping[str, Any]
Put = Callable[[Frame], object]


class Engine:
    """One base and what can be asked of it.

    Parameters
    ----------
    folder : Path
        The base.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp: object = None
        self._open: tuple[Base, RuleBook] | None = None
        self._drawn: dict[str, DrawnLayer] = {}
        self._jobs: Mapping[str, Callable[[Question, Put], Frame]] = {
            "base": self._base,
            "tile": self._tile,
            "feature": self._feature,
            "read": self._read,
            "projects": self._projects,
            "blank": self._blank,
            "check": self._check,
            "fix": self._fix,
            "rewrite": self._rewrite,
            "replay": self._replay,
            "compare": self._compare,
            "impact": self._impact,
        }

    def answer(self, question: Question, put: Put) -> Frame:
        """Do a job; parts of the answer go to `put`, the last one is returned.

        Raises
        ------
        ZoningError
            What the user is told when it cannot be done.
        """
        return self._jobs[question["job"]](question, put)

    # ----------------------------------------------------------------- the base
    def _at_hand(self) -> tuple[Base, RuleBook]:
        stamp = _stamp(self._folder)
        if self._open is None or stamp is None or stamp != self._stamp:
            self._drawn.clear()
            base = open_base(self._folder)
            self._open = base, read_rule_book(base.packs, self._folder)
            self._stamp = stamp
        return self._open

    def _base(self, _question: Question, _put: Put) -> Frame:
        base, book = self._at_hand()
        rules = {
            rule.id: {"zh": rule.title.zh, "en": rule.title.en} for rule in book.rules
        }
        return Frame(header={"base": base_document(base), "rules": rules})

    def _tile(self, question: Question, _put: Put) -> Frame:
        base, _ = self._at_hand()
        name = question["layer"]
        if name not in base.layers:
            raise UsageError(Problem(code="DESK_NOT_FOUND"))
        layer = base.layers[name]
        if name not in self._drawn:
            drawn = DrawnLayer(layer.geometry, kinds_of(layer), base.crs)
            self._drawn[name] = drawn
        place = TilePlace(z=question["z"], x=question["x"], y=question["y"])
        tile = tile_of(self._drawn[name], place)
        header = {
            "key": layer_key(base, name),
            "there": tile.there,
            "shown": tile.shown,
        }
        return Frame(header=header, buffers=(tile.content,))

    def _feature(self, question: Question, _put: Put) -> Frame:
        base, _ = self._at_hand()
        layer = base.layers.get(question["layer"])
        row = question["row"]
        if layer is None or row >= len(layer.feature_ids):
            raise UsageError(Problem(code="DESK_NOT_FOUND"))
        values = {
            name: _told(column[np.array([row])][0])
            for name, column in layer.attributes.items()
            if not name.endswith("_as_read")
        }
        header = {"id": str(layer.feature_ids[row]), "attributes": values}
        return Frame(header=header)

    # ---------------------------------------------------------------- the sites
    def _read(self, question: Question, _put: Put) -> Frame:
        sites = read_sites(_files(question["folders"]), crs=question.get("crs"))
        return Frame(header={"sites": sites_read(sites)})

    def _projects(self, question: Question, _put: Put) -> Frame:
        (path,) = _files(question["folders"])
        return Frame(header=declared_document(read_projects(path)))

    def _blank(self, question: Question, _put: Put) -> Frame:
        """Return a form to fill in, with a row for each site."""
        from zoning.io.project_form_blank import blank_form

        sites = read_sites(_files(question["folders"]), crs=question.get("crs"))
        return Frame(header={}, buffers=(blank_form([site.id for site in sites]),))

    def _check(self, question: Question, put: Put) -> Frame:
        """Check, tell the verdict at once, then write the run folder if asked to."""
        self._at_hand()
        sites = _sites(question)
        run = Path(question["run"]) if "run" in question else None
        if run is not None and len(sites) > BATCH_BEYOND:
            return self._batch(sites, question, run=run, put=put)
        report, book = self._checked(sites, question, put)
        document = verdict_document(report)
        content = json_bytes(document)
        put(_verdict_part(report, content, book))
        if run is not None:
            from zoning.report.run import write_run

            write_run(report, run, lang=question["lang"])
        return Frame(header={"part": "written", "digest": document["digest"]})

    def _checked(
        self, sites: tuple[Site, ...], question: Question, put: Put
    ) -> tuple[Report, RuleBook]:
        options, tick = _options(question), _tick(put)
        base, book = self._at_hand()
        try:
            return check(sites, base, book, options=options, progress=tick), book
        except DamagedError:  # a prepared layer; opened again, it is made anew
            self._open = None
            base, book = self._at_hand()
            return check(sites, base, book, options=options, progress=tick), book

    def _batch(
        self, sites: tuple[Site, ...], question: Question, *, run: Path, put: Put
    ) -> Frame:
        """Check many sites into a run folder in bounded memory."""
        from zoning.batch import Plan, check_whole
        from zoning.report.batch.values import BatchForm

        form = BatchForm(lang=question["lang"], share=False)
        resume = bool(question.get("resume"))
        plan = Plan(folder=run, form=form, checked=_tick(put), resume=resume)
        base, book = self._at_hand()
        outcome = check_whole(sites, base, book, options=_options(question), plan=plan)
        content = (run / VERDICT).read_bytes()
        put(_verdict_part(outcome.worst, content, book))
        return Frame(header={"part": "written"})

    def _fix(self, question: Question, put: Put) -> Frame:
        from zoning.check.fixes import FixOptions
        from zoning.check.trimming import fix_report
        from zoning.web.trims import fix_document

        report, book = self._checked(_sites(question), question, put)
        options = FixOptions(also_conditional=question["also_conditional"])
        fixed = fix_report(report, book, options)
        drawing = fix_drawing(fixed)
        return Frame(header={"fixes": fix_document(fixed), "drawing": drawing})

    # ----------------------------------------------------------------- the runs
    def _rewrite(self, question: Question, _put: Put) -> Frame:
        """Write a run once more in another language; it has to come out the same."""
        from zoning.report.run import write_run

        stored, lang = open_stored(Path(question["run"])), question["lang"]
        report = reproduced(stored, self._folder, wanted=MANIFEST)
        write_run(report, Path(question["place"]), lang=lang, share=stored.share)
        return Frame(header={"lang": lang})

    def _replay(self, question: Question, _put: Put) -> Frame:
        stored = open_stored(Path(question["run"]))
        now, _ = replayed(stored, self._folder)
        return Frame(header=_compared(compare(stored.verdict, now)))

    def _impact(self, question: Question, _put: Put) -> Frame:
        from zoning.web.impacts import impacts_of

        base, _ = self._at_hand()
        found = impacts_of(
            Path(question["run"]),
            Path(question["model"]),
            base,
            place=Path(question["place"]),
            lang=question["lang"],
        )
        return Frame(header={"impacts": found})

    def _compare(self, question: Question, _put: Put) -> Frame:
        before, now = (open_stored(Path(run)).verdict for run in question["runs"])
        return Frame(header=_compared(compare(before, now)))


def _verdict_part(report: Report, content: bytes, book: RuleBook) -> Frame:
    """Return the verdict, what is drawn of it and what is still asked."""
    drawing = json.dumps(report_drawing(report), ensure_ascii=True).encode()
    told = {
        "part": "verdict",
        "questions": questions_of(report),
        "papers": papers_of(report, book),
    }
    return Frame(header=told, buffers=(content, drawing))


def _options(question: Question) -> CheckOptions:
    return CheckOptions(as_of=date.fromisoformat(question["as_of"]))


def _tick(put: Put) -> Callable[[int, int], None]:
    def tick(done: int, total: int) -> None:
        put(Frame(header={"part": "progress", "done": done, "total": total}))

    return tick


def _compared(found: Any) -> Json:
    lines = {lang: list(replay_lines(found, lang)) for lang in LANGUAGES}
    return {"same": found.same, "same_inputs": found.same_inputs, "lines": lines}


def _sites(question: Question) -> tuple[Site, ...]:
    """Read the sites of a question with what is said of their projects."""
    given = project_of_mapping(question.get("project", {}), "project")
    own = {
        site: project_of_mapping(entry, site)
        for site, entry in question.get("projects", {}).items()
    }
    projects = Projects(
        default=given.default,
        default_evidence=given.default_evidence,
        by_site={site: entry.default for site, entry in own.items()},
        evidence_by_site={
            site: entry.default_evidence
            for site, entry in own.items()
            if entry.default_evidence
        },
    )
    crs = question.get("crs")
    return read_sites(_files(question["folders"]), crs=crs, projects=projects)


def _files(folders: Sequence[str]) -> tuple[Path, ...]:
    """Return the site files of uploads; companions of a Shapefile are none."""
    return tuple(path for folder in folders for path in _upload(Path(folder)))


def _upload(folder: Path) -> tuple[Path, ...]:
    files = sorted(path for path in folder.iterdir() if path.is_file())
    shapefiles = {path.stem for path in files if path.suffix.lower() == ".shp"}
    named = tuple(path for path in files if not is_companion(path, shapefiles))
    if not named:
        raise UsageError(Problem(code="NO_SITES", values={"path": "-"}))
    return named


def _told(value: Any) -> Any:
    """Return a value of a column as JSON holds it; not a number is nothing."""
    if isinstance(value, str):
        return value
    number = float(value)
    return number if np.isfinite(number) else None


def _stamp(folder: Path) -> object:
    """Return size and time of every file of a base; None where a database is."""
    config = read_config(folder)
    paths = list(_paths(config, folder))
    if any(path is None for path in paths):
        return None
    named = {file for path in paths if path is not None for file in _places(path)}
    named |= {folder / pack for pack in config.packs} | {folder / "zoning.yaml"}
    return tuple(
        (str(path), stat.st_size, stat.st_mtime_ns)
        for path in sorted(named)
        if path.exists() and (stat := path.stat())
    )


def _paths(config: BaseConfig, folder: Path) -> Iterator[Path | None]:
    for entry in (config.county, *config.layers.values()):
        if not isinstance(entry, LayerEntry):
            continue  # declared absent
        if entry.source:
            yield None
        elif entry.path:
            yield folder / entry.path
        if entry.coverage not in {None, "county"}:
            yield folder / str(entry.coverage)


def _places(path: Path) -> tuple[Path, ...]:
    logs = tuple(path.with_name(f"{path.name}{end}") for end in ("-wal", "-journal"))
    return (*files_of(path), *logs) if path.exists() else (path,)
