"""Map sheets: true to scale, complete, nothing cut, the same bytes each time."""

import hashlib
import math
import re
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
import shapely
from handmade import AS_OF, handmade_base, handmade_report, make_layer, report_of
from handmade_county import COUNTY, X0, Y0, Row
from handmade_sites import chemical_works
from hostile import hostile_report
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.image import imread

from zoning.errors import UsageError
from zoning.model import Base, Report, SiteResult
from zoning.report.sheets.atlas import atlas_page, townships
from zoning.report.sheets.atlas import index_page as atlas_index
from zoning.report.sheets.book import (
    atlas_artefacts,
    sheet_artefacts,
    write_atlas,
    write_sheets,
)
from zoning.report.sheets.frame import _dms as dms
from zoning.report.sheets.frame import crs_words
from zoning.report.sheets.lettering import fitted, shortened, width_mm, wrapped
from zoning.report.sheets.looks import _land_class as land_class
from zoning.report.sheets.looks import layer_looks
from zoning.report.sheets.making import Setting
from zoning.report.sheets.naming import Names
from zoning.report.sheets.page import Page
from zoning.report.sheets.plan import placed, plans
from zoning.report.sheets.points import MOST_NUMBERED, draw_points, site_points
from zoning.report.sheets.site_sheets import chosen_sheets, index_page, site_page

MM = 25.4
SETTING = Setting(maker="示范县自然资源局", dpi=72)
LONG = "长江上游生态屏障示范县高峡街道滨江路综合整治与岸线修复配套工程项目" * 7


def sheet(
    result: SiteResult, key: str, report: Report | None = None, **setting: Any
) -> Page:
    return site_page(
        result,
        report or handmade_report(),
        plans()[key],
        setting=replace(SETTING, **setting),
        number=1,
    )


def drawable(report: Report) -> list[SiteResult]:
    return [result for result in report.sites if result.geometry is not None]


def words_of(page: Page) -> list[str]:
    return [text.get_text() for text in page.paper.texts]


def flat(page: Page) -> str:
    return "".join(words_of(page))


def render(page: Page) -> None:
    draw: Any = FigureCanvasAgg(page.figure).draw
    draw()


def boxes(page: Page) -> list[tuple[str, Any]]:
    """Return every text with the box it is drawn in, millimetres."""
    render(page)
    to_mm = page.paper.transData.inverted()
    return [
        (text.get_text(), text.get_window_extent().transformed(to_mm))
        for text in page.paper.texts
    ]


# ------------------------------------------------------------------- true to scale


@pytest.mark.parametrize("paper", ["A4", "A3"])
@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
@pytest.mark.parametrize("key", list(plans()))
def test_a_kilometre_on_the_map_measures_what_the_printed_scale_says(
    key: str, paper: str, orientation: str
) -> None:
    page = sheet(chemical_works(), key, paper=paper, orientation=orientation)
    page.figure.set_dpi(200)
    west, south, _, _ = page.placed.view.bounds
    corners = [(west, south), (west + 1000, south), (west, south + 1000)]

    pixels = page.map.transData.transform(corners)

    printed = next(w for w in words_of(page) if "比例尺" in w)
    scale = int(re.sub(r"\D", "", printed.split("∶")[1]))
    for end in pixels[1:]:
        on_paper = math.dist(pixels[0], end) / 200 * MM
        assert on_paper == pytest.approx(1_000_000 / scale, rel=1e-3)


def test_the_paper_has_the_size_of_its_name() -> None:
    for paper, long_side in (("A4", 297), ("A3", 420)):
        page = sheet(chemical_works(), "site", paper=paper, orientation="landscape")
        assert page.figure.get_size_inches()[0] * MM == pytest.approx(long_side)


def test_the_scale_bar_is_as_long_as_its_figures_say() -> None:
    page = sheet(chemical_works(), "site")
    bars = [p for p in page.paper.patches if "scale-bar" in (p.get_gid() or "")]
    ends = [(bar.get_x(), bar.get_width()) for bar in bars]  # type: ignore[attr-defined]
    total_mm = max(x + w for x, w in ends) - min(x for x, _ in ends)

    texts = words_of(page)
    last = texts[texts.index("米") - 1]

    assert total_mm * page.placed.scale / 1000 == pytest.approx(float(last))


def test_scales_are_round_and_hold_the_site() -> None:
    plan = plans()["site"]

    found = placed((0, 0, 1000, 400), plan, (200, 150))

    # 1.35 times 1000 m on 200 mm needs 1:6750
    assert found.scale == 7500
    assert found.view.bounds == (-250, -362.5, 1250, 762.5)


def test_a_point_gets_room_and_a_continent_a_round_scale() -> None:
    plan = plans()["site"]

    assert placed((5, 5, 5, 5), plan, (200, 150)).scale == 1000
    assert placed((0, 0, 3e6, 1e6), plan, (200, 150)).scale == 50_000_000


def test_grid_figures_stand_at_their_coordinate() -> None:
    page = sheet(chemical_works(), "three_lines")
    frame = page.layout.frame
    west = page.placed.view.bounds[0]
    figures = [
        text
        for text in page.paper.texts
        if re.fullmatch(r"39\d(\.\d+)?", text.get_text()) and not text.get_rotation()
    ]

    assert len(figures) >= 4
    for figure in figures:
        at = figure.get_position()[0] - frame.x
        ground = west + at * page.placed.scale / 1000
        assert ground / 1000 == pytest.approx(float(figure.get_text()), abs=1e-6)


# ------------------------------------------------------------------ words and signs


@pytest.mark.parametrize("key", list(plans()))
def test_every_sheet_carries_what_a_map_must_carry(key: str) -> None:
    said = flat(sheet(chemical_works(), key))

    for needed in (
        "图　例",
        "比例尺",
        "北",
        "2000国家大地坐标系",
        "3度分带第37带",
        "中央经线111°E",
        "制图单位：示范县自然资源局",
        f"制图日期：{AS_OF.isoformat()}",
        "示范数据",
        "内部资料",
        "未经审图不得公开",
        "江北化工产业园一期",
    ):
        assert needed in said


def test_english_sheets_hold_no_chinese_but_names() -> None:
    page = sheet(chemical_works(), "three_lines", lang="en", marks=("INTERNAL",))

    text = " ".join(w for w in words_of(page) if "江北" not in w and "示范" not in w)

    allowed = {
        str(v)
        for layer in handmade_base().layers.values()
        for v in layer.attributes.get("name", [])
    }
    rest = [w for w in text.split() if re.search("[一-鿿]", w) and w not in allowed]
    assert rest == []


def test_a_real_base_is_not_stamped_as_demonstration() -> None:
    base = replace(handmade_base(), demo=False)
    said = flat(sheet(chemical_works(), "site", report_of(chemical_works(), base=base)))

    assert "示范数据" not in said


@pytest.mark.parametrize(
    "crs_zone",
    [
        ("EPSG:4546", "3度分带第37带，中央经线111°E"),
        ("EPSG:4525", "3度分带第37带，中央经线111°E"),
        ("EPSG:4508", "6度分带第19带，中央经线111°E"),
        ("EPSG:4547", "3度分带第38带，中央经线114°E"),
    ],
)
def test_the_plane_is_named_by_strip_and_meridian(crs_zone: tuple[str, str]) -> None:
    assert crs_zone[1] in crs_words(crs_zone[0], "zh")


def test_seconds_carry_into_minutes_and_degrees() -> None:
    assert dms(109.999999999, 2) == "110°00′00.00″"
    assert dms(31.5125, 0) == "31°30′45″"


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("0101", "cropland"),
        ("0201K", "garden"),
        ("0301", "forest"),
        ("0303", "wetland"),
        ("0402", "wetland"),
        ("0404", "grass"),
        ("0603", "wetland"),
        ("0602", "built"),
        ("08H2A", "built"),
        ("1006", "transport"),
        ("1104A", "water"),
        ("1106", "wetland"),
        ("1206", "other_land"),
        ("", "unknown"),
        ("9901", "unknown"),
    ],
)
def test_land_classes_follow_the_third_survey(code: str, group: str) -> None:
    assert land_class(code) == group


def test_control_lines_differ_in_more_than_colour() -> None:
    base = handmade_base()
    hatches = {}
    for name in plans()["three_lines"].main:
        layer = base.layers[name]
        rows = np.arange(len(layer.geometry))
        hatches[name] = {look.hatch for look, _ in layer_looks(layer, rows, "zh")}

    values = [hatch for found in hatches.values() for hatch in found]
    assert len(values) == len(set(values)) == 5
    assert "" not in values


# ------------------------------------------------------- what is not known, is said


def without(base: Base, *names: str) -> Base:
    layers = {key: layer for key, layer in base.layers.items() if key not in names}
    return replace(base, layers=layers)


def test_a_missing_layer_is_named_on_the_map_and_in_the_panel() -> None:
    base = without(handmade_base(), "ecological_redline")

    page = sheet(
        chemical_works(), "three_lines", report_of(chemical_works(), base=base)
    )

    assert flat(page).count("生态保护红线") == 2
    assert flat(page).count("图上空白不表示没有") == 2


def test_ground_without_data_is_hatched_and_never_called_empty() -> None:
    base = handmade_base()
    layer = base.layers["ecological_redline"]
    far = shapely.box(X0 + 8e3, Y0 + 6e3, X0 + 9e3, Y0 + 7e3)
    shapes = np.array([far], object)
    bare = replace(
        layer,
        geometry=shapes,
        feature_ids=layer.feature_ids[:1],
        attributes={k: v[:1] for k, v in layer.attributes.items()},
        coverage=far,
    )
    base = replace(base, layers={**base.layers, "ecological_redline": bare})

    said = words_of(
        sheet(chemical_works(), "three_lines", report_of(chemical_works(), base=base))
    )

    assert "无数据区（图层范围以外）" in said
    row = "".join(said).split("生态保护红线：")[1].split("城镇开发边界")[0]
    assert "本幅范围内无数据" in row
    assert "本幅内无" not in row


def test_an_empty_layer_that_is_complete_is_called_empty() -> None:
    base = handmade_base()
    layer = base.layers["ecological_redline"]
    none = replace(
        layer,
        geometry=layer.geometry[:0],
        feature_ids=layer.feature_ids[:0],
        attributes={k: v[:0] for k, v in layer.attributes.items()},
    )
    base = replace(base, layers={**base.layers, "ecological_redline": none})

    said = flat(
        sheet(chemical_works(), "three_lines", report_of(chemical_works(), base=base))
    )

    assert "生态保护红线：2023-06-30，本幅内无" in said


def test_a_layer_of_unknown_extent_and_a_lapsed_one_warn() -> None:
    base = handmade_base()
    layer = base.layers["control_unit"]
    info = replace(layer.info, valid_to=date(2025, 12, 31))
    old = replace(layer, info=info, coverage=None)
    base = replace(base, layers={**base.layers, "control_unit": old})

    said = flat(
        sheet(chemical_works(), "control_units", report_of(chemical_works(), base=base))
    )

    assert "图层范围不明" in said
    assert "2025-12-31" in said


def test_a_base_of_nothing_but_its_county_still_gives_every_sheet() -> None:
    bare = replace(handmade_base(), layers={}, absent={}, missing={})
    report = report_of(chemical_works(), base=bare)

    for key in plans():
        assert "图上空白不表示没有" in flat(sheet(chemical_works(), key, report))


def test_a_site_outside_the_county_says_so() -> None:
    west, south, east, north = COUNTY.bounds
    away = shapely.box(east + 3e3, north, east + 3.2e3, north + 200)
    result = replace(chemical_works(), geometry=away, conflicts=(), findings=())

    assert "选址位于县域以外" in flat(sheet(result, "three_lines"))
    page = sheet(result, "location")
    assert page.placed.view.contains(shapely.box(west, south, east, north))
    assert page.placed.view.contains(away)


# --------------------------------------------------------------- nothing cut, no tofu


def test_every_text_stays_in_its_part_of_the_page() -> None:
    named = replace(chemical_works().site, name=LONG, project={})
    result = replace(chemical_works(), site=named)
    report = report_of(result, base=replace(handmade_base(), name=LONG))
    for key in plans():
        for orientation in ("landscape", "portrait"):
            page = sheet(
                result,
                key,
                report,
                orientation=orientation,
                maker=LONG,
                marks=(LONG, LONG),
            )
            layout = page.layout
            parts = [layout.border, *layout.panels, layout.title, layout.foot]
            for words, box in boxes(page):
                assert any(
                    box.x0 >= part.x - 0.3
                    and box.x1 <= part.right + 0.3
                    and box.y0 >= part.y - 0.6
                    and box.y1 <= part.top + 0.6
                    for part in parts
                ), (key, orientation, words)


def test_a_long_name_never_hides_what_kind_of_sheet_it_is() -> None:
    result = replace(
        chemical_works(), site=replace(chemical_works().site, name=LONG, project={})
    )

    said = words_of(sheet(result, "three_lines"))

    assert "三条控制线套合图" in said
    assert said[said.index("三条控制线套合图") - 1].endswith("…")


def test_a_demo_layer_in_a_real_base_is_marked() -> None:
    base = replace(handmade_base(), demo=False)
    report = report_of(chemical_works(), base=base)

    assert "生态保护红线：2023-06-30（示范）" in flat(
        sheet(chemical_works(), "three_lines", report)
    )


def test_lines_of_the_panel_do_not_run_into_one_another() -> None:
    for key in plans():
        page = sheet(chemical_works(), key, orientation="landscape")
        panel = page.layout.panels[0]
        inside = [b for w, b in boxes(page) if b.x0 > panel.x and b.y0 > panel.y and w]
        for index, one in enumerate(inside):
            for other in inside[index + 1 :]:
                over = min(one.y1, other.y1) - max(one.y0, other.y0)
                beside = min(one.x1, other.x1) - max(one.x0, other.x0)
                assert beside < 0 or over < 0.8


def test_hostile_names_and_rare_characters_are_drawn_without_a_missing_glyph() -> None:
    """Warnings are errors here: matplotlib warns of each glyph it lacks."""
    report = hostile_report()
    odd = replace(
        drawable(report)[0],
        site=replace(drawable(report)[0].site, name="𠮷𡈽$x_1$😀ꙮ\n\t项目", project={}),
    )
    for key in plans():
        page = sheet(odd, key, report)
        render(page)
        assert any("〓〓$x_1$〓" in words for words in words_of(page))


def test_names_keep_clear_of_each_other() -> None:
    page = sheet(chemical_works(), "location")
    names = {str(v) for v in handmade_base().layers["township"].attributes["name"]}
    found = [box for words, box in boxes(page) if words in names]

    assert len(found) >= 5
    for index, one in enumerate(found):
        assert not any(one.overlaps(other) for other in found[index + 1 :])


def test_wrapping_keeps_lines_within_their_width() -> None:
    text = "永久基本农田 permanent basic farmland，" * 9

    for line in wrapped(text, 8, 40):
        assert 0 < width_mm(line, 8) <= 40
    assert "".join(wrapped(text, 8, 40)).replace(" ", "") == text.replace(" ", "")


def test_what_is_too_long_ends_in_an_ellipsis() -> None:
    assert shortened("永久基本农田", 10, 100) == "永久基本农田"
    assert shortened("永久基本农田" * 9, 10, 30).endswith("…")
    lines = fitted(LONG, (9, 8), 40, most_lines=2)
    assert len(lines.lines) == 2
    assert lines.size == 8
    assert lines.lines[1].endswith("…")


# -------------------------------------------------------------------- boundary points


def star(corners: int) -> SiteResult:
    angles = np.linspace(0, 2 * math.pi, corners, endpoint=False)
    radius = 300 + 60 * np.sin(9 * angles) + 6 * np.sin(240 * angles)
    xy = np.column_stack([X0 + radius * np.cos(angles), Y0 + radius * np.sin(angles)])
    shape = shapely.Polygon(xy)
    plain = chemical_works()
    site = replace(plain.site, geometry=shape, crs="EPSG:4546")
    return replace(plain, site=site, geometry=shape, conflicts=())


def test_few_points_are_all_numbered_with_their_sides() -> None:
    page = sheet(chemical_works(), "site")
    said = words_of(page)

    assert {f"J{n}" for n in range(1, 7)} <= set(said)
    assert "说明：界址点共 6 个，全部注记；坐标见界址点成果表" in "".join(said)
    side = f"{math.dist((-4150, 2650), (-2850, 2450)):.2f}"
    assert side in said


def test_numbers_stand_beside_their_points() -> None:
    page = sheet(chemical_works(), "site")
    names = Names(page=page)
    points = site_points(chemical_works(), "EPSG:4546")
    placed_at = {t.get_text(): t.get_position() for t in page.paper.texts}

    for name, (x, y) in zip(points.names, points.xy, strict=True):
        at = names.at(x, y)
        text_x, text_y = placed_at[name]
        frame = page.layout.frame
        assert math.dist((text_x - frame.x, text_y - frame.y), at) < 9


def test_three_thousand_points_are_thinned_and_the_sheet_says_so() -> None:
    page = sheet(star(3000), "site")
    numbers = [w for w in words_of(page) if re.fullmatch(r"J\d+", w)]

    assert 15 <= len(numbers) <= MOST_NUMBERED
    assert "J1" in numbers
    assert f"界址点共 3000 个，图上注记 {len(numbers)} 个" in flat(page)


def test_points_of_rings_and_parts_are_numbered_through() -> None:
    hole = shapely.box(X0 + 40, Y0 + 40, X0 + 60, Y0 + 60)
    first: Any = shapely.box(X0, Y0, X0 + 100, Y0 + 100).difference(hole)
    both = shapely.MultiPolygon([first, shapely.box(X0 + 150, Y0, X0 + 200, Y0 + 80)])
    plain = chemical_works()
    site = replace(plain.site, geometry=both, crs="EPSG:4546")
    result = replace(plain, site=site, geometry=both, conflicts=())

    points = site_points(result, "EPSG:4546")

    assert points.names == tuple(f"J{n}" for n in range(1, 13))
    assert sorted(points.edges.tolist()) == sorted(
        [100.0] * 4 + [20.0] * 4 + [50.0, 80.0] * 2
    )
    page = sheet(result, "site")
    assert draw_points(Names(page=page), points) == 12


# ------------------------------------------------------------------------------ books


def test_every_site_that_has_a_place_gets_every_sheet(tmp_path: Path) -> None:
    report = handmade_report()

    some = ("location", "site", "three_lines")

    folder = write_sheets(
        report, tmp_path / "book", setting=replace(SETTING, sheets=some)
    )

    pictures = sorted(path.name for path in folder.glob("*.png"))
    assert len(pictures) == 1 + len(drawable(report)) * len(some)
    pages = (folder / "sheets.pdf").read_bytes().count(b"/Type /Page ")
    assert pages == len(pictures)


def test_no_page_is_blank() -> None:
    report = report_of(*drawable(handmade_report())[:2])

    for artefact in sheet_artefacts(report, setting=SETTING):
        if artefact.make is not None:
            pixels = imread(BytesIO(artefact.make()), format="png")[..., :3]
            high, wide = pixels.shape[:2]
            quarters = [
                pixels[a : a + high // 2, b : b + wide // 2]
                for a in (0, high // 2)
                for b in (0, wide // 2)
            ]
            assert all((part.min(axis=2) < 0.7).mean() > 0.004 for part in quarters)


def digests(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
    }


def test_the_same_report_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = report_of(drawable(handmade_report())[0])
    first = write_sheets(report, tmp_path / "a", setting=SETTING)
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    strange: Any = {
        "hatch.linewidth": 4.0,
        "font.size": 31.0,
        "lines.linewidth": 9.0,
        "pdf.compression": 0,
        "path.sketch": (9, 90, 2),
        "savefig.bbox": "tight",
    }
    with mpl.rc_context(strange):
        second = write_sheets(report, tmp_path / "b", setting=SETTING)

    assert digests(first) == digests(second)


def test_a_lone_site_has_no_index() -> None:
    report = report_of(chemical_works())

    setting = replace(SETTING, sheets=("site",))

    names = [artefact.name for artefact in sheet_artefacts(report, setting=setting)]

    assert names == ["s001-site.png", "sheets.pdf"]


def test_a_book_without_pictures_is_one_file() -> None:
    setting = replace(SETTING, sheets=("site",), pictures=False)

    (only,) = sheet_artefacts(report_of(chemical_works()), setting=setting)

    assert only.name == "sheets.pdf"


def test_two_hundred_sites_get_an_index_and_the_sheets_of_a_batch() -> None:
    one = chemical_works()
    many = tuple(
        replace(one, site=replace(one.site, id=f"DK{n:03d}")) for n in range(200)
    )
    report = report_of(*many)
    shown = chosen_sheets(report, SETTING)

    said = flat(index_page(report, shown, setting=SETTING))

    assert [plan.key for plan in shown] == ["site", "three_lines"]
    assert "200 个，其中 200 个落图" in said
    assert "选址多于 20 个" in said
    named = replace(SETTING, sheets=("corridors",))
    assert [plan.key for plan in chosen_sheets(report, named)] == ["corridors"]


def test_the_index_names_the_sites_that_were_rejected() -> None:
    report = handmade_report()

    said = flat(index_page(report, chosen_sheets(report, SETTING), setting=SETTING))

    lost = [r for r in report.sites if r.geometry is None]
    assert lost
    assert "未落图" in said
    for result in drawable(report):
        assert result.site.id in said


def test_nothing_to_draw_is_an_error_and_not_an_empty_book() -> None:
    rejected = [r for r in handmade_report().sites if r.geometry is None]

    with pytest.raises(UsageError) as caught:
        sheet_artefacts(report_of(*rejected), setting=SETTING)

    assert caught.value.problem.code == "NOTHING_TO_DRAW"


# ------------------------------------------------------------------------------ atlas


def test_the_atlas_has_a_sheet_for_each_township_and_an_index(tmp_path: Path) -> None:
    base = handmade_base()

    folder = write_atlas(base, tmp_path / "atlas", setting=SETTING, as_of=AS_OF)

    names = sorted(path.name for path in folder.iterdir())
    assert names == ["atlas.pdf", "index.png", *(f"t{n:03d}.png" for n in range(1, 8))]
    assert (folder / "atlas.pdf").read_bytes().count(b"/Type /Page ") == 8


def test_the_index_of_the_atlas_names_every_township_with_its_number() -> None:
    said = words_of(atlas_index(handmade_base(), setting=SETTING, as_of=AS_OF))

    for township in townships(handmade_base()):
        assert f"{township.number} {township.name}" in said


def figures(page: Page, layer: str) -> float:
    said = next(w for w in words_of(page) if re.match(rf"{layer}：[\d.]+ 公顷", w))
    return float(said.split("：")[1].split(" ")[0])


def test_areas_of_the_townships_add_up_to_the_county() -> None:
    base = handmade_base()
    pages = [
        atlas_page(township, base, setting=SETTING, as_of=AS_OF)
        for township in townships(base)
    ]
    # plane areas at 110° E are larger by 2 × 150 ppm at most
    for layer, name in (
        ("ecological_redline", "生态保护红线"),
        ("permanent_basic_farmland", "永久基本农田"),
    ):
        whole = float(shapely.union_all(base.layers[layer].geometry).area) / 1e4
        total = sum(figures(page, name) for page in pages)
        assert total == pytest.approx(whole, rel=1e-3)


def test_a_township_that_is_not_covered_gets_no_total() -> None:
    base = handmade_base()
    layer = base.layers["ecological_redline"]
    half = shapely.intersection(COUNTY, shapely.box(X0 - 2e4, Y0 - 2e4, X0, Y0 + 2e4))
    base = replace(
        base,
        layers={**base.layers, "ecological_redline": replace(layer, coverage=half)},
    )

    said = [
        flat(atlas_page(t, base, setting=SETTING, as_of=AS_OF)) for t in townships(base)
    ]

    without_total = ["生态保护红线：数据不全，不作统计" in words for words in said]
    assert any(without_total)
    assert not all(without_total)


def test_a_base_without_townships_gives_no_atlas() -> None:
    base = without(handmade_base(), "township")

    with pytest.raises(UsageError) as caught:
        atlas_artefacts(base, setting=SETTING, as_of=AS_OF)

    assert caught.value.problem.code == "NO_TOWNSHIPS"


def test_rows_of_one_code_are_one_township() -> None:
    rows: list[Row] = [
        (
            shapely.box(X0, Y0, X0 + 500, Y0 + 500),
            {"code": "500237100", "name": "甲镇"},
        ),
        (
            shapely.box(X0 + 900, Y0, X0 + 999, Y0 + 99),
            {"code": "500237100", "name": "甲镇"},
        ),
    ]
    base = handmade_base()
    base = replace(
        base, layers={**base.layers, "township": make_layer("township", rows)}
    )

    (only,) = townships(base)

    assert only.geometry.area == pytest.approx(500 * 500 + 99 * 99)
