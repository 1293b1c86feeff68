"""A layer's GeoJSON before GDAL sees it: arrays that stand alone, CRS in odd places."""

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from zoning.errors import LayerError
from zoning.io.geojson_layers import as_collection, count_json
from zoning.io.vector import read_raw

LAYER = "ecological_redline"
SHAPES = (
    shapely.box(109.9, 31.0, 109.91, 31.01),
    shapely.box(109.92, 31.0, 109.93, 31.01),
)
GEOMETRIES = [json.loads(shapely.to_geojson(shape)) for shape in SHAPES]
FEATURES = [
    {"type": "Feature", "properties": {"DLBM": code}, "geometry": geometry}
    for code, geometry in zip(("0103", "1101"), GEOMETRIES, strict=True)
]
NAMED = {"type": "name", "properties": {"name": "EPSG:4610"}}


def written(folder: Path, content: Any, *, mark: bytes = b"") -> Path:
    path = folder / "图层.geojson"
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_bytes(mark + text.encode())
    return path


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\xef\xbb\xbf \r\n"])
def test_an_array_of_features_is_read_as_a_collection(
    tmp_path: Path, mark: bytes
) -> None:
    layer = read_raw(written(tmp_path, FEATURES, mark=mark), LAYER)

    assert list(layer.geometry) == list(SHAPES)
    assert layer.expected == 2
    assert layer.crs == "EPSG:4326"
    assert list(layer.columns["DLBM"]) == ["0103", "1101"]
    assert not layer.notes


def test_an_array_of_geometries_makes_a_feature_of_each(tmp_path: Path) -> None:
    layer = read_raw(written(tmp_path, GEOMETRIES), LAYER)

    assert list(layer.geometry) == list(SHAPES)
    assert layer.expected == 2


def test_no_file_stays_beside_the_array(tmp_path: Path) -> None:
    path = written(tmp_path, FEATURES)

    read_raw(path, LAYER)

    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("[1, 2]", "Failed to read GeoJSON"),
        (json.dumps(FEATURES)[:-1], "Failed to read GeoJSON"),
        (json.dumps(FEATURES) + "{}", "Failed to read GeoJSON"),
        (json.dumps(FEATURES)[:-1] + ",]", "Failed to read GeoJSON"),
        ("[" * 100_000, "Failed to read GeoJSON"),
        ('[{"type": "Polygon", "type": "Point"}]', "repeated key 'type'"),
        ([FEATURES[0] | {"crs": NAMED}], "crs of one feature 'EPSG:4610'"),
        ([GEOMETRIES[0] | {"crs": NAMED}], "crs of one feature 'EPSG:4610'"),
        ([FEATURES[0] | {"crs": {"type": "link"}}], "crs of type 'link'"),
    ],
    ids=[
        "numbers",
        "not closed",
        "text behind the end",
        "a comma and nothing behind it",
        "nested deeply",
        "a member said twice",
        "a datum of one feature",
        "a datum of one geometry",
        "a datum behind a link",
    ],
)
def test_a_faulty_array_is_refused_with_its_reason(
    tmp_path: Path, content: Any, reason: str
) -> None:
    with pytest.raises(LayerError) as caught:
        read_raw(written(tmp_path, content), LAYER)

    assert caught.value.problem.code == "LAYER_UNREADABLE"
    assert reason in caught.value.problem.text("en")


@pytest.mark.parametrize("place", ["collection", "geometry of a collection"])
def test_a_datum_that_gdal_would_pass_over_is_refused(
    tmp_path: Path, place: str
) -> None:
    feature = {"type": "Feature", "properties": {}, "geometry": GEOMETRIES[0]}
    if place == "collection":
        feature["crs"] = NAMED
        shape = feature
    else:
        parts = {"type": "GeometryCollection", "geometries": [GEOMETRIES[0]]}
        parts["geometries"] = [GEOMETRIES[0] | {"crs": NAMED}]
        shape = feature | {"geometry": parts}

    with pytest.raises(LayerError) as caught:
        read_raw(written(tmp_path, collection([shape])), LAYER)

    assert "EPSG:4610" in caught.value.problem.text("zh")


def collection(features: list[Any], **members: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", **members, "features": features}


def test_the_crs_of_the_file_may_be_said_again(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    again = {"type": "EPSG", "properties": {"code": 4490}}
    said = [feature | {"crs": again} for feature in FEATURES]

    layer = read_raw(written(tmp_path, collection(said, crs=crs)), LAYER)

    assert (layer.crs, layer.expected) == ("EPSG:4490", 2)


values = st.none() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6)
features = st.fixed_dictionaries(
    {
        "type": st.just("Feature"),
        "properties": st.dictionaries(st.sampled_from('{[,"]}\\'), values, max_size=2),
    }
)
listed = st.lists(features, max_size=3)


@given(listed, st.sampled_from([None, 1, "\t"]))
def test_every_feature_of_an_array_keeps_what_it_says(
    said: list[Any], indent: int | str | None
) -> None:
    made = as_collection(json.dumps(said, indent=indent).encode())

    assert made is not None
    assert json.loads(made) == collection(said)


@given(listed, st.data())
def test_an_array_cut_anywhere_is_none(said: list[Any], data: st.DataObject) -> None:
    text = json.dumps(said, ensure_ascii=False).encode()

    assert as_collection(text[: data.draw(st.integers(0, len(text) - 1))]) is None


def test_a_file_that_is_no_object_has_no_count(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no object"):
        count_json(written(tmp_path, "3"))
