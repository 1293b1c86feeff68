"""What the built-in rules decide, told case by case by hand."""

import re

import pytest
from pack_facts import book, by_id, section

from zoning.rules.conditions import all_hold
from zoning.rules.packs import read_rule_book

Truth = bool | None
PLANT = {"activity": "chemical_project", "construction_nature": "new"}
POND = {"activity": "tailings_pond", "construction_nature": "new"}


@pytest.mark.parametrize(
    ("rule_id", "project", "expected"),
    [
        ("YRL-001", PLANT, True),
        ("YRL-001", {"industry_code": "2614", "construction_nature": "expand"}, True),
        ("YRL-001", PLANT | {"construction_nature": "relocate"}, True),
        ("YRL-001", PLANT | {"construction_nature": "rebuild"}, False),
        ("YRL-001", POND, None),  # its industry code is not known
        ("YRL-001", POND | {"industry_code": "B0911"}, False),
        ("YRL-001", {"activity": "chemical_project"}, None),
        ("YRL-101", PLANT | {"construction_nature": "rebuild"}, True),
        ("YRL-002", POND, True),
        ("YRL-002", PLANT, False),
        ("YRL-002", {"activity": "tailings_pond"}, None),
        ("PBF-001", {}, True),
        ("PBF-003", {"activity": "orchard_tree_planting"}, True),
        ("PBF-003", {"activity": "crop_facility"}, False),
        ("PBF-004", {"activity": "rural_house"}, True),
        ("PBF-007", {"temporary_land": "false"}, False),
        ("PBF-007", {}, None),
        ("ECR-001", {}, True),
        ("ECR-002", {"activity": "other"}, True),
        ("ECR-003", {"activity": "road"}, True),
        ("ECR-003", {"activity": "hotel_resort"}, False),
        ("ECR-004", {"approval_level": "national_major"}, True),
        ("ECR-004", {"approval_level": "county"}, False),
        ("ECR-005", {"crosses_without_land": "true"}, True),
        ("ECR-005", {}, None),
        ("UDB-001", {"activity": "industrial_park_dev"}, True),
        ("UDB-001", {"activity": "rural_house"}, False),
        ("UDB-003", {"activity": "rural_house"}, True),
        ("DW-003", {"discharges_wastewater": "true"}, True),
        ("DW-003", {"discharges_any": "false"}, None),
        ("SWC-001", {"activity": "orchard_tree_planting"}, False),
        ("SWC-101", {"activity": "orchard_tree_planting"}, True),
        ("SWC-002", {"earthwork_m3": "50000"}, True),
        ("SWC-002", {"earthwork_m3": "49999"}, None),
    ],
)
def test_the_conditions_of_a_rule_read_as_the_article_does(
    rule_id: str, project: dict[str, str], expected: Truth
) -> None:
    assert all_hold(by_id()[rule_id].when, project, book().groups) is expected


@pytest.mark.parametrize(
    ("rule_id", "project", "needed"),
    [
        ("ECR-002", {"activity": "road"}, "认定意见"),
        (
            "ECR-002",
            {"activity": "road", "approval_level": "national_major"},
            "不可避让",
        ),
        ("ECR-002", {"activity": "road", "crosses_without_land": "true"}, "不申请用地"),
        (
            "ECR-003",
            {"activity": "road", "approval_level": "national_major"},
            "不可避让",
        ),
        ("ECR-004", {"crosses_without_land": "true"}, "不申请用地"),
        (
            "PBF-001",
            {"activity": "railway", "approval_level": "national_major"},
            "审批层级",
        ),
        (
            "PBF-001",
            {"temporary_land": "true", "land_permanent_m2": "0"},
            "复垦方案",
        ),
        ("DW-002", {"activity": "water_supply"}, "供水设施"),
        ("YRL-002", POND | {"construction_nature": "rebuild"}, "提升"),
        ("NEG-005", {"activity": "waterway"}, "涉河"),
        ("RIV-001", {"activity": "wharf"}, "涉河"),
        ("WET-001", {"activity": "flood_control"}, "湿地恢复费"),
        ("WET-001", {"approval_level": "national_major"}, "湿地恢复费"),
    ],
)
def test_an_exception_asks_for_its_own_evidence(
    rule_id: str, project: dict[str, str], needed: str
) -> None:
    taken = next(
        exception
        for exception in by_id()[rule_id].exceptions
        if exception.when and all_hold(exception.when, project, book().groups)
    )
    assert needed in "".join(text.zh for text in taken.evidence)


@pytest.mark.parametrize(
    ("rule_id", "project"),
    [
        ("ECR-001", {"activity": "road", "approval_level": "national_major"}),
        ("ECR-002", {"activity": "hotel_resort", "approval_level": "county"}),
        ("PBF-001", {"activity": "hotel_resort", "approval_level": "provincial_key"}),
        ("PBF-003", {"activity": "orchard_tree_planting"}),
        ("DW-002", {"activity": "hotel_resort"}),
        ("YRL-001", PLANT | {"industry_code": "C2614"}),
        ("YRL-002", POND),
        ("RIV-001", {"activity": "landfill"}),
        ("RIV-001", {"activity": "warehouse_hazmat"}),
        ("WET-001", {"activity": "railway", "approval_level": "county"}),
        ("NR-003", {"activity": "hydropower_small"}),
    ],
)
def test_no_exception_opens_for_those_it_is_not_written_for(
    rule_id: str, project: dict[str, str]
) -> None:
    for exception in by_id()[rule_id].exceptions:
        if exception.when:
            assert all_hold(exception.when, project, book().groups) is not True


TWO_PACKS = read_rule_book(("national", "yangtze"))
PAPERS = {
    "temporary_land_approval": {"PBF-001", "PBF-007", "PBF-107"},
    "river_works_approval": {"RIV-001", "RIV-002", "YRL-006", "NEG-005"},
    "heritage_approval": {"REL-001", "REL-002"},
    "heritage_government_approval": {"REL-001"},
    "heritage_consent": {"REL-001"},
    "reserve_activity_approval": {"NR-003"},
    "land_conversion_approval": {"CRP-004", "CRP-103"},
    "forest_land_approval": {"FOR-001"},
    "temporary_forest_approval": {"FOR-002"},
    "outlet_approval": {"NEG-006"},
}


@pytest.mark.parametrize("kind", PAPERS)
def test_a_paper_counts_only_where_the_rule_asks_for_that_very_paper(kind: str) -> None:
    asking = {
        rule.id
        for rule in TWO_PACKS.rules
        for exception in rule.exceptions
        if kind in {item.kind for item in exception.evidence}
    }
    assert asking == PAPERS[kind]


def test_the_works_that_a_consent_may_free_are_those_that_need_it() -> None:
    (works,) = by_id()["RIV-001"].exceptions[0].when
    assert works.one_of == by_id()["RIV-002"].when[0].one_of


@pytest.mark.parametrize("state", ["NOTICE", "CONDITIONAL", "REVIEW"])
def test_the_page_names_every_rule_that_papers_can_turn(state: str) -> None:
    page = section("What declared papers can and cannot turn")
    row = next(line for line in page.splitlines() if line.startswith(f"| {state} "))
    turned = {
        rule.id
        for rule in TWO_PACKS.rules
        for exception in rule.exceptions
        if exception.with_evidence == state
    }
    assert set(re.findall(r"[A-Z]+-\d{3}", row)) == turned


def test_the_distances_of_chemical_plants_and_tailings_differ_by_river() -> None:
    reach = {
        name: {space.view: space.distance_m for space in by_id()[name].space}
        for name in ("YRL-001", "YRL-002", "NEG-008")
    }
    assert reach["YRL-001"] == {"river_main": 1000, "river_tributary": 1000}
    pond = {"river_main": 3000, "river_important_tributary": 1000}
    assert reach["YRL-002"] == reach["NEG-008"] == pond
    important = book().views["river_important_tributary"]
    assert important.at_least == {"basin_km2": 10000}
    assert not book().views["river_tributary"].at_least


def test_a_core_zone_is_left_to_its_own_law() -> None:
    assert {s.view for s in by_id()["ECR-001"].space} == {"ecr_core"}
    for rule_id in ("ECR-002", "ECR-003", "ECR-004"):
        assert {s.view for s in by_id()[rule_id].space} == {"ecr_other"}
