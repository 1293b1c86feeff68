"""The notebooks: stripped as committed, and they run to the end with true figures."""

import html
import json
import re
import shutil
from collections.abc import Mapping
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import nbformat
import pytest
from guide_files import NOTEBOOKS, sample
from nbclient import NotebookClient

from zoning.model import Verdict

NBFORMAT: Any = nbformat  # its functions carry no types
CHINESE = re.compile(r"[一-鿿]")
KERNEL = {
    "kernelspec": {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}
PATHS = re.compile(r"(?:^|[\s\"'(])(?:/(?:home|root|tmp|work|Users)/|[A-Z]:\\)")

LOADS = re.compile(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=[\"']https?:")

by_name = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def code_cells(notebook: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_there_are_four_notebooks() -> None:
    assert [p.name for p in NOTEBOOKS] == [
        "01-check-a-site.ipynb",
        "02-corridor-layout.ipynb",
        "03-one-map.ipynb",
        "04-river-belt.ipynb",
    ]


@by_name
def test_a_notebook_is_stripped(path: Path) -> None:
    notebook = read(path)

    assert notebook["metadata"] == KERNEL
    for cell in notebook["cells"]:
        assert cell["metadata"] == {}
    for cell in code_cells(notebook):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None


@by_name
def test_a_notebook_is_valid_and_its_cells_have_names(path: Path) -> None:
    notebook = NBFORMAT.read(path, as_version=4)

    NBFORMAT.validate(notebook)
    names = [cell["id"] for cell in notebook["cells"]]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in names)


@by_name
def test_headings_are_chinese_with_short_english(path: Path) -> None:
    text = "\n".join(
        "".join(cell["source"])
        for cell in read(path)["cells"]
        if cell["cell_type"] == "markdown"
    )

    headings = re.findall(r"^#+ .*$", text, flags=re.MULTILINE)
    assert len(headings) >= 8
    for heading in headings:
        assert CHINESE.search(heading), heading
        assert " · " in heading, heading


def test_a_line_that_comes_in_two_pieces_is_one_line() -> None:
    pieces = [
        {"output_type": "stream", "name": "stdout", "text": text}
        for text in ("CLEAR", " · 9\n")
    ]
    table = {"output_type": "display_data", "data": {"text/plain": "rows"}}

    assert shown({"outputs": [*pieces, table]}) == "stdout: CLEAR · 9\n\nrows\n"


@by_name
def test_a_notebook_names_no_place_of_a_machine(path: Path) -> None:
    assert not PATHS.search(path.read_text(encoding="utf-8"))


# ------------------------------------------------------------- what they give
@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the notebooks beside a copy of the sample base."""
    folder = tmp_path_factory.mktemp("笔记 desk")
    skip = shutil.ignore_patterns(".zoning")
    shutil.copytree(sample(), folder / "data/sample_layers", ignore=skip)
    (folder / "notebooks").mkdir()
    return folder


@cache
def executed(name: str, folder: Path) -> dict[str, str]:
    """Run a notebook once; return what each cell shows, as text, by cell name."""
    source = next(path for path in NOTEBOOKS if path.name.startswith(name))
    notebook = NBFORMAT.read(source, as_version=4)
    NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder / "notebooks")}},
    ).execute()
    return {cell["id"]: shown(cell) for cell in code_cells(notebook)}


def shown(cell: Mapping[str, Any]) -> str:
    """Return what a cell shows; pieces of one stream are joined.

    The kernel flushes by the clock, so one line of ``print`` may come in two messages.
    """
    parts: list[str] = []
    for stream, run in groupby(cell["outputs"], key=lambda output: output.get("name")):
        if stream is not None:
            parts.append(f"{stream}: {''.join(piece['text'] for piece in run)}")
            continue
        parts += [part for output in run for part in displayed(output["data"])]
    return "\n".join(parts)


def displayed(data: Mapping[str, Any]) -> list[str]:
    texts = [str(data.get(kind, "")) for kind in ("text/plain", "text/html")]
    return [*texts, "<picture>"] if "image/png" in data else texts


@pytest.fixture
def site_cells(desk: Path) -> dict[str, str]:
    return executed("01", desk)


@pytest.fixture
def layout_cells(desk: Path) -> dict[str, str]:
    return executed("02", desk)


@pytest.fixture
def one_map_cells(desk: Path) -> dict[str, str]:
    return executed("03", desk)


@pytest.fixture
def belt_cells(desk: Path) -> dict[str, str]:
    return executed("04", desk)


@pytest.mark.slow
def test_a_site_is_checked_from_the_base_to_the_verdict(
    site_cells: dict[str, str],
) -> None:
    assert "生态保护红线" in site_cells["base"]
    assert "missing: []" in site_cells["absent"]
    assert "chemical_project" in site_cells["site"]
    assert Verdict.PROHIBITED in site_cells["verdict"]
    assert "True" in site_cells["verdict"]
    assert re.search(r"YRL-001\s+PROHIBITED", site_cells["findings"])
    assert "899.9" in site_cells["findings"]
    assert "corridor_layout" in site_cells["conflicts"]


@pytest.mark.slow
def test_law_project_and_layers_change_the_answer(site_cells: dict[str, str]) -> None:
    assert "YRL-001 NOT_CHECKED LAW_UNKNOWN_AT_DATE" in site_cells["law"]
    assert "不完整" in site_cells["law"]
    assert "stdout: NOTICE" in site_cells["project"]
    assert re.search(r"YRL-001\s+CLEAR", site_cells["project"])
    assert re.search(r"UNDETERMINED · [1-9]\d* 项未核查", site_cells["gap"])
    assert "ecological_redline" in site_cells["gap"]
    assert "LAYER_MISSING" in site_cells["gap"]


@pytest.mark.slow
def test_the_map_shows_in_the_notebook_and_asks_no_network(
    site_cells: dict[str, str], layout_cells: dict[str, str]
) -> None:
    for page in (site_cells["map"], layout_cells["folium"]):
        assert "<iframe" in page
        assert len(page) > 100_000
        assert not LOADS.search(html.unescape(page))


@pytest.mark.slow
def test_the_run_is_written_whole(site_cells: dict[str, str]) -> None:
    for name in ("MANIFEST.json", "verdict.json", "report.docx", "result.gpkg"):
        assert name in site_cells["run"]


@pytest.mark.slow
def test_the_layout_is_loaded_whole(layout_cells: dict[str, str]) -> None:
    counts = layout_cells["load"]

    for kind, count in {"belt 带": 2, "screen 屏": 4, "corridor 廊": 22}.items():
        assert re.search(rf"{kind}\s+{count}\s", counts)
    assert re.search(r"patch 块\s+\d+", counts)


@pytest.mark.slow
@pytest.mark.parametrize(
    "cell", ["plot", "profile", "picture", "resistance", "current", "bars"]
)
def test_pictures_are_drawn_in_a_font_that_has_chinese(
    layout_cells: dict[str, str], cell: str
) -> None:
    assert "<picture>" in layout_cells[cell]
    assert "stderr" not in layout_cells[cell]  # missing glyphs are warned of there


@pytest.mark.slow
def test_the_site_leaves_two_fifths_and_the_trim_restores_the_target(
    layout_cells: dict[str, str],
) -> None:
    before = re.search(r"原宽 ([\d.]+) m，剩余 ([\d.]+) m", layout_cells["cut"])
    after = re.search(r"退让后剩余宽度 ([\d.]+) m，目标 (\d+) m", layout_cells["trim"])

    assert before is not None
    assert after is not None
    assert float(before[2]) / float(before[1]) == pytest.approx(0.4, abs=0.005)
    assert float(after[1]) == pytest.approx(float(after[2]), rel=1e-3)


@pytest.mark.slow
def test_every_planted_break_is_found_and_no_other(
    layout_cells: dict[str, str],
) -> None:
    planted = re.findall(
        r"^(示范\w+廊道)\s+([\d.]+)\s+([\d.]+)\s*$",
        layout_cells["planted"].partition("<div")[0],
        flags=re.MULTILINE,
    )
    broken = re.findall(
        r"^(示范\w+廊道) .*\s([\d.]+)\s*$",
        layout_cells["all"].partition("<div")[0],
        flags=re.MULTILINE,
    )

    assert len(planted) == 5
    for _, made_m, found_m in planted:
        assert float(found_m) == pytest.approx(float(made_m), abs=110)
    assert {name for name, gap_m in broken if float(gap_m) > 0} == {
        name for name, _, _ in planted
    }


@pytest.mark.slow
def test_the_audit_and_the_impact_on_the_model_are_told(
    layout_cells: dict[str, str],
) -> None:
    assert layout_cells["gaps"].count("规划图形自身断开") >= 5  # the planted ones
    assert "'BROKEN'" in layout_cells["audit"]
    assert "重算 4 次" in layout_cells["build"]  # how far the model hangs on its table
    assert "重算 4 次" in layout_cells["impact"]
    assert re.search(r"ASK-006\s+REVIEW", layout_cells["impact"])
    assert re.search(r"\s11\s", layout_cells["harm"])
    assert re.search(r"\n0\s+1\s", layout_cells["mitigation"])


@pytest.mark.slow
def test_the_one_map_closes_and_its_overlaps_are_the_planted_ones(
    one_map_cells: dict[str, str],
) -> None:
    assert "2949393297.21" in one_map_cells["lines"]
    assert "<picture>" in one_map_cells["plot"]
    for area in ("3010.95", "2483.21", "2845.06"):
        assert area in one_map_cells["overlaps"]
    assert "66.8640" in one_map_cells["forest"]
    assert re.search(r"余量 -?\d+\.\d+ km²", one_map_cells["headroom"])


@pytest.mark.slow
def test_the_account_balances_and_the_proposal_leaves_no_overlap(
    one_map_cells: dict[str, str],
) -> None:
    assert "期初 + 增加 - 减少 = 期末: True" in one_map_cells["account"]
    assert "farmland-yields-to-redline" in one_map_cells["proposal"]
    assert "重叠 0 处" in one_map_cells["again"]
    for name in ("zoning.yaml", "MANIFEST.json", "owed.csv"):
        assert name in one_map_cells["again"]


@pytest.mark.slow
def test_the_belt_is_drawn_on_both_banks_with_its_parameters(
    belt_cells: dict[str, str],
) -> None:
    assert "prominence_m=50.0" in belt_cells["survey"]
    assert "缺项 gaps: []" in belt_cells["survey"]
    assert "<picture>" in belt_cells["belt"]
    assert "<picture>" in belt_cells["profile"]
    for column in ("left", "right", "连续度"):
        assert column in belt_cells["green"]
    assert "145–175 m（1985）" in belt_cells["drawdown"]
    tried = [float(x) for x in re.findall(r" m +(\d+\.\d)", belt_cells["ask"])]
    assert len(tried) == 3
    assert tried == sorted(tried)
