"""Which finding leads a site: one order, for the screen, the reports and explain."""

from dataclasses import replace
from datetime import date

import plots
import pytest
import shapely
from asking import CaptureText

from zoning.check import check
from zoning.cli.summary import print_report
from zoning.model import Base, CheckOptions, Report
from zoning.report.story import tell_story
from zoning.report.wording import worst_first
from zoning.rules.packs import read_rule_book

DAY = CheckOptions(as_of=date(2026, 11, 1))
ON_FARMLAND = shapely.box(400_100, 3_435_100, 400_250, 3_435_150)


def report_of(base: Base, activity: str) -> Report:
    project = {**plots.ROAD, "activity": activity, "approval_level": "county"}
    site = replace(plots.site(ON_FARMLAND, project), id="plot", name="某户")
    return check((site,), base, read_rule_book(base.packs), options=DAY)


@pytest.mark.parametrize(
    ("activity", "rule_id"),
    [
        ("rural_house", "PBF-002"),  # 禁止建窑、建房、建坟
        ("orchard_tree_planting", "PBF-003"),
        ("road", "PBF-001"),
    ],
)
def test_the_rule_that_names_the_project_leads_everywhere(
    base: Base, activity: str, rule_id: str, capsys: CaptureText
) -> None:
    report = report_of(base, activity)
    leading = worst_first(report.sites[0].findings)[0]
    assert leading.rule_id == rule_id
    print_report(report, "zh")
    assert rule_id in capsys.readouterr().out
    story = tell_story(report, lang="zh")
    assert leading.title["zh"] in repr(story)
