"""Attacks that once ended clear: each must end as a gap, a refusal, or a ban."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
import small_base
from plots import ROAD, TODAY, check_plot, site

from zoning.check import check
from zoning.errors import BaseError, RulePackError
from zoning.io.base import open_base
from zoning.io.catalogue import catalogue
from zoning.model import Base, CheckOptions, Report, State, Verdict
from zoning.rules.packs import read_rule_book

TOWN = shapely.box(402_100, 3_432_100, 402_200, 3_432_200)
FARM = shapely.box(400_100, 3_435_100, 400_150, 3_435_150)
CHEMICAL = {**ROAD, "activity": "chemical_project", "industry_code": "C2614"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_base.write_base(tmp_path / "base")


def change(path: Path, edit: Callable[[dict[str, Any]], None]) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    edit(document)
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def configure(folder: Path, old: str, new: str) -> None:
    path = folder / "zoning.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def answer(
    folder: Path, shape: shapely.Polygon, project: dict[str, str] = ROAD
) -> Report:
    base = open_base(folder)
    book = read_rule_book(base.packs, folder)
    options = CheckOptions(as_of=TODAY)
    return check((site(shape, project),), base, book, options=options)


def reasons(report: Report) -> set[str]:
    return {gap.problem.code for gap in report.sites[0].gaps}


def outlined(document: dict[str, Any]) -> None:
    for feature in document["features"]:
        ring = feature["geometry"]["coordinates"][0]
        feature["geometry"] = {"type": "LineString", "coordinates": ring}


@pytest.mark.parametrize(
    "layer", ["permanent_basic_farmland", "ecological_redline", "heritage_site"]
)
def test_a_line_stored_as_an_outline_encloses_nothing(folder: Path, layer: str) -> None:
    change(folder / f"{layer}.geojson", outlined)

    report = answer(folder, FARM)

    assert "GEOMETRY_KIND" in reasons(report)
    assert report.exit_code != 0


def test_water_drawn_as_a_line_is_not_a_shore(folder: Path) -> None:
    change(folder / "river.geojson", outlined)
    plot = shapely.box(407_900, 3_431_000, 407_950, 3_431_050)

    assert "GEOMETRY_KIND" in reasons(answer(folder, plot, CHEMICAL))


@pytest.mark.parametrize("code", ["103", "０１０３x", "01", "旱地", ""])
def test_a_land_class_of_unknown_form_is_a_gap(folder: Path, code: str) -> None:
    configure(folder, "heritage]", "heritage, cropland]")

    def recode(document: dict[str, Any]) -> None:
        document["features"][0]["properties"]["DLBM"] = code

    change(folder / "land_parcel.geojson", recode)

    report = answer(folder, FARM)

    assert "UNKNOWN_CLASS_VALUE" in reasons(report)


@pytest.mark.parametrize("code", ["0103 ", "０１０３", "0103"])
def test_a_land_class_in_another_dress_is_the_same(folder: Path, code: str) -> None:
    configure(folder, "heritage]", "heritage, cropland]")

    def recode(document: dict[str, Any]) -> None:
        document["features"][0]["properties"]["DLBM"] = code

    change(folder / "land_parcel.geojson", recode)

    found = answer(folder, FARM).sites[0].findings

    assert next(f for f in found if f.rule_id == "CRP-001").state is State.CONDITIONAL


def in_two_tables(folder: Path, second: dict[str, str]) -> None:
    """Lay the protected areas into two tables, the reserve's core in the second."""
    rows = [("p", BOUNDS[0], {"ZRBHDFQ": "其他"}), ("q", BOUNDS[1], second)]
    for name, shape, own in rows:
        common = {"BSM": name, "ZRBHDLX": "自然保护区", "ZRBHDJB": "国家级"}
        table = geopandas.GeoDataFrame(
            {key: [value] for key, value in (common | own).items()},
            geometry=[shape],
            crs="EPSG:4546",
        )
        table.to_file(folder / "areas.gpkg", layer=name)
    configure(
        folder,
        "path: protected_area.geojson,",
        "path: areas.gpkg, layers: [p, q],",
    )


BOUNDS = (
    shapely.box(391_000, 3_432_000, 391_500, 3_432_500),
    shapely.box(397_000, 3_435_000, 398_000, 3_437_000),
)


def test_a_table_without_a_required_field_is_a_gap_whatever_the_other_has(
    folder: Path,
) -> None:
    in_two_tables(folder, {"HXMC": "甲"})

    report = answer(folder, shapely.box(397_100, 3_435_100, 397_200, 3_435_200))

    found = {f.rule_id: f for f in report.sites[0].findings}
    assert found["NR-001"].state is not State.CLEAR
    assert found["NEG-002"].state is State.NOT_CHECKED
    assert "FIELD_MISSING" in reasons(report)


def test_each_table_is_read_by_its_own_field_names(folder: Path) -> None:
    in_two_tables(folder, {"GNFQ": "核心保护区"})

    report = answer(folder, shapely.box(397_100, 3_435_100, 397_200, 3_435_200))

    found = {f.rule_id: f for f in report.sites[0].findings}
    assert found["NEG-002"].state is State.CONDITIONAL
    assert "FIELD_MISSING" not in reasons(report)


@pytest.mark.parametrize("basin", ["nan", "-5", "inf", "12,000", ""])
def test_a_basin_that_is_no_number_is_a_gap(folder: Path, basin: str) -> None:
    def rebase(document: dict[str, Any]) -> None:
        for feature in document["features"]:
            feature["properties"]["LYMJ"] = basin

    change(folder / "river.geojson", rebase)

    assert "UNKNOWN_CLASS_VALUE" in reasons(answer(folder, TOWN, CHEMICAL))


def test_a_river_without_a_management_range_rules_nothing_out(base: Base) -> None:
    beside = shapely.box(408_880, 3_431_000, 408_890, 3_431_010)  # 10 m from 小河
    away = shapely.box(408_700, 3_431_000, 408_710, 3_431_010)
    pipeline = {**ROAD, "activity": "pipeline"}

    near = check_plot(base, beside, pipeline).sites[0]
    far = check_plot(base, away, pipeline).sites[0]

    assert "LIMIT_MISSING" in {gap.problem.code for gap in near.gaps}
    assert "小河" in next(
        g.problem.text() for g in near.gaps if g.problem.code == "LIMIT_MISSING"
    )
    assert "LIMIT_MISSING" not in {gap.problem.code for gap in far.gaps}


@pytest.mark.parametrize("scope", ["heritages", "control_unit", "Water"])
def test_a_misspelt_scope_is_refused_with_its_line(folder: Path, scope: str) -> None:
    configure(folder, "heritage]", f"{scope}]")

    with pytest.raises(BaseError, match=r"zoning\.yaml:\d+.*没有这一核查范围"):
        open_base(folder)


def test_a_chapter_without_rules_is_not_checked(folder: Path) -> None:
    configure(folder, "packs: [national, yangtze, chongqing]", "packs: [national]")

    report = answer(folder, TOWN)

    assert "SCOPE_WITHOUT_RULES" in reasons(report)
    assert report.exit_code == 4


def test_an_edit_not_yet_in_the_file_is_not_overlooked(folder: Path) -> None:
    shapes = [shape for shape, _ in small_base.LAYERS["permanent_basic_farmland"]]
    table = geopandas.GeoDataFrame(
        {"BSM": ["F1", "F2"], "DLBM": ["0103", "0101"]},
        geometry=np.array(shapes, dtype=object),
        crs="EPSG:4546",
    )
    table.to_file(folder / "farm.gpkg", driver="GPKG")
    configure(folder, "permanent_basic_farmland.geojson", "farm.gpkg")
    assert answer(folder, TOWN).exit_code == 0
    editor = sqlite3.connect(folder / "farm.gpkg")
    editor.execute("PRAGMA journal_mode=WAL")
    editor.execute("CREATE TABLE note (text)")
    editor.commit()

    report = answer(folder, TOWN)
    editor.close()

    assert "BEING_EDITED" in reasons(report)
    assert report.exit_code == 4


def test_a_changed_class_table_leaves_no_old_classes_behind(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plot = shapely.box(395_100, 3_435_100, 395_150, 3_435_150)
    before = answer(folder, plot).sites[0].findings
    known = catalogue()
    redline = known["ecological_redline"]
    zone = replace(
        redline.fields["protected_zone"], values={"": "core", "核心保护区": "core"}
    )
    fields = {**redline.fields, "protected_zone": zone}
    changed = {**known, "ecological_redline": replace(redline, fields=fields)}
    monkeypatch.setattr("zoning.io.base.catalogue", lambda: changed)

    after = answer(folder, plot).sites[0].findings

    states = [
        next(f for f in found if f.rule_id == "ECR-001").state
        for found in (before, after)
    ]
    assert states == [State.CLEAR, State.PROHIBITED]


def test_neighbours_in_the_county_file_do_not_widen_the_county(folder: Path) -> None:
    rows = [
        (small_base.LAYERS["county"][0][0], {"XZQDM": "500237"}),
        (shapely.box(370_000, 3_430_000, 390_000, 3_450_000), {"XZQDM": "500236"}),
    ]
    small_base.write_geojson(folder / "county.geojson", rows)

    report = answer(folder, shapely.box(380_000, 3_440_000, 380_100, 3_440_100))

    assert report.exit_code == 4
    assert "SITE_LEAVES_COUNTY" in {p.code for p in report.sites[0].problems}


def test_a_county_file_without_this_county_is_refused(folder: Path) -> None:
    rows = [(small_base.LAYERS["county"][0][0], {"XZQDM": "500236"})]
    small_base.write_geojson(folder / "county.geojson", rows)

    with pytest.raises(BaseError, match="E203"):
        open_base(folder)


@pytest.mark.parametrize("crs", ["4490", "3857", "2382", "32649", "9999"])
def test_only_cgcs2000_planes_are_working_planes(folder: Path, crs: str) -> None:
    configure(folder, "crs: EPSG:4546", f"crs: EPSG:{crs}")

    with pytest.raises(BaseError, match=r"zoning\.yaml:\d+"):
        open_base(folder)


def test_one_parcel_in_another_zone_is_told(folder: Path) -> None:
    rows = list(small_base.LAYERS["permanent_basic_farmland"]) * 6
    away = shapely.transform(rows[0][0], lambda xy: xy + np.array([37_000_000, 0]))
    rows.append((away, {"BSM": "F9", "DLBM": "0103"}))
    small_base.write_geojson(folder / "permanent_basic_farmland.geojson", rows)

    report = answer(folder, TOWN)

    assert "FEATURES_AWAY" in reasons(report)
    assert report.exit_code == 4


@pytest.mark.parametrize(
    "said",
    [
        'statement: " ", source: 局, date: 2024-01-01',
        "statement: 无, source: 局, date: 明年",
        "statement: 无, source: 局",
    ],
    ids=["blank", "no date", "missing date"],
)
def test_an_empty_declaration_is_refused(folder: Path, said: str) -> None:
    configure(
        folder,
        "heritage_site: {path: heritage_site.geojson, coverage: county}",
        f"heritage_site: {{absent: true, {said}}}",
    )

    with pytest.raises(BaseError, match=r"zoning\.yaml:\d+"):
        open_base(folder)


def test_a_declaration_from_after_the_check_date_counts_for_nothing(
    folder: Path,
) -> None:
    configure(
        folder,
        "heritage_site: {path: heritage_site.geojson, coverage: county}",
        "heritage_site: {absent: true, statement: 无, source: 局, date: 2099-01-01}",
    )

    report = answer(folder, TOWN)

    assert "DECLARED_LATER" in reasons(report)
    assert report.exit_code == 4


@pytest.mark.parametrize("edition", ["2027-01-01", "2027", "2026-12", "2026年12月版"])
def test_an_edition_from_after_the_check_date_counts_for_nothing(
    base: Base, edition: str
) -> None:
    farmland = base.layers["permanent_basic_farmland"]
    later = replace(farmland, info=replace(farmland.info, edition=edition))
    changed = replace(base, layers={**base.layers, later.info.id: later})

    assert "EDITION_NOT_VALID" in reasons(check_plot(changed, TOWN, ROAD))


@pytest.mark.parametrize(
    "shape",
    [
        shapely.box(400_100, 3_435_100, 400_100.09, 3_435_110),
        shapely.union_all(
            [
                shapely.box(400_100 + k, 3_435_100, 400_100.05 + k, 3_435_100.6)
                for k in range(30)
            ]
        ),
    ],
    ids=["strip", "stakes"],
)
def test_a_site_within_boundary_error_is_turned_away(
    base: Base, shape: shapely.Polygon
) -> None:
    report = check_plot(base, shape, ROAD)

    assert report.verdict is Verdict.REJECTED
    rejection = report.sites[0].site.rejection
    assert rejection is not None
    assert rejection.code == "SITE_TOO_THIN"


def test_a_sliver_in_another_unit_is_listed(base: Base) -> None:
    plot = shapely.box(399_999.995, 3_432_000, 400_100, 3_432_100)

    result = check_plot(base, plot, ROAD).sites[0]

    assert "control_unit" in {residue.layer for residue in result.residue}
    assert result.verdict is not Verdict.CLEAR


def test_land_that_the_survey_contradicts_is_not_believed(base: Base) -> None:
    project = {**ROAD, "land_permanent_m2": "0", "land_temporary_m2": "0"}

    report = check_plot(base, TOWN, project)

    problems = {p.code for p in report.sites[0].problems}
    assert "LAND_CONTRADICTED" in problems
    rebuilt = {**project, "construction_nature": "rebuild"}
    assert not check_plot(base, TOWN, rebuilt).sites[0].problems


@pytest.mark.parametrize(
    ("shape", "activity", "rule_id"),
    [
        (
            shapely.box(403_990, 3_433_000, 404_090, 3_433_100),
            "warehouse_hazmat",
            "ASK-001",
        ),
        (TOWN, "other", "ASK-005"),
    ],
    ids=["outside the boundary", "kind not said"],
)
def test_where_no_clause_speaks_a_person_is_asked(
    base: Base, shape: shapely.Polygon, activity: str, rule_id: str
) -> None:
    project = {**ROAD, "activity": activity}

    result = check_plot(base, shape, project).sites[0]

    found = next(f for f in result.findings if f.rule_id == rule_id)
    assert found.state is State.REVIEW
    assert result.verdict is not Verdict.CLEAR


def test_a_river_without_names_stops_nothing(base: Base) -> None:
    river = base.layers["river"]
    attributes = {k: v for k, v in river.attributes.items() if k != "name"}
    nameless = replace(river, attributes=attributes)
    changed = replace(base, layers={**base.layers, "river": nameless})

    plot = shapely.box(408_880, 3_431_000, 408_890, 3_431_010)

    assert check_plot(changed, plot, CHEMICAL).verdict is Verdict.PROHIBITED


def test_unknown_names_in_zoning_yaml_are_refused(folder: Path) -> None:
    configure(
        folder,
        "heritage_site: {path: heritage_site.geojson,",
        "heritage_site: {path: heritage_site.geojson, fields: {zonne: WWFQ},",
    )

    with pytest.raises(BaseError, match="没有字段 zonne"):
        open_base(folder)


def test_a_zoning_yaml_that_is_not_utf8_is_refused(folder: Path) -> None:
    path = folder / "zoning.yaml"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))

    with pytest.raises(BaseError, match="不是 UTF-8"):
        open_base(folder)


def test_a_rule_that_only_tells_something_is_no_look_at_a_line(folder: Path) -> None:
    """One on each line that no project meets would otherwise clear them all."""
    rules = "".join(
        f"  - id: OWN-00{k}\n    scope: three_lines\n    title: {{zh: 甲, en: a}}\n"
        f"    space: [{{view: {view}}}]\n    when: [{{attribute: activity, "
        "one_of: [railway]}]\n    severity: info\n    confidence: memory\n"
        "    source: {document: 甲, clause: 一, year: '2026'}\n"
        for k, view in enumerate(("pbf", "udb", "ecr"), start=1)
    )
    head = "schema: zoning/rules/1\nid: own\nversion: '1'\ntitle: {zh: 甲, en: a}\n"
    (folder / "own.yaml").write_text(f"{head}rules:\n{rules}", encoding="utf-8")
    configure(folder, "packs: [national, yangtze, chongqing]", "packs: [own.yaml]")

    result = answer(folder, FARM).sites[0]

    assert result.verdict is Verdict.UNDETERMINED
    lines = {gap.layer for gap in result.gaps if gap.rule_id == "LINE-000"}
    assert lines == {
        "permanent_basic_farmland",
        "urban_development_boundary",
        "ecological_redline",
    }


@pytest.mark.parametrize(
    "rule",
    [
        "when: [{attribute: activity, one_of: [kilnn]}]",
        "exceptions: [{title: {zh: 甲, en: a}, outcome: CLEAR}]",
    ],
    ids=["misspelt activity", "exception that clears"],
)
def test_a_pack_that_could_only_clear_is_malformed(folder: Path, rule: str) -> None:
    (folder / "own.yaml").write_text(
        "schema: zoning/rules/1\nid: own\nversion: '1'\n"
        "title: {zh: 甲, en: a}\nrules:\n"
        "  - id: OWN-001\n    scope: three_lines\n    title: {zh: 甲, en: a}\n"
        "    space: [{view: pbf}]\n    severity: info\n    confidence: memory\n"
        "    source: {document: 甲, clause: 一, year: '2026'}\n"
        f"    {rule}\n",
        encoding="utf-8",
    )

    with pytest.raises(RulePackError):
        read_rule_book(("own.yaml",), folder)
