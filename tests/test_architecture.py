"""House rules that no linter knows."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "zoning"
MODULES = sorted(PACKAGE.rglob("*.py"))
MEASURING = {"measure.py", "topology.py"}
MAY_MEASURE = {
    "check/terrain.py": "cell windows, no areas",
    "check/checking.py": "mean width of a sliver: area over outline, both plane",
}
FORBIDDEN = {"eval", "exec", "pickle", "joblib", "marshal", "shelve"}
LINES = 400


def names(tree: ast.AST) -> set[str]:
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_modules_are_short_and_harmless(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)

    assert len(text.splitlines()) <= LINES
    assert not names(tree) & FORBIDDEN
    assert "shell=True" not in text
    assert "yaml.load(" not in text
    assert path.name not in {"utils.py", "helpers.py", "common.py"}


def measures(tree: ast.AST) -> set[str]:
    """Return where a module takes `.area` or `.length` of a shape."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"area", "length"}
    }


@pytest.mark.parametrize(
    "path",
    [p for p in MODULES if p.parent.name in {"zoning", "check", "rules", "cli"}],
    ids=lambda p: str(p.relative_to(PACKAGE)),
)
def test_only_the_measuring_rooms_measure(path: Path) -> None:
    if path.name in MEASURING or str(path.relative_to(PACKAGE)) in MAY_MEASURE:
        return

    assert not measures(ast.parse(path.read_text(encoding="utf-8")))


def test_a_finding_is_clear_in_one_module_only() -> None:
    """CLEAR findings come from the judging rooms alone."""
    makers = {
        str(path.relative_to(PACKAGE))
        for path in MODULES
        if "State.CLEAR" in path.read_text(encoding="utf-8")
    }

    assert {m for m in makers if m.startswith("check/")} == {
        "check/checking.py",  # leaves clear findings out of the conflict shapes
        "check/clauses.py",
        "check/judging.py",
    }
    assert not {m for m in makers if m.startswith(("io/", "rules/"))}


HEAVY = ("geopandas", "pandas", "pyogrio", "folium", "matplotlib", "docx", "openpyxl")


ARRAYS = ("numpy", "shapely", "pyproj", "pydantic")


def loaded_by(code: str, heavy: tuple[str, ...] = HEAVY) -> set[str]:
    """Return heavy modules that a fresh process loads by running `code`."""
    script = f"{code}\nimport sys; print(*[m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split("\n")[-2].split())


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["txt", "geojson"])
def test_a_check_on_a_prepared_base_loads_no_heavy_library(
    tmp_path: Path, suffix: str
) -> None:
    here = str(Path(__file__).parent)
    arguments = ["check", str(tmp_path / f"site.{suffix}")]
    arguments += ["--base", str(tmp_path / "base"), "--json"]
    call = f"main({arguments!r})"
    write = (
        f"import sys; sys.path.insert(0, {here!r})\n"
        "import small_base, shapely; from pathlib import Path\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "small_base.write_base(folder / 'base')\n"
        "plot = shapely.box(402100, 3432100, 402200, 3432200)\n"
        "small_base.write_geojson(folder / 'site.geojson', [(plot, {})])\n"
        "small_base.write_txt(folder / 'site.txt', plot)\n"
        "from zoning.io.base import open_base; open_base(folder / 'base')\n"
    )
    subprocess.run([sys.executable, "-c", write], check=True)

    script = (
        "from zoning.cli import main\n"
        f"try:\n    {call}\nexcept SystemExit as stop:\n    assert stop.code == 4\n"
    )

    assert loaded_by(script) == set()


def test_help_loads_nothing_heavy() -> None:
    script = (
        "from zoning.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
    )

    assert loaded_by(script, HEAVY + ARRAYS) == set()


def test_the_core_is_importable_without_the_edges() -> None:
    assert loaded_by("import zoning.check, zoning.store, zoning.corridors") == set()


def test_importing_the_package_twice_keeps_gdal_guarded() -> None:
    code = "import zoning, os; assert os.environ['OGR_SKIP'] == 'OGR_VRT'"

    assert loaded_by(code) == set()
