"""Three-valued conditions: truth tables by hand, and the laws they must keep."""

from collections.abc import Mapping
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoning.rules.conditions import (
    all_hold,
    full_code,
    holds,
    in_group,
    unknown_attributes,
)
from zoning.rules.schema import Condition, Text

GROUPS = {"chemical": ("C25", "C26", "C271"), "coking": ("C2521",)}
ROAD = Condition(attribute="activity", one_of=("road", "railway"))
NEW = Condition(attribute="construction_nature", one_of=("new",))
BIG = Condition(attribute="land_permanent_m2", at_least=50000)
CHEMICAL = Condition(attribute="industry_code", groups=("chemical",))
UNKNOWN: dict[str, str] = {}
YES = {"activity": "road", "construction_nature": "new"}
Truth = bool | None


def flag(name: str) -> Condition:
    return Condition(attribute=name, one_of=("true",))


def project_of(values: Mapping[str, Truth]) -> dict[str, str]:
    """Write a project in which the flags are known as given."""
    return {k: str(v).lower() for k, v in values.items() if v is not None}


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (True, True, True),
        (True, False, False),
        (True, None, None),
        (False, True, False),
        (False, False, False),
        (False, None, False),
        (None, True, None),
        (None, False, False),
        (None, None, None),
    ],
)
def test_conditions_that_must_all_hold_follow_kleene(
    first: Truth, second: Truth, expected: Truth
) -> None:
    project = project_of({"linear": first, "new_outlet": second})
    assert all_hold((flag("linear"), flag("new_outlet")), project, {}) is expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (True, True, True),
        (True, False, True),
        (True, None, True),
        (False, True, True),
        (False, False, False),
        (False, None, None),
        (None, True, True),
        (None, False, None),
        (None, None, None),
    ],
)
def test_any_follows_kleene(first: Truth, second: Truth, expected: Truth) -> None:
    project = project_of({"linear": first, "new_outlet": second})
    either = Condition(any=(flag("linear"), flag("new_outlet")))
    assert holds(either, project, {}) is expected


def test_no_conditions_always_hold() -> None:
    assert all_hold((), UNKNOWN, {}) is True


@pytest.mark.parametrize(
    ("value", "expected"),
    [("road", True), ("railway", True), ("wharf", False), ("", None)],
)
def test_one_of_compares_whole_values(value: str, expected: Truth) -> None:
    assert holds(ROAD, {"activity": value}, {}) is expected
    assert holds(ROAD, {"activity": value + "s"}, {}) is not True


@pytest.mark.parametrize(
    ("value", "expected"), [("water_supply", False), ("road", True), ("", None)]
)
def test_none_of_does_not_hold_for_the_unknown(value: str, expected: Truth) -> None:
    other = Condition(attribute="activity", none_of=("water_supply",))
    assert holds(other, {"activity": value}, {}) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("49999.99", False),
        ("50000", True),
        ("50000.01", True),
        ("5e4", True),
        ("0", False),
        ("", None),
    ],
)
def test_at_least_includes_its_limit(value: str, expected: Truth) -> None:
    assert holds(BIG, {"land_permanent_m2": value}, {}) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("C2614", True),
        ("c2614", True),
        ("2614", True),
        (" C2614 ", True),
        ("C25", True),
        ("26", True),
        ("C2710", True),
        ("C2720", False),
        ("C3011", False),
        ("B0625", False),
        ("0626", False),
        ("", None),
    ],
)
def test_an_industry_code_belongs_to_a_group_by_prefix(
    code: str, expected: Truth
) -> None:
    assert holds(CHEMICAL, {"industry_code": code}, GROUPS) is expected


@pytest.mark.parametrize("code", ["C", "C2", "C27", "27"])
def test_a_code_too_coarse_to_tell_is_unknown(code: str) -> None:
    assert holds(CHEMICAL, {"industry_code": code}, GROUPS) is None


@pytest.mark.parametrize("code", ["C4812", "9900", "农业", "2", "C26x", "26143"])
def test_what_is_no_industry_code_is_unknown(code: str) -> None:
    assert holds(CHEMICAL, {"industry_code": code}, GROUPS) is None


@pytest.mark.parametrize(
    ("code", "prefix", "expected"),
    [
        ("E4812", "48", True),
        ("4812", "48", True),
        ("E4812", "e48", True),
        ("4812", "E", True),
        ("E4812", "49", False),
        ("0311", "03", True),
        ("E4812", "土木", None),
        ("E4812", "C48", None),
    ],
)
def test_the_letter_may_be_missing_on_either_side(
    code: str, prefix: str, expected: Truth
) -> None:
    assert in_group(code, (prefix,)) is expected


def test_a_known_prefix_decides_beside_an_unknown_one() -> None:
    assert in_group("E4812", ("土木", "E48")) is True
    assert in_group("E4812", ()) is False


# GB/T 4754-2017: the divisions of each section, copied by hand.
DIVISIONS = {
    "A": (1, 5),
    "B": (6, 12),
    "C": (13, 43),
    "D": (44, 46),
    "E": (47, 50),
    "F": (51, 52),
    "G": (53, 60),
    "H": (61, 62),
    "I": (63, 65),
    "J": (66, 69),
    "K": (70, 70),
    "L": (71, 72),
    "M": (73, 75),
    "N": (76, 79),
    "O": (80, 82),
    "P": (83, 83),
    "Q": (84, 85),
    "R": (86, 90),
    "S": (91, 96),
    "T": (97, 97),
}


@pytest.mark.parametrize("section", DIVISIONS)
def test_each_division_gets_the_letter_of_its_section(section: str) -> None:
    first, last = DIVISIONS[section]
    for division in range(first, last + 1):
        assert full_code(f"{division:02d}") == f"{section}{division:02d}"
        assert full_code(f"{section}{division:02d}1") == f"{section}{division:02d}1"


@pytest.mark.parametrize("value", ["nan", "5万", "about 60000"])
def test_a_number_that_cannot_be_read_is_unknown(value: str) -> None:
    assert holds(BIG, {"land_permanent_m2": value}, {}) is None


def test_only_the_undecided_attributes_are_asked() -> None:
    either = Condition(any=(ROAD, BIG))
    assert tuple(unknown_attributes((either, NEW), UNKNOWN, {})) == (
        "activity",
        "land_permanent_m2",
        "construction_nature",
    )
    assert tuple(unknown_attributes((either, NEW), {"activity": "wharf"}, {})) == (
        "land_permanent_m2",
        "construction_nature",
    )
    assert unknown_attributes((either, NEW), YES, {}) == {}


def test_an_attribute_is_asked_once() -> None:
    twice = (ROAD, Condition(attribute="activity", none_of=("wharf",)))
    assert tuple(unknown_attributes(twice, UNKNOWN, {})) == ("activity",)


def test_a_rule_may_ask_in_its_own_words() -> None:
    own = Text(zh="只混合、分装吗？", en="mixing and filling only?")
    asked = ROAD.model_copy(update={"question": own})
    assert unknown_attributes((asked, NEW), UNKNOWN, {}) == {
        "activity": own,
        "construction_nature": None,
    }


FLAGS = ("linear", "new_outlet", "temporary_land")
leaves = st.sampled_from(
    [
        *(flag(name) for name in FLAGS),
        *(Condition(attribute=name, none_of=("true",)) for name in FLAGS),
    ]
)
trees = st.recursive(
    leaves,
    lambda parts: st.lists(parts, min_size=1, max_size=3).map(
        lambda chosen: Condition(any=tuple(chosen))
    ),
    max_leaves=6,
)
conditions = st.lists(trees, max_size=4).map(tuple)
knowledge = st.fixed_dictionaries(
    {n: st.sampled_from([True, False, None]) for n in FLAGS}
)


def completions(values: Mapping[str, Truth]) -> list[dict[str, str]]:
    """Every project that agrees with what is known."""
    choices = [[v] if v is not None else [True, False] for v in values.values()]
    return [
        project_of(dict(zip(values, chosen, strict=True)))
        for chosen in product(*choices)
    ]


@given(conditions, knowledge)
def test_the_unknown_never_decides(
    wanted: tuple[Condition, ...], known: dict[str, Truth]
) -> None:
    """What is decided on part of the facts stays decided on all of them."""
    early = all_hold(wanted, project_of(known), {})
    if early is not None:
        late = {all_hold(wanted, full, {}) for full in completions(known)}
        assert late == {early}


@given(conditions, knowledge)
def test_a_full_project_is_always_decided(
    wanted: tuple[Condition, ...], known: dict[str, Truth]
) -> None:
    for full in completions(known):
        assert all_hold(wanted, full, {}) is not None
        assert not unknown_attributes(wanted, full, {})


@given(conditions, knowledge)
def test_an_undecided_rule_has_something_to_ask(
    wanted: tuple[Condition, ...], known: dict[str, Truth]
) -> None:
    project = project_of(known)
    if all_hold(wanted, project, {}) is None:
        asked = unknown_attributes(wanted, project, {})
        assert asked
        assert not set(asked) & set(project)


@given(conditions, knowledge, st.randoms(use_true_random=False))
def test_the_order_of_conditions_does_not_matter(
    wanted: tuple[Condition, ...], known: dict[str, Truth], luck: Random
) -> None:
    shuffled = list(wanted)
    luck.shuffle(shuffled)
    project = project_of(known)
    assert all_hold(tuple(shuffled), project, {}) is all_hold(wanted, project, {})
