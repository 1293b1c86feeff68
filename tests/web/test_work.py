"""Jobs: the same answer as the command line, and no job harms another."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import geopandas
import httpx
import pytest
import shapely
import small_base
from serving_desk import AS_OF, BYTES, FARMLAND, JSON, QUIET, Served, served

import zoning
from zoning.report.manifest import verify_run
from zoning.web.audit_log import broken_links
from zoning.web.jobs import Jobs

pytestmark = pytest.mark.slow


@pytest.fixture
def txt(tmp_path: Path) -> Path:
    path = tmp_path / "甲地块.txt"
    small_base.write_txt(path, FARMLAND)
    return path


def test_desk_and_command_line_give_the_same_bytes(
    desk: Served, txt: Path, base_folder: Path
) -> None:
    upload = desk.send(txt)["upload"]
    body = {"uploads": [upload], "as_of": AS_OF}
    answer = desk.client.post("/api/check", json=body)
    command = [sys.executable, "-m", "zoning", "check", str(txt), "--as-of", AS_OF]
    done = subprocess.run(
        [*command, "--base", str(base_folder), "--json"],
        capture_output=True,
        check=False,
    )

    assert done.stdout == answer.content
    assert answer.json()["schema"] == "zoning/verdict/1"
    assert answer.json()["verdict"] == "PROHIBITED"


def test_python_gives_the_findings_and_areas_of_desk_and_job_digit_for_digit(
    desk: Served, base_folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "half.txt"
    small_base.write_txt(
        path, shapely.box(400_281.37, 3_435_050, 400_613.71, 3_435_150)
    )
    upload = desk.send(path)["upload"]
    now = desk.client.post("/api/check", json={"uploads": [upload], "as_of": AS_OF})
    job = desk.start(upload).json()["jobID"]
    assert desk.finished(job)["status"] == "successful"
    later = desk.client.get(f"/jobs/{job}/results")

    sites, base = zoning.read_sites(path), zoning.open_base(base_folder)
    options = zoning.CheckOptions(as_of=date.fromisoformat(AS_OF))
    zoning.write_run(zoning.check_sites(sites, base, options), tmp_path / "run")
    python = json.loads((tmp_path / "run/verdict.json").read_bytes())

    assert now.content == later.content
    (own,), (told,) = python["sites"], now.json()["sites"]
    assert own["area_m2"] != round(own["area_m2"])
    assert any(finding["overlap_m2"] for finding in own["findings"])
    for site in (own, told):  # a table holds neither of these
        del site["source"]["encoding"], site["project"]
    assert json.dumps(own) == json.dumps(told)


def test_a_job_gives_the_same_verdict_and_a_run_that_is_whole(
    desk: Served, txt: Path
) -> None:
    upload = desk.send(txt)["upload"]
    body = {"uploads": [upload], "as_of": AS_OF}
    now = desk.client.post("/api/check", json=body).content
    started = desk.start(upload)
    assert started.status_code == 201
    job = started.json()["jobID"]
    assert started.headers["location"] == f"/jobs/{job}"

    done = desk.finished(job)

    assert done["status"] == "successful", done["problems"]
    assert desk.client.get(f"/jobs/{job}/results").content == now
    assert verify_run(desk.desk.jobs.run(job)) == ()
    assert desk.client.get(f"/api/runs/{job}/verify").json() == {"problems": []}
    replay = desk.client.post(f"/api/runs/{job}/replay", headers=JSON).json()
    assert replay["same"]
    word = desk.client.get(f"/api/runs/{job}/files/report.docx")
    assert zipfile.ZipFile(BytesIO(word.content)).testzip() is None
    assert "attachment" in word.headers["content-disposition"]
    whole = zipfile.ZipFile(
        BytesIO(desk.client.get(f"/api/runs/{job}/run.zip").content)
    )
    assert whole.read("run/verdict.json") == now
    found = desk.client.get("/api/runs", params={"text": "甲地块 prohibited"}).json()
    assert job in {one["jobID"] for one in found["runs"]}
    none = desk.client.get("/api/runs", params={"text": "no such word"}).json()
    assert none == {"runs": [], "found": 0}


def test_two_runs_are_compared(desk: Served, txt: Path) -> None:
    upload = desk.send(txt)["upload"]
    first = desk.start(upload).json()["jobID"]
    second = desk.start(upload, project={"activity": "road"}).json()["jobID"]
    for job in (first, second):
        assert desk.finished(job)["status"] == "successful"

    found = desk.client.post("/api/runs/compare", json={"runs": [first, second]})
    same = desk.client.post("/api/runs/compare", json={"runs": [first, first]})

    assert same.json()["same"]
    assert not found.json()["same"]
    assert found.json()["lines"]["zh"]


def test_only_questions_that_matter_are_asked_and_an_answer_ends_its_question(
    desk: Served, tmp_path: Path
) -> None:
    path = tmp_path / "quiet.txt"
    small_base.write_txt(path, QUIET)
    upload = desk.send(path)["upload"]

    def asked(**project: str) -> list[str]:
        body = {"uploads": [upload], "as_of": AS_OF, "project": project}
        told = desk.client.post("/api/questions", json=body).json()
        return [question["attribute"] for question in told["questions"]]

    before = asked()
    assert "activity" in before
    assert "activity" not in asked(activity="road")


def test_a_broken_file_is_rejected_and_a_shapefile_comes_in_parts(
    desk: Served, tmp_path: Path
) -> None:
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 not a zip")
    (site,) = desk.send(tmp_path / "broken.zip")["sites"]
    assert site["rejection"]["number"].startswith("E1")
    assert site["geometry"] is None

    frame = geopandas.GeoDataFrame(
        {"name": ["甲"]}, geometry=[FARMLAND], crs="EPSG:4546"
    )
    frame.to_file(tmp_path / "plot.shp", encoding="utf-8")
    told = desk.send(tmp_path / "plot.prj")
    for suffix in ("dbf", "shx", "cpg", "shp"):
        told = desk.send(tmp_path / f"plot.{suffix}", into=told["upload"])
    (site,) = told["sites"]
    assert site["rejection"] is None
    assert site["crs"] == "EPSG:4546"
    told = desk.send(tmp_path / "broken.zip", into=told["upload"])
    assert [one["source"] for one in told["sites"]] == ["broken.zip", "plot.shp"]


def test_an_unknown_attribute_is_told_with_its_cure(desk: Served, txt: Path) -> None:
    upload = desk.send(txt)["upload"]
    body = {"uploads": [upload], "project": {"activty": "road"}}
    answer = desk.client.post("/api/check", json=body)

    assert answer.status_code == 422
    assert "activity" in answer.json()["problems"][0]["en"]


def test_a_job_that_takes_too_long_harms_no_other(
    base_folder: Path, tmp_path: Path, txt: Path
) -> None:
    with served(base_folder, tmp_path / "desk", job_seconds=12.0) as desk:
        body = {"uploads": [desk.send(txt)["upload"]], "as_of": AS_OF}
        (worker,) = desk.desk.workers.pids
        os.kill(worker, signal.SIGSTOP)
        late = desk.client.post("/api/check", json=body)
        assert late.status_code == 504
        assert late.json()["problems"][0]["code"] == "DESK_JOB_TIMEOUT"

        well = desk.client.post("/api/check", json=body)

        assert well.status_code == 200
        assert desk.desk.workers.pids != (worker,)


def test_a_worker_that_dies_fails_its_job_alone_and_a_full_queue_says_when_to_come_back(
    base_folder: Path, tmp_path: Path, txt: Path
) -> None:
    changes = {"waiting": 2, "waiting_each": 3}
    with served(base_folder, tmp_path / "desk", **changes) as desk:
        upload = desk.send(txt)["upload"]
        (worker,) = desk.desk.workers.pids
        os.kill(worker, signal.SIGSTOP)
        first = desk.start(upload).json()["jobID"]
        time.sleep(0.3)  # it is with the worker now
        second = desk.start(upload).json()["jobID"]
        third = desk.start(upload).json()["jobID"]
        full = desk.start(upload)
        assert full.status_code == 429
        assert int(full.headers["retry-after"]) > 0
        assert desk.client.delete(f"/jobs/{third}").json()["status"] == "dismissed"

        os.kill(worker, signal.SIGKILL)

        assert desk.finished(first)["problems"][0]["code"] == "DESK_WORKER_LOST"
        assert desk.finished(second)["status"] == "successful"
    with served(base_folder, tmp_path / "desk", waiting=1) as desk:
        assert desk.finished(second)["status"] == "successful"
        desk.send(txt)
        (worker,) = desk.desk.workers.pids
        os.kill(worker, signal.SIGSTOP)
        desk.start(upload)
        time.sleep(0.3)
        desk.start(upload)
        assert desk.start(upload).status_code == 503
    assert broken_links(tmp_path / "desk") == ()


def test_a_full_disk_is_told_and_harms_nothing(
    base_folder: Path, tmp_path: Path, txt: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    def no_room(answer: httpx.Response) -> bool:
        number = answer.json()["problems"][0]["number"]
        return (answer.status_code, number) == (507, "E791")

    with served(base_folder, tmp_path / "desk") as desk:
        upload = desk.send(txt)["upload"]
        earlier = desk.finished(desk.start(upload).json()["jobID"])["jobID"]
        query = {"name": "a.txt"}
        with monkeypatch.context() as patch:
            patch.setattr(Path, "write_bytes", full)
            sent = desk.client.post(
                "/api/sites", params=query, content=txt.read_bytes(), headers=BYTES
            )
            assert no_room(sent)
            assert no_room(desk.start(upload))
            assert len(desk.desk.jobs.all()) == 1
        monkeypatch.setattr(
            desk.desk, "settings", replace(desk.desk.settings, least_free_bytes=1 << 62)
        )
        assert no_room(desk.start(upload))
        monkeypatch.undo()
        again = desk.finished(desk.start(upload).json()["jobID"])

        assert again["status"] == "successful"
        assert verify_run(desk.desk.jobs.run(earlier)) == ()
    assert broken_links(tmp_path / "desk") == ()


def test_a_restart_keeps_what_is_finished_and_marks_the_rest(
    desk: Served, txt: Path, tmp_path: Path
) -> None:
    upload = desk.send(txt)["upload"]
    done = desk.finished(desk.start(upload).json()["jobID"])
    folder = tmp_path / "runs"
    jobs = Jobs(folder)
    waits, ran = jobs.new({"uploads": []}), jobs.new({"uploads": []})
    jobs.change(ran.id, status="running")
    shutil.copytree(desk.desk.jobs.run(done["jobID"]), jobs.run(ran.id))

    again = Jobs(folder)

    assert again.get(ran.id).status == "successful"
    assert again.get(waits.id).status == "failed"
    assert again.get(waits.id).problems[0]["code"] == "DESK_JOB_INTERRUPTED"
    assert (
        json.loads((folder / waits.id / "job.json").read_text())["status"] == "failed"
    )


def test_a_base_that_changes_is_read_again(tmp_path: Path, txt: Path) -> None:
    base = small_base.write_base(tmp_path / "base")
    with served(base, tmp_path / "desk") as desk:
        upload = desk.send(txt)["upload"]
        body = {"uploads": [upload], "as_of": AS_OF}
        before = desk.client.post("/api/check", json=body).json()
        (base / "permanent_basic_farmland.geojson").unlink()
        after = desk.client.post("/api/check", json=body).json()

    states = [
        {f["state"] for f in one["sites"][0]["findings"] if f["rule_id"] == "PBF-001"}
        for one in (before, after)
    ]
    assert states == [{"PROHIBITED"}, {"NOT_CHECKED"}]


def test_the_log_holds_no_name_and_no_coordinate(desk: Served, tmp_path: Path) -> None:
    path = tmp_path / "canary-name.txt"
    small_base.write_txt(path, QUIET)
    upload = desk.send(path)["upload"]
    desk.finished(desk.start(upload).json()["jobID"])
    wrong = {"name": "canary-name.txt"}
    desk.client.post("/api/sites", params=wrong, content=b"x", headers=BYTES)

    log = (desk.desk.settings.place / "audit.jsonl").read_text()
    assert upload in log
    assert "canary" not in log
    assert "3432100" not in log


def test_each_of_many_callers_gets_its_own_answer(desk: Served, tmp_path: Path) -> None:
    def one(number: int) -> bool:
        plot = shapely.affinity.translate(QUIET, 40.0 * number)
        path = tmp_path / f"plot{number}.txt"
        small_base.write_txt(path, plot)
        sent = desk.send(path)
        body = {"uploads": [sent["upload"]], "as_of": AS_OF}
        (site,) = desk.client.post("/api/check", json=body).json()["sites"]
        return bool(site["source"]["sha256"] == sent["sites"][0]["sha256"])

    with ThreadPoolExecutor(8) as callers:
        assert all(callers.map(one, range(24)))


def test_a_tile_is_kept_by_the_edition_of_its_layer(tmp_path: Path) -> None:
    base = small_base.write_base(tmp_path / "base")
    with served(base, tmp_path / "desk") as desk:

        def tile() -> tuple[str, bytes]:
            layers = desk.client.get("/api/layers").json()["layers"]
            key = next(x["key"] for x in layers if x["id"] == "river")
            answer = desk.client.get(f"/tiles/river/{key}/10/824/418")
            assert answer.status_code == 200
            assert "immutable" in answer.headers["cache-control"]
            return key, answer.content

        before = tile()
        assert tile() == before
        rows = [row for row in small_base.LAYERS["river"] if row[1]["BSM"] != "H2"]
        small_base.write_geojson(base / "river.geojson", rows)
        after = tile()
        stale = desk.client.get(f"/tiles/river/{before[0]}/10/825/418")

    assert before[0] != after[0]
    assert before[1] != after[1]
    assert "no-store" in stale.headers["cache-control"]
    assert len(list((tmp_path / "desk/tiles").iterdir())) == 1


def test_every_layer_and_table_of_a_verdict_can_be_held_against_today(
    desk: Served, txt: Path
) -> None:
    upload = desk.send(txt)["upload"]
    body = {"uploads": [upload], "as_of": AS_OF}
    verdict = desk.client.post("/api/check", json=body).json()
    told = desk.client.get("/api/layers").json()
    today = {one["id"]: one.get("sha256", "") for one in told["layers"]} | told[
        "tables"
    ]

    assert {one["kind"] for one in verdict["base"]["layers"]} >= {"vector", "table"}
    for one in verdict["base"]["layers"]:
        assert today[one["id"]] == one["sha256"], one["id"]
