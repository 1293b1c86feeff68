"""The table on the screen: narrow or wide, no character of a name is lost."""

from dataclasses import replace
from datetime import date

import plots
import pytest
import shapely
from asking import CaptureText

from zoning.check import check
from zoning.cli.printing import print_rows
from zoning.cli.summary import print_report
from zoning.model import Base, CheckOptions
from zoning.rules.packs import read_rule_book

NAME = "长江干支流岸线一公里范围内禁止新建、扩建化工园区和化工项目"
PLOT = shapely.box(400_100, 3_435_100, 400_250, 3_435_150)
WIDTHS = (40, 59, 60, 79, 80, 99, 100, 119, 120, 121)


def column(printed: str, place: int) -> str:
    rows = [line.split("│") for line in printed.splitlines() if "│" in line]
    return "".join(row[place].strip() for row in rows)


@pytest.mark.parametrize("width", WIDTHS)
def test_no_character_of_the_reason_is_lost(
    base: Base, width: int, monkeypatch: pytest.MonkeyPatch, capsys: CaptureText
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    project = {**plots.ROAD, "activity": "rural_house"}
    site = replace(plots.site(PLOT, project), id="plot", name=NAME)
    options = CheckOptions(as_of=date(2026, 11, 1))
    report = check((site,), base, read_rule_book(base.packs), options=options)
    print_report(report, "zh")
    printed = capsys.readouterr().out
    assert NAME in column(printed, 0)
    leading = column(printed, 4).replace(" ", "")
    title = next(f for f in report.sites[0].findings if leading.startswith(f.rule_id))
    assert leading.endswith(title.title["zh"].replace(" ", ""))


@pytest.mark.parametrize("width", WIDTHS)
def test_no_character_of_a_row_is_lost(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: CaptureText
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    print_rows(("编号", "名称"), [("A", NAME), ("B", NAME[::-1])])
    text = column(capsys.readouterr().out, 1)
    assert text == NAME + NAME[::-1]
