"""`report.html`: one file, no network, no script, for keyboard and reader."""

import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import pytest
from handmade import handmade_report, report_of
from typing_extensions import override

from zoning.model import Verdict
from zoning.report.page import page_bytes
from zoning.report.story import tell_story


@cache
def page(lang: str) -> str:
    return page_bytes(tell_story(handmade_report(), lang=lang)).decode()


class Elements(HTMLParser):
    """Collects start tags, and whether every tag is closed in order."""

    VOID = frozenset({"meta", "img", "col", "br", "link", "input"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> at {self.getpos()}"


def test_the_same_story_gives_the_same_bytes() -> None:
    story = tell_story(handmade_report(), lang="zh")

    assert page_bytes(story) == page_bytes(story)


@pytest.mark.parametrize(("lang", "tag"), [("zh", "zh-CN"), ("en", "en")])
def test_tags_nest_and_the_language_is_named(lang: str, tag: str) -> None:
    elements = Elements(page(lang))

    assert elements.open == []
    assert dict(elements.found)["html"]["lang"] == tag


def test_nothing_is_fetched_and_no_script_can_run() -> None:
    elements = Elements(page("zh"))

    tags = {tag for tag, _ in elements.found}
    assert not tags & {"script", "link", "iframe", "object", "form", "input"}
    addresses = [a[k] for _, a in elements.found for k in ("src", "href") if a.get(k)]
    assert addresses
    assert all(str(a).startswith(("data:image/png", "#")) for a in addresses)
    assert not re.search(r"url\((?!data:font/)|@import|https?:", page("zh"))
    (policy,) = [
        a["content"]
        for _, a in elements.found
        if a.get("http-equiv") == "Content-Security-Policy"
    ]
    assert str(policy).startswith("default-src 'none'")
    assert "script" not in str(policy)


def test_links_lead_somewhere() -> None:
    elements = Elements(page("zh"))
    ids = {a["id"] for _, a in elements.found if "id" in a}

    targets = {str(a["href"])[1:] for tag, a in elements.found if tag == "a"}

    assert targets <= ids
    assert len([t for t in targets if t.startswith("site-")]) == 7


def test_every_picture_has_words_and_every_table_heads() -> None:
    elements = Elements(page("zh"))

    assert all(a["alt"] for tag, a in elements.found if tag == "img")
    tables = sum(tag == "table" for tag, _ in elements.found)
    assert tables == sum(tag == "thead" for tag, _ in elements.found) > 10
    assert all(a.get("scope") == "col" for tag, a in elements.found if tag == "th")


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>document.title=1</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7*7 }}",
        "${7*7}`",
    ],
)
def test_a_hostile_name_is_shown_and_does_nothing(hostile: str) -> None:
    result = handmade_report().sites[-1]
    named = replace(result, site=replace(result.site, name=hostile))

    html = page_bytes(tell_story(report_of(named), lang="zh")).decode()

    elements = Elements(html)
    assert "script" not in {tag for tag, _ in elements.found}
    assert not [a for _, a in elements.found if "onerror" in a]
    assert "49" not in html[html.index("<main") : html.index("</h2>")]


def test_what_word_says_the_page_says() -> None:
    story = tell_story(handmade_report(), lang="zh")

    for pages in story.pages:
        assert pages.first.headline in page("zh")
    assert story.footer in page("zh")
    assert "示范数据" in page("zh")
    assert "审批通过" not in page("zh")


def test_each_verdict_has_its_colour() -> None:
    for verdict in Verdict:
        assert f".v-{verdict} {{" in page("zh")
        assert f'class="v-{verdict}"' in page("zh")
