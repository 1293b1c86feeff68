"""`zoning.strict_yaml`: text stays text, and nothing dangerous gets in."""

import pytest

from zoning.strict_yaml import YamlError, lines_of, load_text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\na: 2\n", 2),
        ("a: &x 1\nb: *x\n", 1),
        ("a: !!python/object:os.system x\n", 1),
        ("a: [1, 2\nb: 3\n", 2),
        ("? [1]\n: 2\n", 1),
        ("a: " + "[" * 60 + "]" * 60 + "\n", 1),
    ],
    ids=["repeated key", "anchor", "tag", "syntax", "list as key", "depth"],
)
def test_refusals_name_their_line(text: str, line: int) -> None:
    with pytest.raises(YamlError) as caught:
        load_text(text)

    assert caught.value.line == line


def test_scalars_stay_as_written() -> None:
    text = "a: 0103\nb: no\nc: 12:30:00\nd: 5e-3\ne: null\nf: 'null'\ng: ''\n"

    assert load_text(text) == {
        "a": "0103",
        "b": "no",
        "c": "12:30:00",
        "d": "5e-3",
        "e": None,
        "f": "null",
        "g": "",
    }


def test_every_value_has_its_line() -> None:
    lines = lines_of("a:\n  - x\n  - y: 1\nb: 2\n")

    assert lines["a", 1, "y"] == 3
    assert lines["b",] == 4


def test_an_empty_text_is_nothing() -> None:
    assert load_text("") is None
    assert lines_of("") == {}
