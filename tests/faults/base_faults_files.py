"""Bad layers by what became of their files: cut, mixed up, disguised, unreadable."""

import io
import struct
import zipfile
from collections.abc import Callable, Iterator

import shapely
from fault_case import BaseFault, Edit, Files, Outcome, both, cut, drop, on, put, swap
from layer_files import FARMLAND, geojson, sql, vector, wkb_layer, zipped

__all__ = ["FILE_FAULTS"]

SHP, GPKG, FGB = vector(".shp"), vector(".gpkg"), vector(".fgb")
PARQUET, GDB, JSON = vector(".parquet"), vector(".gdb"), geojson()
SHARES = (0.1, 0.5, 0.9, 0.99)
VRT = b"""<OGRVRTDataSource><OGRVRTLayer name="layer">
<SrcDataSource>county.geojson</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"""
KML = b"""<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2">
<NetworkLink><Link><href>http://127.0.0.1:9/a.kml</href></Link></NetworkLink></kml>"""


def fault(
    kind: str, name: str, good: Callable[[], Files], spoil: Edit, *codes: str
) -> BaseFault:
    """Return a case that ends as a gap."""
    return BaseFault(name=name, kind=kind, good=good, spoil=spoil, codes=codes)


def told(
    kind: str, name: str, good: Callable[[], Files], spoil: Edit, *codes: str
) -> BaseFault:
    """Return a case that is read whole all the same."""
    return BaseFault(
        name=name, kind=kind, good=good, spoil=spoil, codes=codes, outcome=Outcome.TOLD
    )


# ------------------------------------------------------------------- cut short
def _cut() -> Iterator[BaseFault]:
    for share in SHARES:
        name = f"cut to {share:.0%}"
        for good, suffix, code in (
            (JSON, ".geojson", "LAYER_UNREADABLE"),
            (FGB, ".fgb", ""),
            (GPKG, ".gpkg", ""),
            (PARQUET, ".parquet", "LAYER_UNREADABLE"),
            (SHP, ".shp", ""),
            (SHP, ".dbf", ""),
            (SHP, ".shx", ""),
        ):
            codes = (code,) if code else ()
            yield fault("CUT", f"{suffix} {name}", good, cut(share, suffix), *codes)


# ------------------------------------------------------- counts that disagree
def records(number: int) -> Callable[[bytes], bytes]:
    """Set how many records the head of a dbf counts."""
    return lambda content: content[:4] + struct.pack("<I", number) + content[8:]


def fewer_rows(content: bytes) -> bytes:
    """Take the last record off a dbf, whole and by its head."""
    rows, head, size = struct.unpack_from("<IHH", content, 4)
    return records(rows - 1)(content[: head + (rows - 1) * size] + b"\x1a")


def fewer_entries(content: bytes) -> bytes:
    """Take the last entry off a .shx, as an older .shx has it."""
    size = (len(content) - 8) // 2
    return content[:24] + struct.pack(">I", size) + content[28:-8]


def twice_the_first(content: bytes) -> bytes:
    """Let both entries of a .shx name the first record."""
    return content[:108] + content[100:108]


def deleted(content: bytes) -> bytes:
    """Mark the first record of a dbf deleted, and put another before it."""
    (head,) = struct.unpack_from("<H", content, 8)
    return content[:head] + b"*" + content[head + 1 :]


COUNTS = (
    fault(
        "COUNT_STALE",
        "gpkg count too low",
        GPKG,
        sql("UPDATE gpkg_ogr_contents SET feature_count = 1"),
        "COUNT_MISMATCH",
    ),
    fault("DBF_SHORT", "dbf counts one", SHP, on(".dbf", records(1)), "COUNT_MISMATCH"),
    fault("DBF_SHORT", "dbf lacks a row", SHP, on(".dbf", fewer_rows)),
    fault("DBF_SHORT", "dbf counts none", SHP, on(".dbf", records(0))),
    fault("DBF_SHORT", "dbf counts more", SHP, on(".dbf", records(9))),
    fault(
        "OLD_COMPANIONS",
        "dbf and shx of an older edition",
        SHP,
        both(on(".dbf", fewer_rows), on(".shx", fewer_entries)),
        "COUNT_MISMATCH",
    ),
    fault("OLD_COMPANIONS", "older shx", SHP, on(".shx", fewer_entries)),
    fault(
        "OLD_COMPANIONS",
        "index names one record twice",
        SHP,
        on(".shx", twice_the_first),
        "COUNT_MISMATCH",
    ),
    fault("OLD_COMPANIONS", "no dbf", SHP, drop(".dbf"), "LAYER_UNREADABLE"),
    fault(
        "OLD_COMPANIONS",
        "dbf lacks a row, no index",
        SHP,
        both(on(".dbf", fewer_rows), drop(".shx")),
        "COUNT_MISMATCH",
    ),
    told("OLD_COMPANIONS", "no index", SHP, drop(".shx")),
    fault(
        "COUNT_STALE",
        "FlatGeobuf with a feature more",
        FGB,
        on(".fgb", lambda content: content + content[-40:]),
    ),
)

# --------------------------------------------------------------- GeoPackage
_LEAF = "DELETE FROM rtree_layer_geom WHERE id = 2"
GEOPACKAGES = (
    told("RTREE", "an entry is missing", GPKG, sql(_LEAF)),
    told("RTREE", "the index is empty", GPKG, sql("DELETE FROM rtree_layer_geom")),
    told("RTREE", "no index", GPKG, sql("DROP TABLE rtree_layer_geom")),
    fault(
        "RTREE",
        "an entry lies elsewhere",
        GPKG,
        sql(_LEAF, "INSERT INTO rtree_layer_geom VALUES (2, 1, 2, 1, 2)"),
        "BOUNDS_DISAGREE",
    ),
    fault(
        "WAL",
        "copied without its log",
        GPKG,
        on(".gpkg", lambda content: content[:18] + b"\x02\x02" + content[20:]),
        "BEING_EDITED",
    ),
    fault("WAL", "log still there", GPKG, put("layer.gpkg-wal", b"x"), "BEING_EDITED"),
    fault("WAL", "journal", GPKG, put("layer.gpkg-journal", b"x"), "BEING_EDITED"),
    fault(
        "TABLES",
        "two layers and none named",
        GPKG,
        sql(
            "CREATE TABLE old_2019 AS SELECT * FROM layer",
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id)"
            " VALUES ('old_2019', 'features', 'old_2019', 4546)",
            "INSERT INTO gpkg_geometry_columns VALUES"
            " ('old_2019', 'geom', 'POLYGON', 4546, 0, 0)",
        ),
        "LAYER_UNREADABLE",
    ),
    fault(
        "TABLES",
        "no layer at all",
        GPKG,
        sql("UPDATE gpkg_contents SET data_type = 'attributes'"),
        "LAYER_UNREADABLE",
    ),
    fault("EMPTY", "gpkg without rows", GPKG, sql("DELETE FROM layer"), "LAYER_EMPTY"),
    fault(
        "NULL",
        "gpkg geometry null",
        GPKG,
        sql("UPDATE layer SET geom = NULL WHERE fid = 2"),
        "UNREADABLE_ROWS",
    ),
    fault(
        "BLOB",
        "gpkg geometry cut",
        GPKG,
        sql("UPDATE layer SET geom = substr(geom, 1, 60) WHERE fid = 2"),
    ),
    fault(
        "BLOB",
        "gpkg geometry is text",
        GPKG,
        sql("UPDATE layer SET geom = x'504f4c59474f4e2045' WHERE fid = 2"),
    ),
    fault(
        "BLOB",
        "gpkg geometry of zeros",
        GPKG,
        sql("UPDATE layer SET geom = zeroblob(133) WHERE fid = 2"),
    ),
    fault(
        "ENC",
        "gpkg text in GBK",
        GPKG,
        sql("UPDATE layer SET ZRBHDFQ = CAST(x'bacbd0c4b1a3bba4c7f8' AS TEXT)"),
    ),
    fault(
        "CRS_MISSING",
        "gpkg of no CRS",
        GPKG,
        sql(
            "UPDATE gpkg_geometry_columns SET srs_id = -1",
            "UPDATE gpkg_contents SET srs_id = -1",
        ),
    ),
)

# ---------------------------------------------------------- bytes of geometries
_HEAD = "<BI"
_TRIANGLE = (400_000.0, 3_435_000.0, 0.0, 400_200.0, 3_435_000.0, 0.0)


def surface(kind: int, *, count: int = 1) -> bytes:
    """Return a TIN (1016) or a polyhedral surface (1015) of one triangle."""
    ring = (*_TRIANGLE, 400_200.0, 3_435_200.0, 0.0, *_TRIANGLE[:3])
    face = struct.pack(_HEAD, 1, 1017 if kind == 1016 else 1003)
    face += struct.pack("<II12d", 1, 4, *ring)
    return struct.pack(_HEAD + "I", 1, kind, count) + face * count


def circle(points: int) -> bytes:
    """Return a curve polygon round (400200, 3435100), 150 m wide."""
    around = [(-150, 0), (0, 150), (150, 0), (0, -150), (-150, 0)][:points]
    flat = [float(v) for x, y in around for v in (400_200 + x, 3_435_100 + y)]
    ring = struct.pack(_HEAD + f"I{len(flat)}d", 1, 8, points, *flat)
    return struct.pack(_HEAD + "I", 1, 10, 1) + ring


def wkb(geometry: shapely.Geometry) -> bytes:
    return bytes(shapely.to_wkb(geometry, include_srid=False))


BOTH = tuple(wkb(shapely.box(x, 3_435_000, x + 200, 3_435_200)) for x in (4e5, 400_200))
TWO = wkb_layer(*BOTH)


def instead(*parts: bytes) -> Edit:
    """Give a layer other geometries, behind GDAL's back."""
    changes = [
        f"UPDATE layer SET geom = x'{blob(part).hex()}' WHERE fid = {row}"  # noqa: S608  made here
        for row, part in enumerate(parts, start=1)
    ]
    return sql(*changes)


def blob(content: bytes) -> bytes:
    """Return well-known binary as a GeoPackage stores it, without its box."""
    return b"GP\0\x01" + struct.pack("<i", 4546) + content


SURFACES = (
    fault("TIN", "a TIN", TWO, instead(BOTH[0], surface(1016)), "UNREADABLE_ROWS"),
    fault(
        "TIN",
        "a polyhedral surface",
        TWO,
        instead(BOTH[0], surface(1015)),
        "UNREADABLE_ROWS",
    ),
    fault("TIN", "a surface alone", TWO, instead(surface(1015)), "UNREADABLE_ROWS"),
    fault("CURVE", "an arc without end", TWO, instead(BOTH[0], circle(5)[:-8])),
)

# ---------------------------------------------------------------- disguises
DISGUISES = (
    *(
        fault("DISGUISE", f"VRT as {suffix}", good, on(suffix, lambda _: VRT), code)
        for good, suffix, code in (
            (SHP, ".shp", "LAYER_UNREADABLE"),
            (GPKG, ".gpkg", "LAYER_UNREADABLE"),
            (JSON, ".geojson", "LAYER_UNREADABLE"),
            (FGB, ".fgb", "LAYER_UNREADABLE"),
            (PARQUET, ".parquet", "LAYER_UNREADABLE"),
        )
    ),
    fault("DISGUISE", "a page as gpkg", GPKG, on(".gpkg", lambda _: b"<html></html>")),
    fault("DISGUISE", "an empty file", GPKG, on(".gpkg", lambda _: b"")),
    fault("DISGUISE", "zeros", GPKG, on(".gpkg", lambda c: bytes(len(c)))),
    fault(
        "DISGUISE",
        "CSV as geojson",
        JSON,
        on(".geojson", lambda _: b"BSM,WKT\nR1,POINT(0 0)\n"),
    ),
)


# ------------------------------------------------- formats that no layer comes in
def instead_of(name: str, content: bytes) -> Edit:
    """Give another file in place of the layer."""
    return lambda _files: {name: content}


_PLACEMARK = KML.replace(b"NetworkLink", b"Placemark")
OTHER_FORMATS = tuple(
    fault("FORMAT", name, JSON, instead_of(name, content), code)
    for name, content, code in (
        ("layer.kml", KML, "LAYER_FORMAT_REFUSED"),
        ("placemark.kml", _PLACEMARK, "LAYER_FORMAT_REFUSED"),
        ("layer.dxf", b"  0\nSECTION\n  2\nENTITIES\n", "LAYER_FORMAT_REFUSED"),
        ("layer.csv", b"BSM,X,Y\nR1,1,2\n", "LAYER_FORMAT_REFUSED"),
        ("layer.txt", "[地块坐标]\n".encode("gbk"), "LAYER_FORMAT_REFUSED"),
        ("layer.wkt", b"POINT (1 2)\n", "LAYER_FORMAT_REFUSED"),
        ("layer.gml", b"<?xml version='1.0'?><gml/>", "LAYER_FORMAT_REFUSED"),
        ("layer.vrt", VRT, "LAYER_UNREADABLE"),
        ("layer.dwg", b"AC1032" + bytes(60), "LAYER_FORMAT_REFUSED"),
        ("layer.mdb", b"\0\1\0\0Standard Jet DB", "LAYER_FORMAT_REFUSED"),
        ("layer.dbf", b"\3" + bytes(60), "LAYER_FORMAT_REFUSED"),
        ("layer.tif", b"II*\0" + bytes(60), "LAYER_FORMAT_REFUSED"),
        ("layer.pdf", b"%PDF-1.7", "LAYER_FORMAT_REFUSED"),
    )
)


def archive(name: str, *members: tuple[str, bytes]) -> Edit:
    """Make an archive of given members instead."""

    def pack(_files: Files) -> Files:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
            for member, content in members:
                target.writestr(member, content)
        return {name: stream.getvalue()}

    return pack


def doubled(files: Files) -> Files:
    """Put a second Shapefile beside the first."""
    return {**files, **{f"old_{name}": content for name, content in files.items()}}


ARCHIVES = (
    told("ARCHIVE", "a zipped Shapefile", SHP, zipped()),
    told("ARCHIVE", "zipped in a folder", SHP, zipped(folder="生态红线/")),
    told("ARCHIVE", "zipped without index", SHP, both(drop(".shx"), zipped())),
    told("ARCHIVE", "a zipped geodatabase", GDB, zipped()),
    fault(
        "ARCHIVE",
        "two Shapefiles",
        SHP,
        both(doubled, zipped()),
        "LAYER_UNREADABLE",
    ),
    fault("ARCHIVE", "zip in zip", SHP, zipped(nested=True), "LAYER_UNREADABLE"),
    fault("ARCHIVE", "path upwards", SHP, zipped(folder="../"), "LAYER_UNREADABLE"),
    fault("ARCHIVE", "path from the root", SHP, zipped(folder="/tmp/")),  # noqa: S108  a name
    fault(
        "ARCHIVE",
        "a bomb",
        SHP,
        archive("layer.zip", ("a.shp", bytes(60 << 20))),
        "LAYER_UNREADABLE",
    ),
    fault(
        "ARCHIVE",
        "too many members",
        SHP,
        archive("layer.zip", *((f"{n}.txt", b"") for n in range(2001))),
        "LAYER_UNREADABLE",
    ),
    fault("ARCHIVE", "cut", SHP, both(zipped(), cut(0.6)), "LAYER_UNREADABLE"),
    fault(
        "ARCHIVE",
        "dbf left out",
        SHP,
        both(drop(".dbf"), zipped()),
        "LAYER_UNREADABLE",
    ),
    fault("ARCHIVE", "a GeoPackage inside", GPKG, zipped(), "LAYER_UNREADABLE"),
    fault(
        "ARCHIVE",
        "a workbook",
        JSON,
        archive("layer.xlsx", ("[Content_Types].xml", b""), ("xl/workbook.xml", b"")),
        "LAYER_FORMAT_REFUSED",
    ),
    fault(
        "ARCHIVE",
        "a KMZ",
        JSON,
        archive("layer.kmz", ("doc.kml", KML)),
        "LAYER_FORMAT_REFUSED",
    ),
)

# ----------------------------------------------------------------- encodings
UTF8 = vector(".shp", encoding="UTF-8")
FARM = vector(".shp", FARMLAND)


def language(byte: int) -> Edit:
    """Set the language byte of a dbf."""
    return on(".dbf", lambda content: content[:29] + bytes([byte]) + content[30:])


def plain(name: str, good: Callable[[], Files], spoil: Edit, *codes: str) -> BaseFault:
    return told("ENC", name, good, spoil, *codes)


ENCODINGS = (
    plain("GBK, marked as OEM 437", SHP, language(0x01)),
    plain("GBK, marked as GBK", SHP, language(0x4D)),
    plain("GBK, marked as ANSI", SHP, language(0x57)),
    plain("GBK, cpg says UTF-8", SHP, put("layer.cpg", b"UTF-8"), "ENCODING_DIFFERS"),
    plain(
        "GBK, cpg says Latin-1",
        SHP,
        put("layer.cpg", b"ISO-8859-1"),
        "ENCODING_DIFFERS",
    ),
    plain("GBK, cpg says 1252", SHP, put("layer.cpg", b"1252"), "ENCODING_DIFFERS"),
    plain("GBK, cpg says Big5", SHP, put("layer.cpg", b"Big5"), "ENCODING_DIFFERS"),
    plain("GBK, cpg says nothing known", SHP, put("layer.cpg", b"\xff?")),
    plain("GBK, cpg empty", SHP, put("layer.cpg", b"")),
    plain("GBK, cpg says OEM 936", SHP, put("layer.cpg", b"OEM 936")),
    plain("UTF-8, marked as ANSI", UTF8, language(0x57)),
    plain("UTF-8, cpg says GBK", UTF8, put("layer.cpg", b"GBK"), "ENCODING_DIFFERS"),
    plain("UTF-8, marked as GBK", UTF8, language(0x4D), "ENCODING_DIFFERS"),
    fault(
        "ENC",
        "bytes of no encoding",
        SHP,
        swap("核心保护区".encode("gbk"), b"\xff" * 10, ".dbf"),
    ),
    fault(
        "ENC",
        "a class turned to question marks",
        SHP,
        swap("核心保护区".encode("gbk"), b"?" * 10, ".dbf"),
        "UNKNOWN_CLASS_VALUE",
    ),
    fault(
        "ENC",
        "a GeoJSON in GBK",
        JSON,
        on(".geojson", lambda content: content.decode().encode("gbk")),
    ),
)

# ------------------------------------------------------ the other file formats
OTHERS = (
    fault("GDB", "catalogue lost", GDB, drop("a00000001.gdbtable")),
    fault("GDB", "table lost", GDB, drop("a00000009.gdbtable")),
    fault("GDB", "index lost", GDB, drop("a00000009.gdbtablx")),
    fault("GDB", "table cut", GDB, cut(0.6, "a00000009.gdbtable")),
    fault(
        "GDB",
        "being edited",
        GDB,
        put("layer.gdb/layer.ed.lock"),
        "BEING_EDITED",
    ),
    fault("FILE", "no file", JSON, lambda _: {"other.txt": b""}),
    fault(
        "PRJ",
        "no prj",
        SHP,
        drop(".prj"),
        "CRS_MISSING",
    ),
    fault("PRJ", "prj of no sense", SHP, on(".prj", lambda _: b"PROJCS[")),
    fault("PRJ", "empty prj", SHP, on(".prj", lambda _: b""), "CRS_MISSING"),
)

FILE_FAULTS = (
    *_cut(),
    *COUNTS,
    *GEOPACKAGES,
    *SURFACES,
    *DISGUISES,
    *OTHER_FORMATS,
    *ARCHIVES,
    *ENCODINGS,
    *OTHERS,
)
