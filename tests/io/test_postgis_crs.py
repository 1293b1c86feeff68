"""SRID and encoding of a database: settled, or the layer is refused."""

from pathlib import Path

import pytest
import shapely
from postgis_reading import REDLINE, ROWS, fill, read, refusal, require_whole
from postgis_server import Place

from zoning import measure

pytestmark = pytest.mark.slow


SYSTEM = "UPDATE spatial_ref_sys SET"
TEXT = "UPDATE redline SET"


COPIED = 'CREATE TABLE redline AS SELECT gid, "BSM",'


def test_srid_0_is_refused_even_where_the_base_declares_a_crs(place: Place) -> None:
    fill(place, column="geometry", srid=0)

    code, line = refusal(crs="EPSG:4546")

    assert code == "DATABASE_SRID"
    assert "SRID 0 × 2" in line


def test_mixed_srids_are_refused_with_their_counts(place: Place) -> None:
    fill(place, column="geometry")
    place.run("UPDATE redline SET geom = ST_SetSRID(geom, 4545) WHERE gid = 2")

    code, line = refusal()

    assert code == "DATABASE_SRID"
    assert "SRID 4545 × 1" in line
    assert "SRID 4546 × 1" in line


def test_one_srid_without_a_typmod_is_enough(place: Place) -> None:
    fill(place, column="geometry")

    require_whole(read())


def test_an_srid_that_is_not_registered_is_refused(place: Place) -> None:
    fill(place, column="geometry")
    place.run("UPDATE redline SET geom = ST_SetSRID(geom, 900123)")

    assert refusal()[0] == "DATABASE_SRID"


def test_degrees_and_another_zone_come_out_at_the_same_place(place: Place) -> None:
    fill(place, "old")
    for number in (4490, 4525, 4547):
        place.run("DROP TABLE IF EXISTS redline")
        place.run(f"{COPIED} ST_Transform(geom, {number}) AS geom FROM old")

        raw = read().raw

        assert raw.crs == f"EPSG:{number}"
        assert raw.columns["BSM"].tolist() == ["R1", "R2"]
        found = measure.project(raw.geometry, raw.crs, "EPSG:4546")
        apart = shapely.hausdorff_distance(found, [shape for shape, _ in ROWS])
        assert apart.max() < 1e-3


SPOILT = {
    "another meridian in the text": "srtext = replace(srtext, "
    "'\"central_meridian\",111', '\"central_meridian\",108')",
    "another meridian for PROJ": "proj4text = replace(proj4text, 'lon_0=111', "
    "'lon_0=108')",
    "another ellipsoid": "proj4text = replace(proj4text, 'ellps=GRS80', 'ellps=krass')",
    "a shift of a metre": "proj4text = replace(proj4text, 'x_0=500000', 'x_0=500001')",
    "the whole row of a neighbour": "(auth_srid, srtext, proj4text) = (SELECT "
    "auth_srid, srtext, proj4text FROM spatial_ref_sys WHERE srid = 4545)",
    "another code": "auth_srid = 4545",
    "degrees": "proj4text = '+proj=longlat +ellps=GRS80'",
    "no definition": "srtext = '', proj4text = ''",
    "no system": "srtext = 'PROJCS[nonsense'",
    "an unknown code": "auth_srid = 999999",
}


@pytest.mark.parametrize("change", SPOILT.values(), ids=SPOILT)
def test_a_doctored_reference_system_is_not_believed(place: Place, change: str) -> None:
    fill(place)
    place.run(f"{SYSTEM} {change} WHERE srid = 4546")

    assert refusal()[0] == "DATABASE_SRID_DOUBTFUL"


def test_every_plane_of_cgcs2000_is_believed_as_postgis_ships_it(place: Place) -> None:
    from zoning.io.database_crs import crs_of_row

    text = (
        "SELECT srid, auth_name, auth_srid, srtext, proj4text FROM spatial_ref_sys "
        "WHERE srid BETWEEN 4490 AND 4554 OR srid = 4326"
    )
    with place.server.connect(place.name) as connection:
        rows = connection.execute(text).fetchall()

    assert len(rows) == 66
    for srid, *row in rows:
        assert crs_of_row(srid, tuple(row), REDLINE) == f"EPSG:{srid}"


def test_an_office_may_number_a_known_plane_itself(place: Place) -> None:
    place.run(
        "INSERT INTO spatial_ref_sys SELECT 900001, auth_name, auth_srid, srtext, "
        "proj4text FROM spatial_ref_sys WHERE srid = 4546"
    )
    fill(place, column="geometry(Geometry, 900001)", srid=900001)

    require_whole(read())


def test_a_declaration_over_another_srid_is_refused(place: Place) -> None:
    fill(place)

    assert refusal(crs="EPSG:4545")[0] == "CRS_CONTRADICTION"


def test_xian_1980_is_refused(place: Place) -> None:
    fill(place, column="geometry(Geometry, 2379)", srid=2379)

    assert refusal()[0] == "CRS_UNSUPPORTED"


# ------------------------------------------------------------------------- encoding
def test_a_chinese_server_encoding_is_read(place: Place) -> None:
    place.server.create("chinese", encoding="EUC_CN")
    path = place.server.service_file(
        Path(place.server.folder) / "gbk.conf", chinese="chinese"
    )
    other = Place(place.server, "chinese")
    fill(other)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGSERVICEFILE", str(path))
        layer = read(source="postgis:chinese")

    require_whole(layer)
    assert layer.raw.encoding == "EUC_CN"


def test_bytes_without_an_encoding_need_a_declaration(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.server.create("bytes", encoding="SQL_ASCII")
    other = Place(place.server, "bytes")
    fill(other, rows=[(shape, {"BSM": "", "HXMC": ""}) for shape, _ in ROWS])
    for number, (_, values) in enumerate(ROWS, start=1):
        for name in ("BSM", "HXMC"):
            text = values[name].encode("gbk").hex()
            other.run(
                f"{TEXT} \"{name}\" = convert_from('\\x{text}', "
                f"'SQL_ASCII') WHERE gid = {number}"
            )
    services = place.server.service_file(tmp_path / "b.conf", bytes="bytes")
    monkeypatch.setenv("PGSERVICEFILE", str(services))

    code, line = refusal(source="postgis:bytes")
    assert code == "DATABASE_ENCODING"
    assert "SQL_ASCII" in line
    assert refusal(source="postgis:bytes", encoding="UTF-8")[0] == "ENCODING_DOUBTFUL"
    require_whole(read(source="postgis:bytes", encoding="GB18030"))
