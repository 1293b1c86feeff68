"""Tiles: only those that lie where they should, and only when asked for."""

from pathlib import Path

import pytest
from handmade import handmade_base

from zoning.errors import UsageError
from zoning.report.inline import POLICY
from zoning.report.map import write_map
from zoning.report.tiles import tile_source

KEY = {"TIANDITU_KEY": "0123456789abcdef"}


def problem_of(wanted: str, environment: dict[str, str]) -> str:
    with pytest.raises(UsageError) as caught:
        tile_source(wanted, environment)
    return caught.value.problems[0].code


def test_tianditu_has_a_ground_and_its_names() -> None:
    tiles = tile_source("tianditu-img", KEY)
    assert [url.split("T=")[1].split("&")[0] for url in tiles.urls] == [
        "img_w",
        "cia_w",
    ]
    assert all("tk=0123456789abcdef" in url for url in tiles.urls)
    assert tiles.hosts[0] == "https://t0.tianditu.gov.cn"
    assert len(tiles.hosts) == len(tiles.subdomains)
    assert tiles.carries_key


@pytest.mark.parametrize("environment", [{}, {"TIANDITU_KEY": "  "}])
def test_without_a_key_nothing_is_drawn(environment: dict[str, str]) -> None:
    assert problem_of("tianditu-vec", environment) == "TILES_KEY_MISSING"


@pytest.mark.parametrize(
    "url",
    [
        "https://webrd01.is.autonavi.com/appmaptile?x={x}&y={y}&z={z}",
        "https://webrd0{s}.is.autonavi.com/appmaptile?x={x}&y={y}&z={z}",
        "http://WPRD01.IS.AUTONAVI.COM./t/{z}/{x}/{y}",
        "https://rt0.map.gtimg.com/tile?z={z}&x={x}&y={y}",
        "https://mt1.google.cn:443/vt?x={x}&y={y}&z={z}",
        "https://online1.map.bdimg.com/tile/?x={x}&y={y}&z={z}",
        "https://amap.com/{z}/{x}/{y}",
    ],
)
def test_shifted_tiles_are_refused(url: str) -> None:
    assert problem_of(url, KEY) == "TILES_SHIFTED"


@pytest.mark.parametrize(
    "url",
    [
        "https://tiles.example/{z}/{x}.png",
        "https://tiles.example/{z}/{x}/{y}/{key}",
        "https://tiles.example/{{z}}/{x}/{y}",
        "https://a b/{z}/{x}/{y}",
        "https://tiles.example'; script-src *;/{z}/{x}/{y}",
        "https://user@tiles.example/{z}/{x}/{y}",
        "https:///{z}/{x}/{y}",
    ],
)
def test_what_is_no_address_of_tiles_is_refused(url: str) -> None:
    assert problem_of(url, KEY) == "TILES_TEMPLATE"


@pytest.mark.parametrize("name", ["osm", "tianditu", "", "file:///etc/{z}{x}{y}"])
def test_unknown_tiles_are_refused(name: str) -> None:
    assert problem_of(name, KEY) == "TILES_UNKNOWN"


def test_a_host_of_a_similar_name_is_not_taken_for_a_shifted_one() -> None:
    tiles = tile_source("https://notamap.com/{z}/{x}/{y}", {})
    assert tiles.hosts == ("https://notamap.com",)
    assert not tiles.carries_key


def test_only_a_map_with_tiles_may_ask_for_pictures(tmp_path: Path) -> None:
    base = handmade_base()
    write_map(base, tmp_path / "plain.html")
    tiles = tile_source("http://10.1.2.3:8080/wmts/{z}/{y}/{x}.png", {})
    write_map(base, tmp_path / "tiled.html", tiles=tiles)
    plain = (tmp_path / "plain.html").read_text(encoding="utf-8")
    tiled = (tmp_path / "tiled.html").read_text(encoding="utf-8")
    assert POLICY in plain
    assert "10.1.2.3" not in plain
    allowed = POLICY.replace("img-src data:", "img-src data: http://10.1.2.3:8080")
    assert f'content="{allowed}"' in tiled
