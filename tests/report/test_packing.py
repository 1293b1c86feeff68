"""A page whose data travels as gzip holds the same, and is the same each time."""

import base64
import gzip
import re
from pathlib import Path

import pytest
from handmade import handmade_base, handmade_report
from playwright.sync_api import BrowserContext
from test_map_browser import context, visit

from zoning.report import map as map_page
from zoning.report.map import write_map
from zoning.report.packing import packed_page

__all__ = ["context"]  # the fixture of the module that first opened a map


def unpacked(page: str, name: str) -> str:
    found = re.search(rf'octet-stream" id="{name}">([^<]*)<', page)
    assert found is not None
    return gzip.decompress(base64.b64decode(found[1])).decode("utf-8")


def test_what_is_packed_comes_out_as_it_went_in() -> None:
    data, code = '{"名":"\\u003c/script\\u003e"}', "zoningView(map_0001, {});"
    page = (
        f'<body>\n<script type="application/json" id="zoning-data">{data}</script>\n'
        f'<script id="zoning-code">\n{code}\n</script>\n</body>\n</html>\n'
    )
    packed = packed_page(page)
    assert unpacked(packed, "zoning-data") == data
    assert unpacked(packed, "zoning-code") == code
    assert packed.endswith("</script>\n</body>\n</html>\n")
    assert packed == packed_page(page)


def test_maps_of_many_features_are_packed_and_smaller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = write_map(handmade_base(), tmp_path / "plain.html")
    monkeypatch.setattr(map_page, "PACK_ABOVE", plain.features - 1)
    packed = write_map(handmade_base(), tmp_path / "packed.html")
    assert packed.features == plain.features
    assert packed.size_bytes < plain.size_bytes
    assert 'id="zoning-data">{' in (tmp_path / "plain.html").read_text("utf-8")
    assert 'id="zoning-data">{' not in (tmp_path / "packed.html").read_text("utf-8")


@pytest.mark.browser
@pytest.mark.slow
def test_a_packed_map_draws_what_a_plain_one_draws(
    context: BrowserContext,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_map(handmade_report(), tmp_path / "plain.html")
    monkeypatch.setattr(map_page, "PACK_ABOVE", 0)
    write_map(handmade_report(), tmp_path / "packed.html")
    plain = visit(context, tmp_path / "plain.html")
    packed = visit(context, tmp_path / "packed.html")
    assert packed.troubles == []
    texts = [one.page.inner_text(".zp-main") for one in (plain, packed)]
    assert texts[0] == texts[1]
    shots = [one.page.screenshot() for one in (plain, packed)]
    assert shots[0] == shots[1]
