"""A batch says what a run says, in bounded form, however it was cut and carried."""

import errno
import json
import os
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import geopandas
import jsonschema
import pyarrow.parquet as pq
import pyogrio
import pytest
from plots_of_batch import OPTIONS, book, document, plots, written
from typing_extensions import override

import zoning
from zoning.batch import (
    Journal,
    Plan,
    check_whole,
    journal_path,
    order_for,
    run_batch,
    running,
    working,
)
from zoning.batch.codec import decode, encode
from zoning.check import check
from zoning.cli.schema_command import schema_text
from zoning.errors import OutputError, Problem, UsageError
from zoning.model import Base, Report, Site
from zoning.report import story
from zoning.report.batch import writing
from zoning.report.batch.tables import FindingSink
from zoning.report.batch.values import BatchForm
from zoning.report.features import findings_arrow
from zoning.report.inputs import read_inputs
from zoning.report.manifest import verify_run
from zoning.report.recorded import read_run
from zoning.report.statements import KEPT, expanded
from zoning.report.verdict import digest_of, json_bytes, site_document
from zoning.rules.packs import RuleBook

__all__ = ["book"]  # fixture

COUNT = 30
Results = list[bytes]


@pytest.fixture(scope="module")
def sites() -> tuple[Site, ...]:
    rejected = Problem(code="SITE_FILE_DAMAGED", values={"detail": "ValueError"})
    good = plots(COUNT)
    bad = replace(good[7], geometry=None, crs=None, rejection=rejected)
    return (*good[:7], bad, *good[8:])


@pytest.fixture(scope="module")
def report(base: Base, book: RuleBook, sites: tuple[Site, ...]) -> Report:
    return check(sites, base, book, options=OPTIONS)


@pytest.fixture(scope="module")
def usual(
    base: Base,
    book: RuleBook,
    sites: tuple[Site, ...],
    tmp_path_factory: pytest.TempPathFactory,
) -> Results:
    """Check the batch in this thread, one chunk."""
    return checked(tmp_path_factory.mktemp("usual"), sites, base, book)


@pytest.fixture(scope="module")
def run(
    base: Base,
    book: RuleBook,
    sites: tuple[Site, ...],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Write the run folder of the batch."""
    return written(tmp_path_factory.mktemp("batch") / "run", sites, base, book)


def checked(
    place: Path,
    sites: tuple[Site, ...],
    base: Base,
    book: RuleBook,
    executor: Executor | None = None,
) -> Results:
    """Return the results of a batch by the bytes of the journal, input order."""
    order = order_for(base, book, OPTIONS)
    with Journal(place / "journal") as journal:
        journal.ask(map(encode, sites), dict(order.keys))
        run_batch(journal, order, executor=executor)
        found = list(journal.results())
        journal.remove()
    return found


# ------------------------------------------------------------------ the same answer
def test_a_site_of_a_batch_is_the_site_alone_byte_for_byte(
    usual: Results, sites: tuple[Site, ...], base: Base, book: RuleBook
) -> None:
    for site, found in zip(sites[::5], usual[::5], strict=True):
        (alone,) = check((site,), base, book, options=OPTIONS).sites
        assert json_bytes(site_document(decode(found))) == json_bytes(
            site_document(alone)
        )


@pytest.mark.parametrize("chunk", [1, 7])
def test_the_size_of_chunks_changes_no_byte(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    sites: tuple[Site, ...],
    base: Base,
    book: RuleBook,
    usual: Results,
    chunk: int,
) -> None:
    monkeypatch.setattr(running, "CHUNK", chunk)

    assert checked(tmp_path, sites[:16], base, book) == usual[:16]


def test_the_order_of_sites_changes_no_byte(
    tmp_path: Path,
    sites: tuple[Site, ...],
    base: Base,
    book: RuleBook,
    usual: Results,
) -> None:
    assert checked(tmp_path, sites[::-1], base, book)[::-1] == usual


@pytest.mark.parametrize(
    "make",
    [
        lambda: ThreadPoolExecutor(3),
        pytest.param(
            lambda: ProcessPoolExecutor(2, mp_context=get_context("spawn")),
            marks=pytest.mark.slow,
        ),
    ],
    ids=["threads", "processes"],
)
def test_executors_change_no_byte(
    make: Callable[[], Executor],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    sites: tuple[Site, ...],
    base: Base,
    book: RuleBook,
    usual: Results,
) -> None:
    monkeypatch.setattr(running, "CHUNK", 9)

    with make() as executor:
        assert checked(tmp_path, sites, base, book, executor) == usual


class Backwards(Executor):
    """A cluster engine in small: takes work as text, answers the last first."""

    def __init__(self) -> None:
        self.most = 0
        self._asked: list[tuple[Future[Any], Any, Any]] = []

    @override
    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self._asked.append((future, fn, args))
        self.most = max(self.most, len(self._asked))
        if len(self._asked) == 3:
            while self._asked:
                waiting, work, given = self._asked.pop()
                waiting.set_result(work(*given))
        return future


def test_answers_out_of_order_come_out_in_order_and_few_are_under_way(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    sites: tuple[Site, ...],
    base: Base,
    book: RuleBook,
    usual: Results,
) -> None:
    monkeypatch.setattr(running, "CHUNK", 5)  # 6 chunks: a whole number of threes
    engine = Backwards()

    assert checked(tmp_path, sites, base, book, engine) == usual
    assert engine.most <= 4


# ----------------------------------------------------------------- what may go wrong
def test_one_site_that_fails_has_a_row_and_the_others_are_checked(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    sites: tuple[Site, ...],
    base: Base,
    book: RuleBook,
    usual: Results,
) -> None:
    def fragile(asked: tuple[Site, ...], *rest: Any, **options: Any) -> Report:
        if any(site.id == "P0003" for site in asked):
            raise ZeroDivisionError("of a site")
        return check(asked, *rest, **options)

    monkeypatch.setattr(working, "check", fragile)
    found = checked(tmp_path, sites[:12], base, book)

    assert found[:3] == usual[:3]
    assert found[4:] == usual[4:12]
    broken = decode(found[3])
    assert broken.verdict == "REJECTED"
    assert not broken.complete
    assert broken.site.rejection.code == "SITE_NOT_JUDGED"
    assert "ZeroDivisionError: of a site" in broken.site.rejection.line()


def test_a_worker_that_finds_another_base_stops_the_batch(
    monkeypatch: pytest.MonkeyPatch,
    sites: tuple[Site, ...],
    base: Base,
    book: RuleBook,
) -> None:
    order = order_for(base, book, OPTIONS)
    other = replace(order, keys=(("layers", "0" * 64), *order.keys[1:]))
    monkeypatch.setattr(working, "_open", {})

    with pytest.raises(UsageError, match="E416"):
        working.check_chunk(other, (encode(sites[0]),))
    assert decode(working.check_chunk(order, (encode(sites[0]),))[0])


def test_an_unfinished_batch_is_not_run_over(
    tmp_path: Path, sites: tuple[Site, ...], base: Base, book: RuleBook
) -> None:
    folder = tmp_path / "run"
    order = order_for(base, book, OPTIONS)
    with Journal(journal_path(folder)) as journal:
        journal.ask(map(encode, sites), dict(order.keys))

    with pytest.raises(UsageError, match="E412"):
        check_whole(
            sites,
            base,
            book,
            options=OPTIONS,
            plan=Plan(folder=folder, form=BatchForm()),
        )
    assert not folder.exists()


def test_what_changed_since_the_interruption_is_named_and_all_starts_anew(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    sites: tuple[Site, ...],
    base: Base,
    book: RuleBook,
) -> None:
    folder = tmp_path / "run"
    few = sites[:3]
    order = order_for(base, book, OPTIONS)
    with Journal(journal_path(folder)) as journal:
        journal.ask(map(encode, few), dict(order.keys))
        run_batch(journal, order)
    told: list[Problem] = []
    later = replace(OPTIONS, as_of=date(2026, 11, 24))
    moved = replace(base, demo=not base.demo)
    monkeypatch.setattr(writing, "_artefacts", lambda *_, **__: ())
    plan = Plan(folder=folder, form=BatchForm(), resume=True, told=told.append)

    outcome = check_whole(few, moved, book, options=later, plan=plan)

    assert [p.code for p in told] == ["BATCH_STARTED_ANEW", "BATCH_RESUMED"]
    assert told[0].values["parts"] == "layers, options"
    assert told[1].values == {"done": "0", "count": "3"}
    assert len(outcome.tally.verdicts) == 3


def test_a_setting_that_changes_what_is_read_is_another_key(
    base: Base, book: RuleBook
) -> None:
    layer = base.layers["permanent_basic_farmland"]
    classes = layer.attributes["land_class"].copy()
    classes[0] = "other"
    read_otherwise = replace(
        layer, attributes={**layer.attributes, "land_class": classes}
    )
    layers = {**base.layers, "permanent_basic_farmland": read_otherwise}

    one = order_for(replace(base, layers=layers), book, OPTIONS)
    other = order_for(base, book, OPTIONS)

    assert dict(one.keys)["layers"] != dict(other.keys)["layers"]
    assert dict(one.keys)["packs"] == dict(other.keys)["packs"]


def test_a_full_disk_while_writing_leaves_the_results_and_no_folder(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    sites: tuple[Site, ...],
    base: Base,
    book: RuleBook,
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "findings.parquet")

    monkeypatch.setattr(FindingSink, "add", full)
    folder = tmp_path / "run"
    plan = Plan(folder=folder, form=BatchForm())

    with pytest.raises(OutputError, match="E402"):
        check_whole(sites[:4], base, book, options=OPTIONS, plan=plan)

    assert [path.name for path in tmp_path.iterdir()] == [".run.journal"]
    with Journal(journal_path(folder)) as journal:
        assert journal.done == 4


def test_a_used_folder_is_refused_before_anything_is_checked(
    tmp_path: Path, sites: tuple[Site, ...], base: Base, book: RuleBook
) -> None:
    (tmp_path / "own.txt").write_text("mine")

    with pytest.raises(OutputError, match="E401"):
        check_whole(
            sites,
            base,
            book,
            options=OPTIONS,
            plan=Plan(folder=tmp_path, form=BatchForm()),
        )
    assert not journal_path(tmp_path).exists()


# --------------------------------------------------------------------- the run folder
def test_the_verdict_is_valid_signed_and_says_of_each_site_what_a_run_says(
    run: Path, report: Report
) -> None:
    written = document(run)
    jsonschema.validate(written, json.loads(schema_text("verdict")))

    assert written["digest"] == digest_of(written)
    assert written["verdict"] == report.verdict
    assert written["complete"] == report.complete
    assert written["counts"] == {"sites": COUNT, "rejected": 1}
    for told, result in zip(expanded(written)["sites"], report.sites, strict=True):
        assert told == json.loads(json_bytes(site_document(result, KEPT)))
    assert verify_run(run) == ()


def test_no_state_is_lost_from_the_counts(run: Path, report: Report) -> None:
    for told, result in zip(document(run)["sites"], report.sites, strict=True):
        assert sum(told["states"].values()) == len(result.findings)
        assert len(told["gaps"]) == len(result.gaps)


def test_every_finding_is_in_the_table_in_the_order_of_the_sites(
    run: Path, report: Report
) -> None:
    table = pq.read_table(run / "findings.parquet")

    assert table.equals(findings_arrow(report))


def test_shapes_and_inputs_are_those_of_all_sites(
    run: Path, report: Report, sites: tuple[Site, ...]
) -> None:
    _, _, shapes, fields = pyogrio.raw.read(run / "result.gpkg", layer="sites")
    read = read_inputs(run / "inputs.json")

    assert len(shapes) == COUNT - 1
    assert list(fields[0]) == [s.site.id for s in report.sites if s.geometry]
    assert [site.id for site in read.sites] == [site.id for site in sites]


def test_the_ledger_counts_what_many_sites_share(run: Path, report: Report) -> None:
    lines = (run / "ledger" / "not_checked.csv").read_text("utf-8-sig").splitlines()
    gaps = {
        (g.rule_id, g.layer, g.problem.line()) for s in report.sites for g in s.gaps
    }

    assert len(lines) - 1 == len(gaps) + 1  # and the one that was rejected
    kept = [f for s in report.sites for f in s.findings if f.state in KEPT]
    rows = (run / "ledger" / "findings.csv").read_text("utf-8-sig").splitlines()
    assert sum(row.split(",")[0].isdigit() for row in rows[1:]) == len(kept)


def test_a_batch_read_back_says_that_it_is_short(run: Path, report: Report) -> None:
    read = read_run(run)

    assert read.intact
    assert read.short
    assert [s.verdict for s in read.sites] == [s.verdict for s in report.sites]


def test_the_same_batch_is_the_same_bytes_in_another_folder(
    run: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    sites: tuple[Site, ...],
    base: Base,
    book: RuleBook,
) -> None:
    monkeypatch.setattr(story, "_SITES_TOLD", 2)
    monkeypatch.setattr(running, "CHUNK", 11)
    plan = Plan(folder=tmp_path / "other", form=BatchForm())

    check_whole(sites, base, book, options=OPTIONS, plan=plan)

    files = {p.relative_to(run): p.read_bytes() for p in run.rglob("*") if p.is_file()}
    other = plan.folder
    assert files == {
        p.relative_to(other): p.read_bytes() for p in other.rglob("*") if p.is_file()
    }


def test_a_batch_to_hand_out_holds_no_place_of_the_base(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    sites: tuple[Site, ...],
    base: Base,
    book: RuleBook,
    run: Path,
) -> None:
    monkeypatch.setattr(story, "_SITES_TOLD", 2)
    folder = tmp_path / "shared"
    plan = Plan(folder=folder, form=BatchForm(share=True))

    check_whole(sites, base, book, options=OPTIONS, plan=plan)

    told = document(folder)
    assert all(f["witness"] is None for s in told["sites"] for f in s["findings"])
    assert told["digest"] == digest_of(told)
    manifest = json.loads((folder / "MANIFEST.json").read_bytes())
    assert manifest["office_digest"] == document(run)["digest"]
    assert {p.name for p in folder.iterdir()} == {
        "MANIFEST.json",
        "inputs.json",
        "report.docx",
        "report.html",
        "sites.geojson",
        "verdict.json",
    }


def test_a_large_table_goes_in_by_one_call(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    sites: tuple[Site, ...],
    base: Base,
    usual: Results,
) -> None:
    monkeypatch.setattr(writing, "_artefacts", lambda *_, **__: ())
    few = [site for site in sites[:5] if site.geometry is not None]
    table = geopandas.GeoDataFrame(
        {"name": [site.name for site in few]},
        geometry=[site.geometry for site in few if site.geometry is not None],
        crs="EPSG:4546",
    )

    with ThreadPoolExecutor(2) as executor:
        folder = zoning.check_batch(
            table, base, tmp_path / "run", options=OPTIONS, executor=executor
        )

    told = document(folder)["sites"]
    assert [one["name"] for one in told] == [site.name for site in few]
    areas = [round(decode(found).area_m2, 4) for found in usual[:5]]
    assert [one["area_m2"] for one in told] == areas
