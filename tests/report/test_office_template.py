"""`--template`: an office's own Word file, looked at and held to what it must say."""

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from handmade import handmade_report, report_of

from zoning.cli import main
from zoning.errors import UsageError
from zoning.model import Verdict
from zoning.report.office_template import office_document, read_template
from zoning.report.run import write_run
from zoning.report.story import tell_story
from zoning.report.template import template_bytes


def edited(path: Path, change: Callable[[Any], None], lang: str = "zh") -> Path:
    """Save the template that ships, changed as in Word."""
    document = Document(BytesIO(template_bytes(lang)))
    change(document)
    document.save(str(path))
    return path


def packed(path: Path, **members: str) -> Path:
    """Save the template that ships with members added or replaced."""
    names = {
        name.replace("__", "/").replace("_DOT_", "."): members[name] for name in members
    }
    with (
        zipfile.ZipFile(BytesIO(template_bytes("zh"))) as old,
        zipfile.ZipFile(path, "w") as new,
    ):
        for name in old.namelist():
            if name not in names:
                new.writestr(name, old.read(name))
        for name, content in names.items():
            new.writestr(name, content)
    return path


def without(tag: str) -> Callable[[Any], None]:
    """Drop the paragraphs that hold a tag."""

    def change(document: Any) -> None:
        found = [p for p in document.paragraphs if tag in p.text]
        assert found
        for paragraph in found:
            paragraph._p.getparent().remove(paragraph._p)

    return change


def adding(words: str) -> Callable[[Any], None]:
    return lambda document: document.add_paragraph(words)


def one(verdict: Verdict) -> Any:
    site = next(s for s in handmade_report().sites if s.verdict == verdict)
    return report_of(site)


def code_of(caught: pytest.ExceptionInfo[UsageError]) -> str:
    return caught.value.problems[0].code


def test_a_template_with_the_offices_words_is_used_and_named(tmp_path: Path) -> None:
    path = edited(tmp_path / "本局.docx", adding("承办：示范县自然资源局 {{ title }}"))
    report = one(Verdict.PROHIBITED)
    template = read_template(path)

    run = write_run(report, tmp_path / "run", template=template)

    said = "\n".join(p.text for p in Document(str(run / "report.docx")).paragraphs)
    assert "承办：示范县自然资源局 项目选址核查报告" in said
    manifest = json.loads((run / "MANIFEST.json").read_bytes())
    assert manifest["template_sha256"] == template.sha256


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_template_that_ships_drops_nothing(tmp_path: Path, lang: str) -> None:
    path = tmp_path / "own.docx"
    path.write_bytes(template_bytes(lang))

    for report in (handmade_report(), *map(one, Verdict)):
        office_document(tell_story(report, lang=lang), read_template(path))


@pytest.mark.parametrize(
    ("tag", "verdict"),
    [
        ("site.headline", Verdict.CLEAR),
        ("section.title", Verdict.PROHIBITED),
        ("digest", Verdict.NOTICE),
    ],
)
def test_fixed_words_may_go_but_not_what_a_report_must_say(
    tmp_path: Path, tag: str, verdict: Verdict
) -> None:
    template = read_template(edited(tmp_path / "own.docx", without(tag)))
    story = tell_story(one(verdict), lang="zh")

    if tag == "section.title":
        office_document(story, template)
        return
    with pytest.raises(UsageError) as caught:
        office_document(story, template)
    assert code_of(caught) == "TEMPLATE_DROPS"


def test_gaps_cannot_be_left_out(tmp_path: Path) -> None:
    """A template without the chapters would turn 1 item not checked into silence."""

    def change(document: Any) -> None:
        for paragraph in document.paragraphs:
            if "draw(section.blocks)" in paragraph.text:
                paragraph._p.getparent().remove(paragraph._p)

    template = read_template(edited(tmp_path / "own.docx", change))
    story = tell_story(one(Verdict.UNDETERMINED), lang="zh")

    with pytest.raises(UsageError) as caught:
        office_document(story, template)

    assert code_of(caught) == "TEMPLATE_DROPS"


def test_the_stamp_of_demo_data_cannot_be_taken_off(tmp_path: Path) -> None:
    def change(document: Any) -> None:
        document.sections[0].header.paragraphs[0].text = "正式"

    template = read_template(edited(tmp_path / "own.docx", change))
    report = one(Verdict.NOTICE)
    real = replace(report, base=replace(report.base, demo=False))

    office_document(tell_story(real, lang="zh"), template)
    with pytest.raises(UsageError) as caught:
        office_document(tell_story(report, lang="zh"), template)

    assert code_of(caught) == "TEMPLATE_DROPS"


@pytest.mark.parametrize(
    "words",
    [
        "{{ titel }}",
        "{{ title | nothing }}",
        "{% if title %}",
        "{{ title",
        "{%p for site in pages %}",
        "{{ pages[999].name }}",
        "{{ 1 + title }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{% include '/etc/passwd' %}",
        "{{ title | attr('__class__') | attr('mro') }}",
        "{{ self.__init__.__globals__ }}",
        "{% for n in range(1000000000) %}{% endfor %}",
        "{{ title(1) }}",
        "{{ 1 // 0 }}",
    ],
)
def test_a_wrong_or_a_wicked_tag_is_a_message(tmp_path: Path, words: str) -> None:
    template = read_template(edited(tmp_path / "own.docx", adding(words)))
    story = tell_story(one(Verdict.REJECTED), lang="zh")

    with pytest.raises(UsageError) as caught:
        office_document(story, template)

    assert code_of(caught) == "TEMPLATE_SYNTAX"
    assert caught.value.problems[0].values["name"] == "own.docx"


LINKED = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" TargetMode="External" Target="{target}" Type="http://schemas'
    '.openxmlformats.org/officeDocument/2006/relationships/{kind}"/></Relationships>'
)


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"word__vbaProject_DOT_bin": "x"}, "vbaProject.bin"),
        ({"word__activeX__activeX1_DOT_xml": "<a/>"}, "activeX1.xml"),
        ({"word__embeddings__a_DOT_bin": "x"}, "a.bin"),
        (
            {
                "word___rels__settings_DOT_xml_DOT_rels": LINKED.format(
                    kind="attachedTemplate", target="http://far.example/a.dotm"
                )
            },
            "attachedTemplate",
        ),
        (
            {
                "word___rels__footer1_DOT_xml_DOT_rels": LINKED.format(
                    kind="image", target="file://server/share/a.png"
                )
            },
            "image",
        ),
        ({"word__settings_DOT_xml": '<!DOCTYPE a [<!ENTITY b "c">]><a/>'}, "DOCTYPE"),
    ],
)
def test_what_acts_or_fetches_on_opening_is_refused(
    tmp_path: Path, members: dict[str, str], told: str
) -> None:
    path = packed(tmp_path / "own.docx", **members)

    with pytest.raises(UsageError) as caught:
        read_template(path)

    assert code_of(caught) == "TEMPLATE_UNSAFE"
    assert told in caught.value.problems[0].values["detail"]


def test_a_hyperlink_waits_for_a_click_and_may_stay(tmp_path: Path) -> None:
    link = LINKED.format(kind="hyperlink", target="http://far.example/")
    path = packed(tmp_path / "own.docx", word___rels__extra_DOT_xml_DOT_rels=link)

    assert read_template(path).name == "own.docx"


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 cut"])
def test_what_is_no_word_file_is_said_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "own.docx"
    path.write_bytes(content)

    with pytest.raises(UsageError) as caught:
        read_template(path)

    assert code_of(caught) == "TEMPLATE_UNREADABLE"


def test_a_zip_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * (61 << 20))

    with pytest.raises(UsageError) as caught:
        read_template(path)

    assert code_of(caught) == "TEMPLATE_UNREADABLE"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_office_gets_the_present_template_to_edit(
    tmp_path: Path, lang: str
) -> None:
    out = tmp_path / "template.docx"
    asked = ["schema", "report-template", "--out", str(out), "--lang", lang]

    with pytest.raises(SystemExit) as first:
        main(asked)

    assert first.value.code == 0
    assert out.read_bytes() == template_bytes(lang)
    assert (
        Document(str(out))
        .styles["Zoning Body"]
        .element.rPr.rFonts.get(qn("w:eastAsia"))
    )
    with pytest.raises(SystemExit) as second:
        main(asked)
    assert second.value.code != 0  # nothing is overwritten
