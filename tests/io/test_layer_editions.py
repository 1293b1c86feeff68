"""`zoning layers diff`: two editions of a layer, feature by feature."""

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import pytest
import shapely
import small_base
from asking import CaptureText, ask
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

PLANE = "EPSG:4546"
EAST, NORTH = 400_000.0, 3_435_000.0
Row = tuple[str, str, Any]


def square(k: int, size: float = 100.0) -> shapely.Polygon:
    return shapely.box(EAST + 500 * k, NORTH, EAST + 500 * k + size, NORTH + size)


def layer(path: Path, *rows: Row, crs: str = PLANE, id_name: str = "BSM") -> Path:
    """Write a layer of (id, name, shape)."""
    frame = gpd.GeoDataFrame(
        {id_name: [row[0] for row in rows], "MC": [row[1] for row in rows]},
        geometry=[row[2] for row in rows],
        crs=PLANE,
    )
    pyogrio.write_dataframe(frame.to_crs(crs), path, encoding="utf-8")
    return path


def ellipsoidal_m2(shape: shapely.Polygon) -> float:
    """Area by geodesics between the corners: within 1e-6 of these small squares."""
    degrees = gpd.GeoSeries([shape], crs=PLANE).to_crs("EPSG:4490").iloc[0]
    geod = Geod(a=6_378_137.0, f=1 / 298.257222101)
    return abs(geod.geometry_area_perimeter(degrees)[0])


def compared(capsys: CaptureText, old: Path, new: Path, *more: str) -> dict[str, Any]:
    answer = ask(capsys, "layers", "diff", str(old), str(new), "--json", *more)
    assert answer.code == 0, answer.err
    (found,) = json.loads(answer.out)
    document: dict[str, Any] = found
    return document


@pytest.fixture
def editions(tmp_path: Path) -> tuple[Path, Path]:
    """One feature kept, one renamed, one grown, one dropped, one new."""
    old = layer(
        tmp_path / "old.gpkg",
        ("1", "甲", square(0)),
        ("2", "乙", square(1)),
        ("3", "丙", square(2)),
        ("4", "丁", square(3)),
    )
    new = layer(
        tmp_path / "new.gpkg",
        ("5", "戊", square(5)),
        ("3", "丙", square(2, 110.0)),
        ("2", "乙二", square(1)),
        ("1", "甲", square(0)),
    )
    return old, new


def test_features_are_told_by_their_id(
    editions: tuple[Path, Path], capsys: CaptureText
) -> None:
    found = compared(capsys, *editions)

    assert found["told_by"] == ["BSM", "BSM"]
    assert found["counts"] == {"added": 1, "removed": 1, "changed": 2, "unchanged": 1}
    assert [(one["change"], one["id"]) for one in found["features"]] == [
        ("changed", "2"),
        ("changed", "3"),
        ("removed", "4"),
        ("added", "5"),
    ]
    assert found["values_changed"] == {"MC": 1}
    assert found["features"][0]["values"] == [
        {"field": "MC", "old": "乙", "new": "乙二"}
    ]
    assert [one["moved"] for one in found["features"]] == [False, True, False, False]


def test_areas_are_on_the_ellipsoid(
    editions: tuple[Path, Path], capsys: CaptureText
) -> None:
    found = compared(capsys, *editions)
    old = sum(ellipsoidal_m2(square(k)) for k in range(4))
    grown = ellipsoidal_m2(square(2, 110.0))
    new = sum(ellipsoidal_m2(square(k)) for k in (0, 1, 5)) + grown

    assert found["old"]["area_m2"] == pytest.approx(old, abs=0.01)
    assert found["new"]["area_m2"] == pytest.approx(new, abs=0.01)
    assert found["area_change_m2"] == pytest.approx(new - old, abs=0.01)
    moved = found["features"][1]
    assert moved["gained_m2"] == pytest.approx(
        grown - ellipsoidal_m2(square(2)), abs=0.01
    )
    assert moved["lost_m2"] == pytest.approx(0.0, abs=0.01)


def test_the_other_way_round_it_is_the_other_way_round(
    editions: tuple[Path, Path], capsys: CaptureText
) -> None:
    there = compared(capsys, *editions)
    back = compared(capsys, editions[1], editions[0])

    assert back["counts"]["added"] == there["counts"]["removed"]
    assert back["counts"]["changed"] == there["counts"]["changed"]
    assert back["area_change_m2"] == -there["area_change_m2"]


def test_without_an_id_the_outline_tells(tmp_path: Path, capsys: CaptureText) -> None:
    old = layer(tmp_path / "o.gpkg", ("", "甲", square(0)), ("", "乙", square(1)))
    new = layer(tmp_path / "n.gpkg", ("", "乙二", square(1)), ("", "丙", square(2)))

    found = compared(capsys, old, new)

    assert found["told_by"] is None
    assert found["counts"] == {"added": 1, "removed": 1, "changed": 1, "unchanged": 0}


def test_a_repeated_id_tells_nothing(tmp_path: Path, capsys: CaptureText) -> None:
    rows = (("1", "甲", square(0)), ("1", "乙", square(1)))
    old, new = (layer(tmp_path / name, *rows) for name in ("o.gpkg", "n.gpkg"))

    assert compared(capsys, old, new)["told_by"] is None
    answer = ask(capsys, "layers", "diff", str(old), str(new), "--id", "BSM")
    assert (answer.code, "E282" in answer.err) == (2, True)


def test_equal_outlines_are_paired_by_their_attributes(
    tmp_path: Path, capsys: CaptureText
) -> None:
    old = layer(tmp_path / "o.gpkg", ("", "甲", square(0)), ("", "乙", square(0)))
    new = layer(tmp_path / "n.gpkg", ("", "乙", square(0)), ("", "甲", square(0)))

    assert compared(capsys, old, new)["counts"]["unchanged"] == 2


@pytest.mark.parametrize("ids", ["123", "   "], ids=["by id", "by outline"])
def test_another_crs_format_and_direction_change_no_feature(
    ids: str, tmp_path: Path, capsys: CaptureText
) -> None:
    rows = [(ids[k].strip(), f"地块{k}", square(k, 333.333)) for k in range(3)]
    turned = [(key, name, shape.reverse()) for key, name, shape in reversed(rows)]
    old = layer(tmp_path / "o.gpkg", *rows)
    new = layer(tmp_path / "n.geojson", *turned, crs="EPSG:4490")

    found = compared(capsys, old, new)

    assert found["counts"]["unchanged"] == 3
    assert (found["old"]["crs"], found["new"]["crs"]) == (PLANE, "EPSG:4490")
    assert found["area_change_m2"] == pytest.approx(0.0, abs=0.05)


def test_a_corner_moved_by_a_centimetre_is_a_change(
    tmp_path: Path, capsys: CaptureText
) -> None:
    xy = shapely.get_coordinates(square(0))
    xy[2] += 0.01
    old = layer(tmp_path / "o.gpkg", ("1", "甲", square(0)))
    new = layer(tmp_path / "n.gpkg", ("1", "甲", shapely.Polygon(xy)))

    found = compared(capsys, old, new)

    assert found["features"][0]["moved"]


def test_fields_that_came_and_went_are_named(
    tmp_path: Path, capsys: CaptureText
) -> None:
    old = layer(tmp_path / "o.gpkg", ("1", "甲", square(0)), id_name="BSM")
    new = layer(tmp_path / "n.gpkg", ("1", "甲", square(0)), id_name="id")

    found = compared(capsys, old, new)

    assert (found["fields_added"], found["fields_removed"]) == (["id"], ["BSM"])
    assert found["told_by"] is None


def test_the_encodings_of_shapefiles_are_told(
    tmp_path: Path, capsys: CaptureText
) -> None:
    frame = gpd.GeoDataFrame(
        {"BSM": ["1"], "MC": ["甲"]}, geometry=[square(0)], crs=PLANE
    )
    for name, encoding in (("o", "gbk"), ("n", "utf-8")):
        pyogrio.write_dataframe(frame, tmp_path / f"{name}.shp", encoding=encoding)

    arguments = (str(tmp_path / "o.shp"), str(tmp_path / "n.shp"), "--lang", "en")
    answer = ask(capsys, "layers", "diff", *arguments)

    assert answer.code == 0
    assert "encoding: gb18030 → utf-8" in answer.out
    assert answer.out.splitlines()[1].split("\t")[3:7] == ["0", "0", "0", "1"]


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_the_sides_of_a_feature_add_up(data: st.DataObject) -> None:
    import numpy as np

    from zoning.check.editions import LayerEdition, compare_editions
    from zoning.measure import area_m2

    def edition() -> LayerEdition:
        keys = data.draw(st.lists(st.integers(0, 6), unique=True, max_size=5))
        sizes = [data.draw(st.sampled_from([50.0, 100.0])) for _ in keys]
        shapes = [*(square(k, size) for k, size in zip(keys, sizes, strict=True)), None]
        geometry = np.array(shapes, dtype=object)[:-1]
        return LayerEdition(
            path="x",
            crs=PLANE,
            encoding=None,
            geometry=geometry,
            columns={"BSM": np.array([str(k) for k in keys], dtype=object)},
            area_m2=area_m2(geometry, PLANE),
        )

    old, new = edition(), edition()
    for ids in ([("BSM", "BSM")], []):
        found = compare_editions(old, new, ids)
        gained = sum(one.gained_m2 - one.lost_m2 for one in found.features)
        kinds = [one.change for one in found.features]
        assert old.area_m2.sum() + gained == pytest.approx(new.area_m2.sum(), abs=0.01)
        assert len(old.geometry) == found.unchanged + sum(k != "added" for k in kinds)
        assert len(new.geometry) == found.unchanged + sum(k != "removed" for k in kinds)


# ------------------------------------------------------------------------- outputs
def test_changed_features_go_to_a_geopackage_and_a_csv(
    editions: tuple[Path, Path], tmp_path: Path, capsys: CaptureText
) -> None:
    for name in ("c.gpkg", "c.csv"):
        compared(capsys, *editions, "--out", str(tmp_path / name))

    frame = pyogrio.read_dataframe(tmp_path / "c.gpkg")
    raw = (tmp_path / "c.csv").read_bytes()
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))

    assert raw.startswith(b"\xef\xbb\xbf")
    assert frame["id"].to_list() == [row["id"] for row in rows] == ["2", "3", "4", "5"]
    assert frame["change"].to_list() == ["changed", "changed", "removed", "added"]
    assert frame.crs == PLANE
    assert shapely.equals(frame.geometry.iloc[2], square(3))
    assert rows[0]["values"] == "MC: 乙 → 乙二"


def test_the_same_editions_give_the_same_bytes_and_nothing_is_overwritten(
    editions: tuple[Path, Path], tmp_path: Path, capsys: CaptureText
) -> None:
    made = []
    for name in ("a.gpkg", "b.gpkg"):
        compared(capsys, *editions, "--out", str(tmp_path / name))
        made.append((tmp_path / name).read_bytes())
    again = ask(
        capsys, "layers", "diff", *map(str, editions), "--out", str(tmp_path / "a.gpkg")
    )

    assert made[0] == made[1] == (tmp_path / "a.gpkg").read_bytes()
    assert (again.code, "E283" in again.err) == (2, True)


def test_no_cell_of_the_csv_is_a_formula(tmp_path: Path, capsys: CaptureText) -> None:
    old = layer(tmp_path / "o.gpkg", ("=1+1", "甲", square(0)))
    new = layer(tmp_path / "n.gpkg", ("@A1", "甲", square(0)))
    compared(capsys, old, new, "--id", "BSM", "--out", str(tmp_path / "c.csv"))

    text = (tmp_path / "c.csv").read_bytes().decode("utf-8-sig")
    assert [row[2] for row in csv.reader(io.StringIO(text))][1:] == ["'=1+1", "'@A1"]


def test_a_feature_without_an_outline_is_told_and_the_answer_is_not_whole(
    tmp_path: Path, capsys: CaptureText
) -> None:
    old = layer(tmp_path / "o.gpkg", ("1", "甲", square(0)), ("2", "乙", None))
    new = layer(tmp_path / "n.gpkg", ("1", "甲", square(0)), ("2", "乙", square(1)))

    answer = ask(capsys, "layers", "diff", str(old), str(new))

    assert answer.code == 4
    assert "E286 o.gpkg" in answer.err.replace(" o.gpkg：", " o.gpkg")


# --------------------------------------------------------------------- whole bases
@pytest.fixture
def bases(tmp_path: Path) -> tuple[Path, Path]:
    old = small_base.write_base(tmp_path / "old")
    shutil.copytree(old, tmp_path / "new")
    return old, tmp_path / "new"


def test_two_equal_bases_differ_in_nothing(
    bases: tuple[Path, Path], capsys: CaptureText
) -> None:
    answer = ask(capsys, "layers", "diff", *map(str, bases), "--json")

    found = json.loads(answer.out)
    assert answer.code == 0
    assert len(found) > 5
    for one in found:
        assert one["standing"] == "compared"
        assert not one["features"]
        assert one["counts"]["unchanged"] == one["old"]["features"]


def test_a_layer_of_two_bases_is_compared_alone(
    bases: tuple[Path, Path], capsys: CaptureText
) -> None:
    path = bases[1] / "ecological_redline.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["features"] = document["features"][1:]
    path.write_text(json.dumps(document), encoding="utf-8")

    found = compared(capsys, *bases, "--layer", "ecological_redline")

    assert (found["layer"], found["counts"]["removed"]) == ("ecological_redline", 1)
    assert found["area_change_m2"] < 0


def test_a_layer_that_cannot_be_read_is_told_and_the_others_compared(
    bases: tuple[Path, Path], capsys: CaptureText
) -> None:
    (bases[1] / "ecological_redline.geojson").unlink()

    answer = ask(capsys, "layers", "diff", *map(str, bases), "--json")

    found = {one["layer"]: one for one in json.loads(answer.out)}
    assert answer.code == 4
    assert found["ecological_redline"]["standing"] == "unreadable"
    assert found["ecological_redline"]["problems"][0]["code"] == "LAYER_MISSING"
    assert found["permanent_basic_farmland"]["standing"] == "compared"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["old", "file"], "E281"),
        (["old", "new", "--layer", "no_such"], "E271"),
        (["file", "file", "--out", "c.shp"], "E284"),
        (["old", "empty"], "E201"),
    ],
)
def test_a_comparison_that_makes_no_sense_is_refused(
    arguments: list[str], code: str, bases: tuple[Path, Path], capsys: CaptureText
) -> None:
    desk = bases[0].parent
    places = {
        "old": bases[0],
        "new": bases[1],
        "file": desk / "f.gpkg",
        "empty": desk / "e",
    }
    layer(places["file"], ("1", "甲", square(0)))
    places["empty"].mkdir()

    answer = ask(capsys, "layers", "diff", *(str(places.get(a, a)) for a in arguments))

    assert (answer.code, code in answer.err) == (2, True)
