"""`verdict.json` says the whole answer, always in the same bytes."""

import json
import subprocess
import sys
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from handmade import handmade_report, report_of
from jsonschema import Draft202012Validator

from zoning.model import Finding, LonLat, State, Verdict
from zoning.model.problems import layer_problem
from zoning.report.verdict import (
    digest_of,
    relative_path,
    verdict_bytes,
    verdict_document,
)


@pytest.fixture
def schema() -> Draft202012Validator:
    path = files("zoning").joinpath("data/schemas/verdict.schema.json")
    loaded = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(loaded)
    return Draft202012Validator(loaded)


def test_the_shipped_schema_accepts_every_verdict(schema: Draft202012Validator) -> None:
    report = handmade_report()
    assert {site.verdict for site in report.sites} == set(Verdict)

    schema.validate(json.loads(verdict_bytes(report)))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda site: site.update(verdict="APPROVED"),
        lambda site: site.pop("gaps"),
        lambda site: site.update(extra=1),
        lambda site: site.update(verdict="CLEAR", complete=False),
        lambda site: site["source"].pop("sha256"),
    ],
    ids=["unknown verdict", "no gaps", "extra key", "clear but open", "no hash"],
)
def test_the_schema_refuses_what_is_not_promised(
    schema: Draft202012Validator, spoil: Any
) -> None:
    document = json.loads(verdict_bytes(handmade_report()))
    spoil(document["sites"][0])

    assert not schema.is_valid(document)


def test_a_site_reads_the_same_alone_and_in_a_batch() -> None:
    report = handmade_report()
    batch = verdict_document(report)["sites"]

    alone = [verdict_document(report_of(site))["sites"][0] for site in report.sites]

    assert alone == batch


def test_rows_out_are_rows_in_and_rejected_ones_are_counted() -> None:
    report = handmade_report()

    document = verdict_document(report)

    assert [site["id"] for site in document["sites"]] == [
        result.site.id for result in report.sites
    ]
    assert document["counts"] == {"sites": len(report.sites), "rejected": 1}


def test_the_digest_ignores_software_and_notices_everything_else() -> None:
    document = verdict_document(handmade_report())

    assert document["digest"] == digest_of(document)
    assert digest_of(document | {"software": {"zoning": "9"}}) == document["digest"]
    for key in document.keys() - {"software", "digest"}:
        assert digest_of(document | {key: "altered"}) != document["digest"], key


def test_the_digest_survives_another_program_writing_the_file() -> None:
    written = verdict_bytes(handmade_report())

    again = json.loads(json.dumps(json.loads(written), indent=4, sort_keys=True))

    assert digest_of(again) == json.loads(written)["digest"]


def test_bytes_are_utf8_with_one_final_newline_and_no_escapes() -> None:
    written = verdict_bytes(handmade_report())

    assert written.endswith(b"}\n")
    assert "未核查" in written.decode() or "图层" in written.decode()
    assert b"\\u" not in written


def finding(**changed: Any) -> Finding:
    plain = Finding(
        rule_id="R-1",
        scope="water",
        title={"zh": "题", "en": "title"},
        state=State.NOTICE,
        severity="info",
        layer="river",
        view="",
        relation="intersects",
    )
    return replace(plain, **changed)


def written_finding(**changed: Any) -> dict[str, Any]:
    result = handmade_report().sites[0]
    report = report_of(replace(result, findings=(finding(**changed),)))
    document: dict[str, Any] = verdict_document(report)["sites"][0]["findings"][0]
    return document


def test_numbers_are_rounded_to_the_decimals_promised() -> None:
    written = written_finding(
        overlap_m2=1234.567891,
        share=0.1234567891,
        distance_m=12.3456,
        witness=LonLat(lon=109.8812345678, lat=31.0723456789),
    )

    assert written["overlap_m2"] == 1234.5679
    assert written["share"] == 0.123457
    assert written["distance_m"] == 12.35
    assert written["witness"] == [109.88123457, 31.07234568]


def test_minus_zero_is_zero() -> None:
    assert str(written_finding(overlap_m2=-0.0)["overlap_m2"]) == "0.0"


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_an_error(bad: float) -> None:
    result = replace(handmade_report().sites[0], area_m2=bad)

    with pytest.raises(ValueError, match="not JSON compliant"):
        verdict_bytes(report_of(result))


def test_order_of_mappings_does_not_matter() -> None:
    first = written_finding(title={"zh": "题", "en": "t"}, threshold={"a": 1, "b": 2})
    second = written_finding(title={"en": "t", "zh": "题"}, threshold={"b": 2, "a": 1})

    assert json.dumps(first) == json.dumps(second)


def test_warnings_are_told_once_with_number_and_cure() -> None:
    result = handmade_report().sites[0]
    problem = layer_problem("LAYER_MISSING", "river")
    site = replace(result.site, problems=(problem,))

    written = verdict_document(
        report_of(replace(result, site=site, problems=(problem,)))
    )

    (warning,) = written["sites"][0]["warnings"]
    assert warning["number"] == "E210"
    assert warning["text"]["zh"] == "缺少图层：河流"
    assert warning["cure"]["en"]


def test_a_gap_names_rule_layer_reason_and_cure() -> None:
    document = verdict_document(handmade_report())

    gaps = [gap for site in document["sites"] for gap in site["gaps"]]

    assert gaps
    assert all(
        g["rule_id"] and g["layer"] and g["reason"] and g["cure"]["zh"] for g in gaps
    )


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("sub/site.txt", "sub/site.txt"),
        ("/home/planner/site.txt", "site.txt"),
        ("C:\\Users\\planner\\选址.txt", "选址.txt"),
        ("\\\\server\\share\\a.shp", "a.shp"),
    ],
)
def test_folders_of_the_office_stay_private(path: str, written: str) -> None:
    assert relative_path(path) == written


def test_an_empty_report_is_rejected_and_not_clear() -> None:
    document = verdict_document(report_of())

    assert document["verdict"] == "REJECTED"
    assert document["sites"] == []


def test_the_quick_path_imports_no_heavy_library() -> None:
    code = (
        "import sys; import zoning.report.verdict; "
        "heavy = {'pandas', 'geopandas', 'pyogrio', 'matplotlib', 'folium', 'docx', "
        "'jinja2', 'pyarrow', 'rasterio'}; print(sorted(heavy & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def test_bytes_do_not_depend_on_locale_zone_or_folder(tmp_path: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); "
        "import hashlib; from handmade import handmade_report; "
        "from zoning.report.verdict import verdict_bytes; "
        "print(hashlib.sha256(verdict_bytes(handmade_report())).hexdigest())"
    )
    seen = set()
    for seed, zone, locale in (("0", "UTC", "C"), ("7", "Asia/Shanghai", "zh_CN.GBK")):
        environment = {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=tmp_path,
            env=environment,
        )
        seen.add(done.stdout)

    assert len(seen) == 1


def test_rejected_sites_say_why_and_hold_no_findings() -> None:
    document = verdict_document(handmade_report())

    (rejected,) = [s for s in document["sites"] if s["verdict"] == "REJECTED"]

    assert rejected["rejection"]["number"].startswith("E1")
    assert rejected["findings"] == []
    assert rejected["complete"] is False


def test_a_file_name_in_another_encoding_is_kept_and_signed() -> None:
    result = handmade_report().sites[0]
    source = replace(result.site.source, path="\udcce\udcd7\udcc9\udcbd.txt")
    report = report_of(replace(result, site=replace(result.site, source=source)))

    document = json.loads(verdict_bytes(report).decode())

    assert document["sites"][0]["source"]["path"] == source.path
    assert digest_of(document) == document["digest"]
