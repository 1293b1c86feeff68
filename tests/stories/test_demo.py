"""The sample county end to end: what it says of every sample site."""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from zoning import strict_yaml
from zoning.check import check
from zoning.cli.demo_command import DEMO_DAY
from zoning.io.base import open_base
from zoning.io.project import read_projects
from zoning.io.site_folder import site_files
from zoning.io.sites import read_sites
from zoning.model import CheckOptions, Report, Verdict
from zoning.rules.packs import read_rule_book
from zoning.samples.places import sample_folder

ROOT = Path(__file__).parents[2]
SITES = ROOT / "data/sample_layers/sites"
PIP = (sys.executable, "-m", "pip")
EXPECTED = strict_yaml.load(SITES / "expected.yaml")


@pytest.fixture(scope="module")
def report() -> Report:
    folder = sample_folder()
    assert folder is not None
    base = open_base(folder)
    projects = read_projects(SITES / "projects.yaml")
    sites = read_sites(site_files(SITES), projects=projects)
    book = read_rule_book(base.packs, folder)
    return check(sites, base, book, options=CheckOptions(as_of=DEMO_DAY))


@pytest.mark.parametrize("file", EXPECTED)
def test_a_sample_site_gets_its_verdict(report: Report, file: str) -> None:
    expected = EXPECTED[file]
    result = next(s for s in report.sites if s.site.source.path == file)
    states = {f.rule_id: str(f.state) for f in result.findings}

    assert str(result.verdict) == expected["verdict"]
    assert str(result.complete).lower() == expected.get("complete", "false")
    for rule_id, state in expected.get("findings", {}).items():
        assert (rule_id, states.get(rule_id)) == (rule_id, state)


def test_the_sample_sites_cover_every_verdict(report: Report) -> None:
    assert {s.verdict for s in report.sites} == set(Verdict)
    assert len(EXPECTED) == len({s.site.source.path for s in report.sites})


def test_the_sample_base_is_whole(report: Report) -> None:
    assert report.base.missing == {}
    assert not [k for k, layer in report.base.layers.items() if layer.problems]


def test_the_same_plot_gets_different_answers(report: Report) -> None:
    """A chemical plant and a tailings pond on one plot, and the corridor cut."""
    results = {s.site.source.path: s for s in report.sites}
    plant, pond = results["chemical_900m.txt"], results["tailings_900m.txt"]

    assert plant.area_m2 == pond.area_m2
    assert plant.verdict is Verdict.PROHIBITED
    assert pond.verdict is Verdict.NOTICE
    hit = next(h for h in plant.layout if h.kind == "corridor")
    assert hit.width_m is not None
    assert hit.width_left_m is not None
    assert 0.3 < hit.width_left_m / hit.width_m < 0.5
    assert hit.trim_m2


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_demo_runs_on_a_gbk_console(tmp_path: Path, lang: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "zoning", "demo", "--lang", lang],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "gbk"},
        capture_output=True,
        check=True,
        timeout=120,
    )

    shown = done.stdout.decode("gbk")
    for verdict in Verdict:
        assert verdict in shown
    assert "map.html" in shown
    assert "zoning check" in shown
    run = tmp_path / "zoning-demo/run"
    document = json.loads((run / "verdict.json").read_text(encoding="utf-8"))
    assert len(document["sites"]) == len(EXPECTED)
    assert (run / "MANIFEST.json").is_file()


@pytest.mark.slow
def test_a_wheel_runs_the_demo_outside_the_repository(tmp_path: Path) -> None:
    """The wheel carries the sample base, fonts, packs and vendored assets.

    It is unpacked beside the installed dependencies, so that this needs no
    second download of them.
    """
    subprocess.run(
        [
            *PIP,
            "wheel",
            "--quiet",
            "--no-deps",
            "--wheel-dir",
            str(tmp_path),
            str(ROOT),
        ],
        check=True,
        capture_output=True,
    )
    wheel = next(tmp_path.glob("zoning-*.whl"))
    venv.create(tmp_path / "venv", with_pip=True, symlinks=os.name != "nt")
    python = tmp_path / "venv/bin/python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    site_packages = Path(pytest.__file__).parents[1]
    link = next((tmp_path / "venv/lib").glob("python*/site-packages"))
    # a .pth line comes after the venv's own packages: the wheel is found first
    (link / "dependencies.pth").write_text(f"{site_packages}\n", encoding="utf-8")

    done = subprocess.run(
        [str(python), "-m", "zoning", "demo", "out"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr.decode()
    where = subprocess.run(
        [str(python), "-c", "import zoning; print(zoning.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert str(tmp_path) in where.stdout.decode()
