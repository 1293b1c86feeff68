"""What a site does to a model of corridors, asked of the desk."""

import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
import shapely
import small_base
from modelling import DAY, report_of
from serving_desk import JSON, QUIET, served
from test_site_impact import GAP_ROW, WAY_Y, table
from valley import walled, write_valley

from zoning.report.linkage.run import write_linkage

pytestmark = pytest.mark.slow


def test_the_desk_tells_what_the_command_tells_of_a_model(tmp_path: Path) -> None:
    base = write_valley(tmp_path / "base", walled(GAP_ROW))
    model = write_linkage(report_of(base, table()), tmp_path / "model")
    plot = shapely.box(400_020, WAY_Y - 40, 400_380, WAY_Y + 40)
    small_base.write_txt(tmp_path / "plot.txt", plot)
    with served(base, tmp_path / "desk", corridors=model) as desk:
        upload = desk.send(tmp_path / "plot.txt")["upload"]
        job = desk.start(upload, as_of=DAY.isoformat()).json()["jobID"]
        assert desk.finished(job)["status"] == "successful"
        told = desk.client.post(f"/api/runs/{job}/impact", headers=JSON).json()
        taken = desk.client.get(f"/api/runs/{job}/impacts/{told['id']}")
        none = desk.client.get(f"/api/runs/{job}/impacts/{'0' * 16}")

    (one,) = told["impacts"]
    assert one["harmed"]
    assert one["headline"]["zh"]
    assert one["headline"]["en"]
    folder = zipfile.ZipFile(BytesIO(taken.content))
    written = json.loads(folder.read("run/site-1/impact.json"))
    assert one["findings"] == written["findings"]
    assert one["sensitivity"] == written["sensitivity"]
    assert "REVIEW" in {finding["state"] for finding in one["findings"]}
    names = folder.namelist()
    assert "run/site-1/impact.json" in names
    assert "run/site-1/report.docx" in names
    assert none.status_code == 404


def test_without_a_model_it_is_said_how_to_get_one(
    base_folder: Path, tmp_path: Path
) -> None:
    small_base.write_txt(tmp_path / "plot.txt", QUIET)
    with served(base_folder, tmp_path / "desk") as desk:
        upload = desk.send(tmp_path / "plot.txt")["upload"]
        job = desk.start(upload).json()["jobID"]
        desk.finished(job)
        answer = desk.client.post(f"/api/runs/{job}/impact", headers=JSON)

    assert answer.status_code == 404
    assert answer.json()["problems"][0]["number"] == "E763"
