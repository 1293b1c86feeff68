"""`zoning.report.styles`: every layer and class has a look and a name."""

import colorsys
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import zoning
from zoning import strict_yaml
from zoning.model import State, Verdict
from zoning.report import styles
from zoning.report.styles import StyleError, style
from zoning.terms import LANGUAGES

PACKAGE = Path(zoning.__file__).parent
CATALOGUE: dict[str, Any] = strict_yaml.load(PACKAGE / "data/layers.yaml")
DRAWN = sorted(key for key in CATALOGUE if CATALOGUE[key]["geometry"] != "table")

# Machado, Oliveira, Fernandes (2009), severity 1: how colours look to people
# with protanopia, deuteranopia, tritanopia (linear RGB).
VISION = {
    "normal": "1 0 0; 0 1 0; 0 0 1",
    "protan": (
        "0.152286 1.052583 -0.204868; 0.114503 0.786281 0.099216;"
        "-0.003882 -0.048116 1.051998"
    ),
    "deutan": (
        "0.367322 0.860646 -0.227968; 0.280085 0.672501 0.047413;"
        "-0.011820 0.042940 0.968881"
    ),
    "tritan": (
        "1.255528 -0.076749 -0.178779; -0.078411 0.930809 0.147602;"
        "0.004733 0.691367 0.303900"
    ),
}
TO_XYZ = (
    "0.4124564 0.3575761 0.1804375; 0.2126729 0.7151522 0.0721750;"
    "0.0193339 0.1191920 0.9503041"
)


def matrix(text: str) -> NDArray[np.float64]:
    return np.array([row.split() for row in text.split(";")], dtype=np.float64)


def linear(colour: str) -> NDArray[np.float64]:
    rgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIE 1976 L*a*b*, D65."""
    xyz = matrix(TO_XYZ) @ np.clip(rgb, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def hue(colour: str | None) -> float:
    assert colour is not None
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return 360 * colorsys.rgb_to_hsv(*parts)[0]


@pytest.mark.parametrize("layer", DRAWN)
def test_every_layer_of_the_catalogue_has_a_style_and_a_name(layer: str) -> None:
    own = style(layer)

    assert own.layer == layer
    assert own.label("zh") != layer
    assert own.label("en").isascii()


def class_values() -> Iterator[tuple[str, str]]:
    for layer in DRAWN:
        column = styles.class_column(layer)
        if column is not None:
            values = CATALOGUE[layer]["fields"][column]["values"].values()
            yield from ((layer, value) for value in dict.fromkeys(values))


@pytest.mark.parametrize(("layer", "kind"), sorted(class_values()))
def test_every_class_value_of_the_catalogue_has_a_style(layer: str, kind: str) -> None:
    own = style(layer, kind)

    assert own.kind == kind
    assert not own.label("zh").isascii()
    assert own.label("en").isascii()


def test_an_unknown_class_is_drawn_like_its_layer() -> None:
    assert style("river", "drainage") == style("river")


def test_an_unknown_layer_is_refused() -> None:
    with pytest.raises(KeyError):
        style("no_such_layer")


def test_no_two_layers_share_a_place_in_the_drawing_order() -> None:
    orders = [style(layer).order for layer in styles.layer_ids()]

    assert orders == sorted(set(orders))


def test_conflicts_lie_above_every_layer() -> None:
    top = max(style(layer).order for layer in styles.layer_ids())

    assert all(style(item).order > top for item in ("conflict", "site", "trim"))


def test_every_layer_is_in_one_group_of_the_legend() -> None:
    listed = [layer for layers in styles.groups().values() for layer in layers]

    assert sorted(listed) == sorted(styles.layer_ids())


def test_colours_are_those_customary_in_territorial_planning() -> None:
    assert 40 < hue(style("permanent_basic_farmland").fill) < 60  # yellow
    assert 90 < hue(style("ecological_redline").fill) < 150  # green
    assert abs(hue(style("ecological_redline").line) - 180) > 170  # red
    assert 5 < hue(style("urban_development_boundary").line) < 25  # orange-red
    assert 195 < hue(style("river").fill) < 220  # blue


@pytest.mark.parametrize("vision", sorted(VISION))
@pytest.mark.parametrize("pair", list(combinations(State, 2)), ids="-".join)
def test_states_differ_for_every_kind_of_colour_vision(
    pair: tuple[State, State], vision: str
) -> None:
    sight = matrix(VISION[vision])
    seen = [lab(sight @ linear(styles.state_colour(state))) for state in pair]

    # 2.3 is a just noticeable difference; 15 is plain in small dots.
    assert float(np.linalg.norm(seen[0] - seen[1])) > 15


@pytest.mark.parametrize("verdict", list(Verdict))
def test_words_on_a_verdict_colour_can_be_read(verdict: Verdict) -> None:
    background = styles.verdict_colour(verdict)
    luminance = [
        float(linear(c) @ (0.2126, 0.7152, 0.0722))
        for c in (background, styles.text_colour(background))
    ]

    assert (max(luminance) + 0.05) / (min(luminance) + 0.05) >= 3.0


GOOD: dict[str, Any] = {
    "group": "land",
    "fill": "#ffffff",
    "line": "#000000",
    "width": "1",
    "opacity": "1",
    "order": "1",
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"fill": "yellow"}, "yellow is not a colour"),
        ({"line": "#FFF"}, "#FFF is not a colour"),
        ({"opacity": "1.2"}, "not between 0 and 1"),
        ({"width": "-1"}, "not between 0 and 10"),
        ({"dash": "long"}, "dash long"),
        ({"group": "sea"}, "unknown group sea"),
        ({"colour": "#ffffff"}, "unknown field colour"),
    ],
)
def test_a_malformed_table_names_the_entry_at_fault(
    change: dict[str, str], said: str
) -> None:
    table = {
        "layers": {"road": GOOD | change},
        "items": {},
        "states": {},
        "verdicts": {},
    }

    with pytest.raises(StyleError, match=said) as caught:
        styles._read(table)

    assert "road" in str(caught.value)


def test_a_state_without_a_colour_is_refused() -> None:
    with pytest.raises(StyleError, match="CLEAR"):
        styles._read({"layers": {}, "items": {}, "states": {}, "verdicts": {}})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_items_of_the_map_have_names(lang: str) -> None:
    items = ("site", "conflict", "residue", "section", "trim", "window")

    names = {style(item).label(lang) for item in items}

    assert len(names) == len(items)
    assert all(name.isascii() == (lang == "en") for name in names)
