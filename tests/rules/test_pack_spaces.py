"""Where the rules bite: their views and relations against those of the facts."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from zoning.rules.packs import RuleBook, read_rule_book
from zoning.rules.schema import Rule

# Short layer names of the fact base → views of the packs.
VIEWS = {
    "pbf": {"pbf"},
    "pbf_reserve": {"pbf_reserve"},
    "dltb_cropland": {"cropland"},
    "ecr": {"ecr"},
    "ecr_core": {"ecr_core"},
    "udb": {"udb"},
    "udb_special": {"udb_special"},
    "unit_priority": {"unit_priority"},
    "river_main": {"river_main"},
    "river_tributary_all": {"river_tributary"},
    "river_important_tributary": {"river_important_tributary"},
    "river_mgmt": {"river_management", "river_any"},
    "aquatic_reserve": {"aquatic_germplasm"},
    "aquatic_germplasm": {"aquatic_germplasm"},
    "drawdown_zone": {"drawdown"},
    "shoreline_zone": {"shoreline"},
    "soil_erosion_severe": {"erosion_treatment"},
    "nr_core": {"nr_core"},
    "nr_buffer": {"nr_core"},
    "nr_general": {"nr_general"},
    "nr_all": {"nature_reserve"},
    "nature_park": {"nature_parks"},
    "forest_park": {"forest_park"},
    "protected_areas": {"natural_protected_areas"},
    "protected_areas_water": {"natural_protected_areas"},
    "wetland_park_national": {"wetland_park_national"},
    "wetland_national": {"wetland_parcels", "wetland_park"},
    "wetland_provincial": {"wetland_parcels", "wetland_park"},
    "wetland_general": {"wetland_parcels", "wetland_park"},
    "scenic": {"scenic"},
    "scenic_core": {"scenic_core"},
    "drink_l1": {"drink_level_1"},
    "drink_l2": {"drink_level_2"},
    "drink_quasi": {"drink_quasi"},
    "drink_dispersed": {"drink_dispersed"},
    "compliant_park": {"compliant_park"},
    "forest_land": {"forest"},
    "public_forest": {"public_forest"},
    "shelterbelt": {"shelterbelt"},
    "slope": {"slope"},
    "geohazard_zone": {"geohazard"},
    "swc_prevention": {"erosion_key"},
    "swc_treatment": {"erosion_key"},
    "relic_protect": {"relic_protection"},
    "relic_control": {"relic_control"},
    "residential": {"residential"},
    "school": {"sensitive_facility"},
    "hospital": {"sensitive_facility"},
    "care_home": {"sensitive_facility"},
    "corridor_pattern": {"layout"},
}

# Rules whose views are not the fact's layers, and why.
OTHERWISE = {
    "PBF-007": {"pbf"},  # cropland is PBF-107, so that its layer may be absent
    "CRP-002": {"pbf", "cropland"},  # no view of all other land
    "ECR-002": {"ecr_other"},  # core zones follow their own law (ECR-001)
    "ECR-003": {"ecr_other"},
    "ECR-004": {"ecr_other"},
    "NEG-003": {"drink_level_1"},  # level 2 is NEG-103
    "NEG-005": {"shoreline_protected"},  # the fact's zone_any
    "DW-001": {"drink_statutory"},  # all three levels in one view
    "DW-007": {"natural_protected_areas", "aquatic_germplasm"},  # scenic: DW-107
    "NR-001": {"nr_core", "nr_unzoned"},  # a reserve without zones stays seen
    "NR-002": {"nr_general", "nr_unzoned"},
    "NR-003": {"nr_core"},  # experimental zone: NR-002, NR-103
    "NR-004": {"nature_parks"},  # the parks by one view
    "NR-005": {"nature_reserve"},  # other areas: NR-105
    "SC-002": {"scenic"},  # core: SC-102
    "WET-001": {"wetland_park_national"},  # stands in for the missing layer
    "FOR-003": {"public_forest", "shelterbelt"},  # shelterbelt is public-welfare
    "SWC-003": {"geohazard"},  # water zones: SWC-103
}

# Rules that read project attributes alone.
WITHOUT_SPACE = {"YRL-003", "YRL-007", "NEG-001", "NEG-006", "NEG-010", "SWC-002"}

# Relations that are not the fact's: an unset distance taken as overlap, and a
# river without drawn management range that is touched.
RELATIONS = {
    "PBF-005": {"intersects"},
    "RIV-001": {"intersects", "within_distance"},
    "RIV-002": {"intersects", "within_distance"},
    "YRL-004": {"intersects", "within_distance"},
}


@pytest.fixture
def facts(shared: Path) -> Mapping[str, Any]:
    text = (shared / "domain/rules_facts.yaml").read_text(encoding="utf-8")
    return {fact["id"]: fact for fact in yaml.safe_load(text)["rules"]}


@cache
def book() -> RuleBook:
    return read_rule_book(("national", "yangtze", "chongqing"))


def whole_rules() -> list[Rule]:
    """Return the rules that stand for a whole fact."""
    return [rule for rule in book().rules if int(rule.id[-3:]) < 100]


def test_rules_read_the_layers_of_their_facts(facts: Mapping[str, Any]) -> None:
    for rule in whole_rules():
        if rule.id in WITHOUT_SPACE:
            assert not rule.space, rule.id
            continue
        layers = facts[rule.id]["layer"]
        layers = [layers] if isinstance(layers, str) else layers
        wanted = OTHERWISE.get(rule.id) or set().union(
            *(VIEWS[name] for name in layers)
        )
        assert {space.view for space in rule.space} == wanted, rule.id


def test_relations_are_those_of_the_facts(facts: Mapping[str, Any]) -> None:
    for rule in whole_rules():
        if rule.id not in WITHOUT_SPACE:
            wanted = RELATIONS.get(rule.id, {facts[rule.id]["relation"]})
            assert {space.relation for space in rule.space} == wanted, rule.id


def test_parts_of_a_fact_bite_where_the_page_says() -> None:
    parts = {
        rule.id: {space.view for space in rule.space}
        for rule in book().rules
        if int(rule.id[-3:]) > 100
    }
    assert parts == {
        "PBF-106": {"ecr", "pbf"},
        "PBF-107": {"cropland"},
        "CRP-103": {"cropland"},
        "DW-103": {"drink_level_2"},
        "DW-107": {"scenic"},
        "DW-207": {"scenic"},
        "DW-106": {"drink_dispersed"},
        "NR-103": {"nr_general"},
        "NR-105": {"national_park", "nature_parks"},
        "SC-102": {"scenic_core"},
        "WET-103": {"wetland_parcels", "wetland_park"},
        "SWC-101": {"slope"},
        "SWC-102": set(),
        "SWC-103": {"drink_level_1", "drink_level_2"},
        "SWC-203": {"drink_level_1", "drink_level_2"},
        "YRL-101": {"river_main", "river_tributary"},
        "NEG-103": {"drink_level_2"},
        "LOC-102": {"layout_ways"},
        "LOC-202": {"layout_ways"},
    }


def test_slopes_and_distances_stand_as_written_in_law() -> None:
    slopes = {s.slope_deg for r in book().rules for s in r.space if s.slope_deg}
    assert slopes == {25.0}
    kilometre = next(rule for rule in book().rules if rule.id == "YRL-001")
    assert [space.distance_m for space in kilometre.space] == [1000.0, 1000.0]
