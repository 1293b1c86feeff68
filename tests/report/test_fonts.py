"""`zoning.report.fonts`: Chinese is drawn on a machine without Chinese fonts."""

import base64
import hashlib
import importlib.metadata
import warnings
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from zoning import terms
from zoning.report import fonts
from zoning.report.inline import vendored

NOTO = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


def gb2312() -> str:
    """Every character of GB 2312 rows 16 to 87, by its definition."""
    codes = (
        bytes([row + 0xA0, cell + 0xA0])
        for row in range(16, 88)
        for cell in range(1, 95)
    )
    return "".join(code.decode("gb2312", errors="ignore") for code in codes)


def test_every_han_character_of_gb2312_is_there() -> None:
    characters = gb2312()

    assert len(characters) == 6763
    assert fonts.missing_characters(characters) == ()


@pytest.mark.parametrize("sign", "²³×≥≤°℃—…·、《》〔〕㎡√│─┌A~é")
def test_signs_of_reports_are_there(sign: str) -> None:
    assert fonts.missing_characters(sign) == ()


def test_every_word_of_the_product_can_be_drawn() -> None:
    text = "".join(
        word
        for name in (
            "state",
            "verdict",
            "layer",
            "map_group",
            "map_item",
            "layer_class",
        )
        for entry in terms.group(name).values()
        for word in entry.values()
    )

    assert fonts.missing_characters(text) == ()


def test_what_the_font_lacks_is_named_once_in_code_order() -> None:
    assert fonts.missing_characters("巫𠮷山㛃巫㛃\n") == ("㛃", "𠮷")


def test_a_subset_holds_just_the_characters_asked_for_and_ascii() -> None:
    packed = base64.b64decode(fonts.subset_base64("巫山县"))

    font = TTFont(BytesIO(packed))
    assert font["name"].getDebugName(1) == fonts.FAMILY
    assert "SIL Open Font License" in font["name"].getDebugName(13)
    assert set(font.getBestCmap()) == {*map(ord, "巫山县"), *range(0x20, 0x7F)}


def test_a_subset_depends_on_the_set_of_characters_only() -> None:
    assert fonts.subset_base64("巫山县县") == fonts.subset_base64("县山巫")


def test_a_character_that_the_font_lacks_does_not_stop_a_subset() -> None:
    assert fonts.subset_base64("巫𠮷") == fonts.subset_base64("巫")


def test_matplotlib_draws_it_without_a_warning_about_glyphs() -> None:
    figure = Figure()
    ours = FontProperties(fname=fonts.font_path())
    figure.text(0, 0, "永久基本农田 12.3 m²", fontproperties=ours)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.savefig(BytesIO(), format="png")


def test_the_file_is_small_carries_its_own_name_and_its_licence() -> None:
    with TTFont(fonts.font_path()) as font:
        names = [font["name"].getDebugName(number) for number in (1, 13)]

    assert fonts.font_path().stat().st_size <= 3_500_000
    assert names[0] == fonts.FAMILY
    assert "SIL Open Font License" in names[1]
    licence = fonts.font_path().parents[1] / "licenses/OFL-1.1-ZoningSansSC.txt"
    assert "Version 1.1" in licence.read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_shipped_file_is_what_the_maker_makes(tmp_path: Path) -> None:
    if not NOTO.is_file():
        pytest.skip(f"absent: {NOTO.name}")
    target = tmp_path / "made.otf"

    fonts.make_font(NOTO, target)

    with TTFont(NOTO, fontNumber=2) as source:
        version = source["name"].getDebugName(5)
    if not version.startswith("Version 2.004"):
        pytest.skip(f"another edition of Noto: {version}")
    expected = vendored()["fonts/ZoningSansSC.otf"].sha256
    made = hashlib.sha256(target.read_bytes()).hexdigest()
    assert made == expected, importlib.metadata.version("fonttools")
