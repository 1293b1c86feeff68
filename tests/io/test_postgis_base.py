"""A base with layers in PostGIS: the same answers as from files, or not checked."""

import json
import os
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import geopandas
import psycopg
import pytest
import small_base
from asking import CaptureText, ask
from postgis_reading import REDLINE, fill
from postgis_server import Place
from psycopg import sql
from pyproj import CRS

from zoning import strict_yaml
from zoning.errors import BaseError, Problem
from zoning.io import database_layer
from zoning.io.base import open_base
from zoning.io.database_table import Census, Query, count_rows
from zoning.io.sealing import Standing, seal, standings

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data/sample_layers"
SITES = sorted(p for p in (SAMPLE / "sites").iterdir() if p.suffix != ".yaml")
ENTRY = "{source: postgis:planning, table: public.redline, coverage: county}"
TABLES = {
    "county": ("county.gpkg", "县界"),
    "permanent_basic_farmland": ("YJJBNTTB.shp", "YJJBNTTB"),
    "ecological_redline": ("STBHHX.gpkg", "生态保护红线"),
    "urban_development_boundary": ("CZKFBJ.shp", "czkfbj"),
    "control_unit": ("HJGKDY.gpkg", "HJ gkdy"),
    "protected_area": ("ZRBHD.gpkg", 'zr"bhd'),
    "water_source_zone": ("YYSSYBHQ.gpkg", "water"),
    "corridor_layout": ("GJ.gpkg", "gj"),
    "heritage_site": ("WWBHDW.geojson", "ww"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_base.write_base(tmp_path / "base")


def named(folder: Path, entry: str = ENTRY, layer: str = REDLINE) -> Path:
    """Name the red line of the small base in another way."""
    path = folder / "zoning.yaml"
    text = path.read_text(encoding="utf-8")
    changed = re.sub(
        rf"^( *){layer}: .*$",
        lambda m: f"{m[1]}{layer}: {entry}",
        text,
        flags=re.MULTILINE,
    )
    assert changed != text
    path.write_text(changed, encoding="utf-8")
    return folder


def missing(folder: Path) -> Problem:
    (problem,) = open_base(folder).missing[REDLINE]
    return problem


def loaded(place: Place, path: Path, name: str) -> None:
    """Put a file of the sample county into a table, as an office would."""
    frame = geopandas.read_file(path)
    fields = [one for one in frame.columns if one != frame.geometry.name]
    table = sql.Identifier("plan", name)
    kinds = {"f": "double precision", "i": "bigint"}
    columns = [
        sql.SQL("{} {}").format(
            sql.Identifier(one),
            sql.SQL(kinds.get(getattr(frame[one].dtype, "kind", "O"), "text")),
        )
        for one in fields
    ]
    epsg = int(CRS(frame.crs).to_epsg() or 0)
    shape = sql.SQL("shape geometry(Geometry, {})").format(sql.Literal(epsg))
    with place.server.connect(place.name) as connection:
        made = sql.SQL("CREATE TABLE {} ({})")
        every = sql.SQL(", ").join([*columns, shape])
        connection.execute(made.format(table, every))
        with (
            connection.cursor() as cursor,
            cursor.copy(sql.SQL("COPY {} FROM STDIN").format(table)) as copy,
        ):
            shapes = frame.geometry.to_wkb(hex=True)
            plain = frame[fields].astype(object).where(frame[fields].notna(), None)
            for cells, wkb in zip(plain.to_numpy(), shapes, strict=True):
                copy.write_row([*cells, with_srid(wkb, epsg)])
        connection.execute(
            sql.SQL("CREATE INDEX ON {} USING gist (shape)").format(table)
        )


def with_srid(wkb: str, epsg: int) -> str:
    """Return hexadecimal WKB with an SRID, as PostGIS takes it in a COPY."""
    content = bytes.fromhex(wkb)
    (kind,) = struct.unpack_from("<I", content, 1)
    head = struct.pack("<BII", 1, kind | 0x20000000, epsg)
    return (head + content[5:]).hex()


def database_base(tmp_path: Path) -> Path:
    """Write the sample base with its layers named as tables, unsealed."""
    folder = tmp_path / "database"
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns(".zoning"))
    path = folder / "zoning.yaml"
    text = path.read_text(encoding="utf-8")
    for layer, (file, name) in TABLES.items():
        quoted = 'plan."' + name.replace('"', '""') + '"'
        entry = re.compile(
            rf"( *){layer}:\n(?:\1  .*\n)*?\1  path: {re.escape(file)}\n(?:\1  .*\n)*"
        )
        (old,) = entry.finditer(text)
        fresh = old[0].replace(
            f"path: {file}", f"source: postgis:planning\n{old[1]}  table: '{quoted}'"
        )
        fresh = re.sub(r" *(?:sha256|features|encoding): .*\n", "", fresh)
        text = text.replace(old[0], fresh)
        (folder / file).unlink()
    path.write_text(text, encoding="utf-8")
    return folder


# ------------------------------------------------------------------- the same answers
def test_the_sample_county_answers_the_same_from_tables_as_from_files(
    place: Place, tmp_path: Path, capsys: CaptureText
) -> None:
    place.run("CREATE SCHEMA plan")
    for file, name in TABLES.values():
        loaded(place, SAMPLE / file, name)
    files = tmp_path / "files"
    shutil.copytree(SAMPLE, files, ignore=shutil.ignore_patterns(".zoning"))
    tables = database_base(tmp_path)
    words = [*map(str, SITES), "--project", str(SAMPLE / "sites/projects.yaml")]
    words += ["--as-of", "2026-01-01", "--json"]

    first, second, again = (
        ask(capsys, "check", *words, "--base", str(folder))
        for folder in (files, tables, tables)
    )

    assert first.code == second.code
    told, found = json.loads(first.out), json.loads(second.out)
    assert found["sites"] == told["sites"]
    assert found["verdict"] == told["verdict"]
    assert again.out == second.out
    assert sum(bool(site.get("findings")) for site in found["sites"]) > 12
    paths = {one["id"]: one["path"] for one in found["base"]["layers"]}
    assert paths["ecological_redline"] == 'postgis:planning/plan."生态保护红线"'
    areas = [
        {one["id"]: one.get("area_m2") for one in part["base"]["layers"]}
        for part in (told, found)
    ]
    assert areas[0] == areas[1]
    counts = [
        {one["id"]: one["features"] for one in part["base"]["layers"]}
        for part in (told, found)
    ]
    assert counts[0] == counts[1]


def test_a_conflict_is_found_in_a_table(
    place: Place, folder: Path, tmp_path: Path, capsys: CaptureText
) -> None:
    fill(place)
    small_base.write_txt(
        tmp_path / "site.txt", small_base.LAYERS[REDLINE][1][0].buffer(-300)
    )
    words = (str(tmp_path / "site.txt"), "--base", str(named(folder)), "--json")

    answer = ask(capsys, "check", *words)

    (site,) = json.loads(answer.out)["sites"]
    (one,) = [f for f in site["findings"] if f["rule_id"] == "ECR-001"]
    assert one["state"] == "PROHIBITED"
    assert answer.code == 1


def test_a_spoilt_row_is_told_by_its_id_and_forbids_a_clear(
    place: Place, folder: Path
) -> None:
    fill(place)
    place.run("UPDATE redline SET geom = NULL WHERE gid = 2")

    layer = open_base(named(folder)).layers[REDLINE]

    assert [(p.code, p.values["rows"]) for p in layer.problems] == [
        ("UNREADABLE_ROWS", "R2")
    ]


def test_an_invalid_polygon_is_mended_as_in_a_file(place: Place, folder: Path) -> None:
    fill(place)
    spike = "POLYGON((395000 3435000, 397000 3435000, 397000 3437000, 398000 3437000, "
    place.run(
        "UPDATE redline SET geom = ST_GeomFromText(%s, 4546) WHERE gid = 1",
        spike + "397000 3437000, 395000 3437000, 395000 3435000))",
    )

    layer = open_base(named(folder)).layers[REDLINE]

    assert [one.feature for one in layer.info.repairs] == ["R1"]
    assert layer.geometry[0].is_valid


# ------------------------------------------------------------------------- the county
def test_the_county_itself_may_be_a_table(place: Place, folder: Path) -> None:
    fill(place, "county", rows=small_base.LAYERS["county"])
    named(folder, "{source: postgis:planning, table: county}", "county")

    assert open_base(folder).county.equals(small_base.LAYERS["county"][0][0])


def test_a_coverage_beyond_what_was_asked_for_is_cut(
    place: Place, folder: Path
) -> None:
    fill(place)
    wide = small_base.LAYERS["county"][0][0].buffer(90_000)
    small_base.write_geojson(folder / "wide.geojson", [(wide, {})])
    entry = ENTRY.replace("coverage: county", "coverage: wide.geojson")

    coverage = open_base(named(folder, entry)).layers[REDLINE].coverage

    assert coverage is not None
    assert coverage.bounds == (360_000, 3_400_000, 440_000, 3_480_000)


# --------------------------------------------------------------------------- the seal
def test_a_table_is_sealed_by_its_content(place: Place, folder: Path) -> None:
    fill(place)
    named(folder)

    seal(folder)

    entry = strict_yaml.load(folder / "zoning.yaml")["layers"][REDLINE]
    info = open_base(folder).layers[REDLINE].info
    assert info.sealed
    assert entry["sha256"] == info.sha256
    assert entry["features"] == "2"
    assert {one.standing for one in standings(folder)} == {Standing.KEPT}


def test_a_table_named_line_by_line_is_sealed_in_its_place(
    place: Place, folder: Path
) -> None:
    fill(place)
    named(
        folder,
        "\n    source: postgis:planning  # 服务\n    table: redline\n"
        "    coverage: county",
    )

    seal(folder)

    text = (folder / "zoning.yaml").read_text(encoding="utf-8")
    assert re.search(r"# 服务\n    table: redline\n    sha256: \w{64}\n", text)


def test_a_table_that_changed_is_not_read(place: Place, folder: Path) -> None:
    fill(place)
    seal(named(folder))
    place.run("UPDATE redline SET geom = ST_Translate(geom, 5, 0) WHERE gid = 1")

    assert missing(folder).code == "SEAL_BROKEN"
    found = {one.layer: one.standing for one in standings(folder)}
    assert found[REDLINE] is Standing.CHANGED
    renewed = {one.layer: one.standing for one in seal(folder, again=True)}
    assert renewed[REDLINE] is Standing.RENEWED


def test_rows_that_appear_far_away_are_told_though_the_content_is_prepared(
    place: Place, folder: Path
) -> None:
    fill(place)
    assert open_base(named(folder)).layers[REDLINE].problems == ()
    place.run(
        "INSERT INTO redline VALUES (9, 'R9', '', '', "
        "ST_SetSRID(ST_MakePoint(600000, 3435000), 4546))"
    )

    problems = open_base(folder).layers[REDLINE].problems

    assert [problem.code for problem in problems] == ["FEATURES_AWAY"]


def test_a_table_is_compared_with_a_file(
    place: Place, folder: Path, tmp_path: Path, capsys: CaptureText
) -> None:
    fill(place)
    place.run("DELETE FROM redline WHERE gid = 2")
    other = named(small_base.write_base(tmp_path / "other"))

    answer = ask(
        capsys, "layers", "diff", str(folder), str(other), "--layer", REDLINE, "--json"
    )

    assert "R2" in answer.out


# --------------------------------------------------------------------- not to be had
def test_a_server_that_is_gone_leaves_the_layer_not_checked(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: CaptureText
) -> None:
    services = tmp_path / "services.conf"
    services.write_text(
        "[planning]\nhost=127.0.0.1\nport=1\nuser=x\n", encoding="utf-8"
    )
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    plot = small_base.LAYERS["heritage_site"][0][0].centroid.buffer(5000)
    small_base.write_txt(tmp_path / "site.txt", plot.envelope)
    words = (str(tmp_path / "site.txt"), "--base", str(named(folder)), "--json")

    answer = ask(capsys, "check", *words)

    (site,) = json.loads(answer.out)["sites"]
    states = {f["rule_id"]: f["state"] for f in site["findings"]}
    assert states["ECR-001"] == "NOT_CHECKED"
    assert not site["complete"]
    problem = missing(folder)
    assert problem.code == "DATABASE_UNREACHABLE"
    assert "127.0.0.1" not in problem.line("zh")
    assert "refused" in problem.line("zh")


@pytest.mark.parametrize(
    "content", ["", "[other]\nhost=127.0.0.1\n", "[planning\n", "x"]
)
def test_a_service_that_is_not_described_is_told(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    services = tmp_path / "services.conf"
    services.write_text(content, encoding="utf-8")
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", "1")

    assert missing(named(folder)).code == "DATABASE_UNREACHABLE"


def test_without_a_service_the_environment_of_libpq_tells(
    place: Place, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(place)
    monkeypatch.setenv("PGSERVICE", "planning")
    named(folder, "{source: 'postgis:', table: redline, coverage: county}")

    assert len(open_base(folder).layers[REDLINE].geometry) == 2


def test_permission_denied_is_told(place: Place, folder: Path) -> None:
    fill(place)
    place.run("DROP ROLE IF EXISTS reader")
    place.run("CREATE ROLE reader LOGIN")
    named(folder, ENTRY.replace("planning", "reader"))
    assert missing(folder).code == "DATABASE_DENIED"
    place.run('GRANT SELECT (gid, "BSM", geom) ON redline TO reader')
    assert missing(folder).code == "DATABASE_DENIED"
    place.run("GRANT SELECT ON redline TO reader")

    assert REDLINE in open_base(folder).layers


def test_a_connection_that_breaks_midway_is_told(
    place: Place, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(place)

    def cut(connection: psycopg.Connection, query: Query) -> Census:
        census = count_rows(connection, query)
        place.run("SELECT pg_terminate_backend(%s)", connection.info.backend_pid)
        return census

    monkeypatch.setattr(database_layer, "count_rows", cut)

    assert missing(named(folder)).code == "DATABASE_FAILED"


def test_without_psycopg_the_cure_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    problem = missing(named(folder))

    assert problem.code == "DATABASE_DRIVER_MISSING"
    assert "zoning[postgis]" in problem.line("en")


def test_a_base_of_files_never_loads_the_driver(folder: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from zoning.io.base import open_base\n"
        f"open_base(Path({str(folder)!r}))\n"
        "assert not [m for m in sys.modules if m.startswith('psycopg')]\n"
    )
    environment = {**os.environ, "PGHOST": "127.0.0.1", "PGPORT": "1"}

    subprocess.run([sys.executable, "-c", script], check=True, env=environment)


# ----------------------------------------------------------------- what is not allowed
@pytest.mark.parametrize(
    "entry",
    [
        "{source: postgis:planning, table: a.b, password: GEHEIM}",
        "{source: postgis:planning, table: a.b, PGPASSWORD: GEHEIM}",
        "{source: 'postgresql://u:GEHEIM@host/db', table: a.b}",
        "{source: 'postgis:host=h password=GEHEIM', table: a.b}",
        "{path: 'postgresql://u:GEHEIM@host/db'}",
        "{path: 'PG:dbname=x password = GEHEIM'}",
    ],
)
def test_a_password_in_the_base_is_refused_and_not_repeated(
    folder: Path, entry: str
) -> None:
    with pytest.raises(BaseError) as caught:
        open_base(named(folder, entry))

    (problem,) = caught.value.problems
    assert problem.code == "DATABASE_PASSWORD_IN_BASE"
    assert re.fullmatch(r"zoning.yaml:\d+", problem.where)
    assert "GEHEIM" not in str(caught.value)


@pytest.mark.parametrize(
    "entry",
    [
        "{source: planning, table: a.b}",
        "{source: 'postgis:host=h', table: a.b}",
        "{source: 'postgis:a/b', table: a.b}",
        "{source: postgis:planning}",
        "{source: postgis:planning, table: a.b.c}",
        "{source: postgis:planning, table: ''}",
        "{source: postgis:planning, table: a.b, path: x.gpkg}",
        "{source: postgis:planning, table: a.b, layer: x}",
        "{path: x.gpkg, table: a.b}",
        "{path: 'postgresql://host/db'}",
        "{path: 'postgis:planning', table: a.b}",
    ],
)
def test_another_way_to_name_a_database_is_refused(folder: Path, entry: str) -> None:
    with pytest.raises(BaseError) as caught:
        open_base(named(folder, entry))

    assert {p.code for p in caught.value.problems} == {"DATABASE_SOURCE"}


def test_a_table_cannot_hold_the_access_list(folder: Path) -> None:
    with pytest.raises(BaseError) as caught:
        open_base(named(folder, ENTRY, "access_list"))

    assert caught.value.problem.code == "DATABASE_SOURCE"


def test_an_entry_without_a_place_is_refused(folder: Path) -> None:
    with pytest.raises(BaseError) as caught:
        open_base(named(folder, "{coverage: county}"))

    assert caught.value.problem.code == "BASE_MALFORMED"
