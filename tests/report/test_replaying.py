"""Comparing two verdicts: no difference is overlooked, and each is put in its place."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from handmade import handmade_report

from zoning.report.replaying import compare, replay_lines
from zoning.report.verdict import digest_of, json_bytes, verdict_document

Path = tuple[str | int, ...]
ENTRIES = {"findings", "layers", "absent", "missing"}
"""Lists whose entries have names; these come and go in tests of their own."""

UNSIGNED = {"software", "digest"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(json_bytes(verdict_document(handmade_report())))
    return loaded


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, (*path, key))
    elif isinstance(value, list) and value:
        for index, part in enumerate(value):
            yield from leaves(part, (*path, index))
    else:
        yield path


def changed(document: dict[str, Any], path: Path) -> dict[str, Any]:
    """Return the document with another value at a place, signed again."""
    other = copy.deepcopy(document)
    holder: Any = other
    for step in path[:-1]:
        holder = holder[step]
    value = holder[path[-1]]
    number = value + 1 if isinstance(value, int | float) else None
    replaced: dict[type, Any] = {
        str: f"{value}x",
        bool: not value,
        int: number,
        float: number,
        list: ["x"],
        dict: {"x": "y"},
        type(None): "x",
    }
    if path[-1] in {"verdict", "state"}:  # words of a closed list
        replaced[str] = "NOTICE" if value != "NOTICE" else "CONDITIONAL"
    holder[path[-1]] = replaced[type(value)]
    other["digest"] = digest_of(other)
    return other


def test_a_document_is_the_same_as_itself(document: dict[str, Any]) -> None:
    found = compare(document, copy.deepcopy(document))

    assert found.same
    assert found.differences == ()
    assert found.rounding == 0
    assert document["digest"] in " ".join(replay_lines(found, "zh"))


def test_no_value_of_a_verdict_can_change_unseen(document: dict[str, Any]) -> None:
    every = [
        path
        for path in leaves(document)
        if path[0] not in UNSIGNED and path[-1] not in ENTRIES
    ]
    assert len(every) > 800

    for path in every:
        found = compare(document, changed(document, path))
        assert not found.same, path
        assert found.differences or found.rounding, path
        assert found.same_inputs == (path[0] not in {"base", "packs", "options"}), path
        for lang in ("zh", "en"):
            assert replay_lines(found, lang)


def test_software_is_told_and_does_not_count(document: dict[str, Any]) -> None:
    other = copy.deepcopy(document)
    other["software"]["numpy"] = "9.9"

    found = compare(document, other)

    assert found.same
    assert [(name, now) for name, _, now in found.software] == [("numpy", "9.9")]
    assert "9.9" in replay_lines(found, "en")[-1]


def finding_with_area(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(
        finding
        for site in document["sites"]
        for finding in site["findings"]
        if finding["overlap_m2"] > 1
    )
    return found


@pytest.mark.parametrize(
    ("step", "rounded"), [(1e-4, True), (-1e-4, True), (2.1e-4, False)]
)
def test_the_last_printed_digit_is_rounding_and_no_more(
    document: dict[str, Any], step: float, *, rounded: bool
) -> None:
    other = copy.deepcopy(document)
    finding_with_area(other)["overlap_m2"] += step
    other["digest"] = digest_of(other)

    found = compare(document, other)

    assert not found.same
    assert (found.rounding == 1) is rounded
    assert (found.differences == ()) is rounded


def test_a_state_that_changed_is_told_with_rule_site_and_both_words(
    document: dict[str, Any],
) -> None:
    other = copy.deepcopy(document)
    finding = finding_with_area(other)
    before, finding["state"] = finding["state"], "CLEAR"
    other["digest"] = digest_of(other)

    lines = replay_lines(compare(document, other), "zh")

    line = next(line for line in lines if finding["rule_id"] in line)
    assert f"{before} " in line
    assert line.endswith("→ CLEAR 不涉及")
    assert lines[lines.index(line) - 1].startswith("选址 ")


def test_sites_and_findings_that_came_or_went_are_told(
    document: dict[str, Any],
) -> None:
    other = copy.deepcopy(document)
    gone = other["sites"].pop()
    lost = other["sites"][0]["findings"].pop()
    other["digest"] = digest_of(other)

    there = "\n".join(replay_lines(compare(document, other), "zh"))
    back = "\n".join(replay_lines(compare(other, document), "zh"))

    assert f"{gone['id']}" in there
    assert f"{lost['rule_id']} {lost['title']['zh']}：当时有，现在没有" in there
    assert f"{lost['rule_id']} {lost['title']['zh']}：当时没有，现在有" in back


def test_a_layer_of_other_bytes_and_edition_is_told_with_both_hashes(
    document: dict[str, Any],
) -> None:
    other = copy.deepcopy(document)
    layer = other["base"]["layers"][0]
    before = layer["sha256"]
    layer["sha256"], layer["edition"] = "f" * 64, "2031"
    other["digest"] = digest_of(other)

    lines = replay_lines(compare(document, other), "en")

    line = next(line for line in lines if f"({layer['id']})" in line)
    assert f"{before[:12]}… → {'f' * 12}…" in line
    assert "→ 2031" in line
    assert lines[-1].startswith("verdicts and numbers of all sites are as before")
