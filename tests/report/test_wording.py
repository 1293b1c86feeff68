"""The words of a report: what is not affected, not applicable, how far, and why."""

import re
from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
from docx import Document
from docx.oxml.ns import qn
from handmade import handmade_report, report_of

from zoning.cli import COMMANDS
from zoning.measure import to_lonlat
from zoning.model import LonLat, NearestFeature, SiteResult, State, Verdict
from zoning.report.document import document_bytes
from zoning.report.scene import scene_of
from zoning.report.story import tell_story
from zoning.report.texts import keys, text
from zoning.report.three_lines import line_extent, line_word
from zoning.report.wording import (
    Context,
    extent,
    line_summary,
    not_checked_count,
    ruling,
)


def document_of(*sites: SiteResult, lang: str = "zh") -> Any:
    story = tell_story(report_of(*sites), lang=lang)
    return Document(BytesIO(document_bytes(story)))


def words_of(document: Any) -> str:
    return "\n".join(node.text or "" for node in document.element.iter(qn("w:t")))


def site(verdict: Verdict) -> SiteResult:
    return next(s for s in handmade_report().sites if s.verdict == verdict)


def context_of(result: SiteResult) -> Context:
    report = report_of(result)
    return Context(base=report.base, options=report.options, lang="zh")


def test_a_line_takes_its_distance_from_the_whole_layer() -> None:
    clear = site(Verdict.CLEAR)
    layer = "ecological_redline"
    plain = next(f for f in clear.findings if f.layer == layer)
    core = replace(plain, view="ecr_core", nearest=None, distance_m=None)
    near = NearestFeature(id="7", name="北山", distance_m=4322.45)
    result = replace(clear, findings=(core, replace(plain, view="ecr", nearest=near)))

    said = line_extent(line_summary(result, layer), context_of(result))

    assert said == "最近 4322.45 米（北山）"


def test_a_clear_line_says_that_its_layer_states_no_edition() -> None:
    result = site(Verdict.CLEAR)
    name = "ecological_redline"
    line = line_summary(result, name)
    context = context_of(result)
    layer = context.base.layers[name]
    undated = replace(layer, info=replace(layer.info, edition=None))
    layers = {**context.base.layers, name: undated}
    doubtful = replace(context, base=replace(context.base, layers=layers))

    assert line_extent(line, doubtful) == (
        line_extent(line, context) + "；图层版本未注明，请确认是否现行"
    )


def test_a_condition_that_does_not_hold_is_not_applicable_everywhere() -> None:
    clear = site(Verdict.CLEAR)
    unfit = replace(clear.findings[0], reason="CONDITION_NOT_MET")
    met = replace(unfit, overlap_m2=50.0, overlap_m2_deduplicated=50.0)
    result = replace(clear, findings=(met,))
    line = line_summary(result, met.layer)

    assert ruling(unfit, "zh") == "不适用"
    assert ruling(clear.findings[0], "zh") == "不涉及"
    assert "条件不成立" in extent(unfit, context_of(clear))
    assert line_word(line, "zh") == "不适用"
    assert "不涉及" + "永久基本农田" not in words_of(document_of(result))


def test_a_touched_red_line_never_says_that_the_site_lies_outside_it() -> None:
    clear = site(Verdict.CLEAR)
    plain = next(f for f in clear.findings if f.layer == "ecological_redline")
    met = replace(plain, reason="CONDITION_NOT_MET", overlap_m2=9.0)

    said = words_of(document_of(replace(clear, findings=(met,))))

    assert "选址不位于生态保护红线内。" not in said
    assert "☑" not in said


def test_the_project_name_and_attributes_are_words_with_units() -> None:
    result = site(Verdict.NOTICE)
    project = {
        "name": "化工一期",
        "activity": "chemical_project",
        "approval_level": "county",
        "linear": "false",
        "land_permanent_m2": "45000",
        "earthwork_m3": "30000",
    }
    named = replace(result, site=replace(result.site, project=project))

    said = words_of(document_of(named))

    for words in ("化工一期", "化工项目", "区县级项目", "45000 平方米", "30000 立方米"):
        assert words in said
    assert "chemical_project" not in said


def test_the_headline_names_the_exception_and_the_suspected_boundary_error() -> None:
    result = site(Verdict.CONDITIONAL)
    worst = result.findings[0]
    note = {"zh": "例外情形：国家重大项目", "en": "exception: national major"}
    title = {"zh": "占用永久基本农田。", "en": "takes farmland."}
    excepted = replace(worst, reason="EXCEPTION", notes=(note,), title=title)
    residue = replace(worst, state=State.NOTICE, reason="RESIDUE", overlap_m2=0.83)
    residue = replace(residue, overlap_m2_deduplicated=0.83)

    story = tell_story(report_of(replace(result, findings=(excepted,))), lang="zh")

    assert "例外情形：国家重大项目" in story.pages[0].first.why
    assert "。：" not in story.pages[0].first.why
    assert extent(residue, context_of(result)) == "边界误差疑似，压盖 0.83 平方米"


def test_the_count_of_gaps_is_the_number_of_gaps() -> None:
    result = site(Verdict.UNDETERMINED)
    loose = replace(result.findings[0], state=State.NOT_CHECKED)
    many = replace(result, findings=(loose,) * 5, gaps=result.gaps * 3)

    assert not_checked_count(many) == len(many.gaps) == 3
    assert "3 项未核查" in words_of(document_of(many))
    assert "共 3 项" in words_of(document_of(many))


def test_only_commands_that_exist_are_named() -> None:
    said = "".join(text(key, lang) for lang in ("zh", "en") for key in keys("use"))
    said += "".join(text(key, lang) for lang in ("zh", "en") for key in keys("file"))

    named = set(re.findall(r"zoning (verify|replay|audit|serve|init)", said))
    assert named <= set(COMMANDS)


def test_a_picture_holds_the_witness_of_a_distance_and_no_further_than_3_km() -> None:
    result = site(Verdict.PROHIBITED)
    base = report_of(result).base
    assert result.geometry is not None
    east, middle = result.geometry.bounds[2], result.geometry.centroid.y
    near = next(f for f in result.findings if f.relation == "within_distance")
    lon, lat = to_lonlat(np.array([[east + 1500, middle]]), base.crs)[0]
    witness = LonLat(lon=float(lon), lat=float(lat))
    seen = replace(near, witness=witness, distance_m=1500.0)
    far = replace(seen, distance_m=3000.5)

    shown, hidden = (
        scene_of(
            replace(result, findings=(one,)), base, near=True, layout=False, aspect=1.2
        )
        for one in (seen, far)
    )

    assert [reach.distance_m for reach in shown.reaches] == [1500.0]
    assert shown.view.bounds[2] > east + 1500
    assert hidden.reaches == ()
