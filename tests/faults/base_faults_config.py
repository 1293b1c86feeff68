"""Bad zoning.yaml: seals, editions, coverage, absence, forms of YAML."""

import json

import shapely
from fault_case import BaseFault, Edit, Outcome, put
from layer_files import geojson

__all__ = ["CONFIG_FAULTS"]

GOOD = geojson()
LINE = "{path: layer.geojson, coverage: county}"


def _same(files: dict[str, bytes]) -> dict[str, bytes]:
    return files


def entry(
    kind: str, name: str, said: str, *codes: str, outcome: Outcome = Outcome.GAP
) -> BaseFault:
    """Return a case in which the line of the layer says something else."""
    return text(kind, name, (LINE, said), *codes, outcome=outcome)


def text(
    kind: str,
    name: str,
    *changes: tuple[str, str] | str,
    outcome: Outcome = Outcome.REJECTED,
    spoil: Edit = lambda files: files,
) -> BaseFault:
    """Return a case of changed text; words among the changes are codes."""
    codes = tuple(c for c in changes if isinstance(c, str))
    return BaseFault(
        name=name,
        kind=kind,
        good=GOOD,
        spoil=spoil,
        codes=codes or (("BASE_MALFORMED",) if outcome is Outcome.REJECTED else ()),
        outcome=outcome,
        rewrite=tuple(c for c in changes if not isinstance(c, str)),
    )


def covering(west: float, south: float, east: float, north: float) -> Edit:
    """Put a polygon of coverage beside the layer."""
    shape = json.loads(str(shapely.to_geojson(shapely.box(west, south, east, north))))
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4546"}}
    feature = {"type": "Feature", "properties": {}, "geometry": shape}
    found = {"type": "FeatureCollection", "crs": crs, "features": [feature]}
    return put("cover.geojson", json.dumps(found).encode())


def said(value: str) -> str:
    """Return the line of the layer with something more."""
    return LINE.replace("coverage", f"{value}, coverage")


COVER = (LINE, "{path: layer.geojson, coverage: cover.geojson}")
SEALS = (
    entry("SEAL", "stale", said(f"sha256: {'0' * 64}"), "SEAL_BROKEN"),
    entry("SEAL", "stale count", said("features: 3"), "COUNT_MISMATCH"),
    entry(
        "SEAL",
        "cut short",
        said("sha256: 0123"),
        "BASE_MALFORMED",
        outcome=Outcome.REJECTED,
    ),
)
EDITIONS = (
    entry(
        "EDITION", "after the date", said("edition: '2027-01-01'"), "EDITION_NOT_VALID"
    ),
    entry("EDITION", "ran out", said("valid_to: 2026-11-22"), "EDITION_NOT_VALID"),
    entry("EDITION", "not yet", said("valid_from: 2026-11-24"), "EDITION_NOT_VALID"),
    entry("AUTHORITY", "draft", said("authority: draft"), "AUTHORITY_NOT_STATUTORY"),
    entry(
        "AUTHORITY",
        "of no kind",
        said("authority: official"),
        "BASE_MALFORMED",
        outcome=Outcome.REJECTED,
    ),
    text(
        "AUTHORITY",
        "demo layer in a real base",
        ("demo: true", "demo: false"),
        (LINE, said("authority: demo")),
        "AUTHORITY_NOT_STATUTORY",
        outcome=Outcome.GAP,
    ),
)
COVERAGES = (
    entry("COVERAGE", "not stated", "{path: layer.geojson}", "COVERAGE_UNKNOWN"),
    text(
        "COVERAGE",
        "half the county",
        COVER,
        "OUTSIDE_COVERAGE",
        outcome=Outcome.GAP,
        spoil=covering(390_000, 3_430_000, 400_250, 3_450_000),
    ),
    text(
        "COVERAGE",
        "none of the sites",
        COVER,
        "OUTSIDE_COVERAGE",
        outcome=Outcome.GAP,
        spoil=covering(390_000, 3_448_000, 391_000, 3_449_000),
    ),
    text("COVERAGE", "file is missing", COVER, "COVERAGE_UNKNOWN", outcome=Outcome.GAP),
    text(
        "COVERAGE",
        "file is broken",
        COVER,
        "COVERAGE_UNKNOWN",
        outcome=Outcome.GAP,
        spoil=put("cover.geojson", b'{"type": '),
    ),
    text(
        "COVERAGE",
        "file is empty",
        COVER,
        "COVERAGE_UNKNOWN",
        outcome=Outcome.GAP,
        spoil=put("cover.geojson", b'{"type": "FeatureCollection", "features": []}'),
    ),
)
ABSENT = (
    *(
        entry(
            "ABSENT",
            name,
            f"{{absent: true, {what}}}",
            "BASE_MALFORMED",
            outcome=Outcome.REJECTED,
        )
        for name, what in (
            ("without source", "statement: 无, date: 2024-01-01"),
            ("without statement", "source: 局, date: 2024-01-01"),
            ("without date", "statement: 无, source: 局"),
            ("of no date", "statement: 无, source: 局, date: 去年"),
            ("blank", "statement: ' ', source: 局, date: 2024-01-01"),
            ("with a file", "statement: 无, source: 局, date: 2024-01-01, path: a.shp"),
        )
    ),
    entry(
        "ABSENT",
        "not absent",
        "{absent: false, statement: 无, source: 局, date: 2024-01-01}",
        "BASE_MALFORMED",
        outcome=Outcome.REJECTED,
    ),
    entry(
        "ABSENT",
        "declared later",
        "{absent: true, statement: 无, source: 局, date: 2027-01-01}",
        "DECLARED_LATER",
    ),
)
_HEAD = "name: 小县"
FORMS = (
    text("YAML", "octal code", ('"500237"', "0500")),
    text("YAML", "code of five digits", ('"500237"', '"50023"')),
    text("YAML", "a key twice", (_HEAD, f"{_HEAD}\n{_HEAD}")),
    text(
        "YAML",
        "a layer twice",
        ("layers:\n", f"layers:\n  ecological_redline: {LINE}\n"),
    ),
    text("YAML", "an alias", (_HEAD, "name: &a 小县"), ("demo: true", "demo: *a")),
    text(
        "YAML",
        "a bomb of aliases",
        (
            _HEAD,
            "name: 小县\nx0: &x0 [a, a, a, a, a, a, a, a, a]\n"
            + "\n".join(
                f"x{n}: &x{n} [" + ", ".join([f"*x{n - 1}"] * 9) + "]"
                for n in range(1, 10)
            ),
        ),
    ),
    text("YAML", "a tag", (_HEAD, "name: !!python/object/apply:os.getcwd []")),
    text("YAML", "nested deeply", (_HEAD, "name: " + "[" * 500 + "]" * 500)),
    text("YAML", "two documents", (_HEAD, f"---\n{_HEAD}\n---\n{_HEAD}")),
    text("YAML", "a tab", ("  ecological", "\tecological")),
    text("YAML", "an unknown key", (_HEAD, f"{_HEAD}\ntolerance: 10")),
    text("YAML", "an unknown layer", ("  ecological_redline", "  red_line")),
    text("YAML", "a misspelt setting", (LINE, said("autority: draft"))),
    text("YAML", "a misspelt field", (LINE, said("fields: {zone: A}"))),
    text("YAML", "a date of no calendar", (LINE, said("valid_to: 2026-02-30"))),
    text("YAML", "a misspelt chapter", ("three_lines", "three_line")),
    text("YAML", "a plane in degrees", ("crs: EPSG:4546", "crs: EPSG:4490")),
    text("YAML", "a plane of the web", ("crs: EPSG:4546", "crs: EPSG:3857")),
    text("YAML", "no county", ("county: {path: county.geojson}\n", "")),
    text("YAML", "county lost", ("county.geojson", "c.geojson"), "COUNTY_UNUSABLE"),
    *(
        text(
            "NET",
            f"path {path}",
            (LINE, said("x").replace("x, ", "").replace("layer.geojson", path)),
        )
        for path in (
            "/vsicurl/http://127.0.0.1:9/a.gpkg",
            "http://127.0.0.1:9/a.geojson",
            "zip+http://127.0.0.1:9/a.zip",
            "/vsizip/a.zip/a.shp",
        )
    ),
    entry(
        "FILE", "no such file", "{path: none.gpkg, coverage: county}", "LAYER_MISSING"
    ),
    entry("FILE", "a folder", "{path: ., coverage: county}", "LAYER_MISSING"),
    entry(
        "FILE",
        "prefixed by a driver",
        "{path: 'GeoJSON:layer.geojson', coverage: county}",
        "LAYER_MISSING",
    ),
    entry("FILE", "line taken out", "null", outcome=Outcome.REJECTED),
    text(
        "FILE",
        "layer not listed",
        (f"  ecological_redline: {LINE}\n", ""),
        "LAYER_MISSING",
        outcome=Outcome.GAP,
    ),
)
DECLARED = (
    entry("CRS", "declared otherwise", said("crs: EPSG:4545"), "CRS_CONTRADICTION"),
    entry(
        "FIELD",
        "column that is not there",
        said("fields: {protected_zone: FQ}"),
        "FIELD_MISSING",
    ),
    entry(
        "FIELD",
        "column of names for zones",
        said("fields: {protected_zone: HXMC}"),
        "UNKNOWN_CLASS_VALUE",
    ),
)
CONFIG_FAULTS = (*SEALS, *EDITIONS, *COVERAGES, *ABSENT, *FORMS, *DECLARED)
