"""What a written map page says and draws, read back from it."""

import base64
import gzip
import json
import re
from html.parser import HTMLParser
from typing import Any

import folium

from zoning.report.map_view import MapView

__all__ = ["Tags", "drawn_features", "drawn_groups", "page_data"]


def page_data(html: str) -> Any:
    """Return the JSON block that the script of the page reads, packed or not."""
    packed = re.search(r'octet-stream" id="zoning-data">([^<]*)<', html)
    if packed:
        return json.loads(gzip.decompress(base64.b64decode(packed[1])))
    found = re.search(r'id="zoning-data">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


def drawn_groups(page: folium.Map) -> dict[str, list[folium.GeoJson]]:
    """Return Folium's layers by the name of the feature group."""
    groups = [c for c in page._children.values() if isinstance(c, folium.FeatureGroup)]
    return {
        str(group.layer_name): [
            child
            for child in group._children.values()
            if isinstance(child, folium.GeoJson)
        ]
        for group in groups
    }


def drawn_features(page: folium.Map) -> dict[str, list[Any]]:
    """Return GeoJSON features by name of the group, with what their popups tell."""
    view = next(c for c in page._children.values() if isinstance(c, MapView))
    keys = {vars(group)["layer_name"]: key for key, group in view.groups.items()}
    found: dict[str, list[Any]] = {}
    for name, children in drawn_groups(page).items():
        told = view.data["told"][keys[name]]
        features = [f for child in children for f in child.data["features"]]
        found[name] = [f | {"properties": _joined(f, told)} for f in features]
    return found


def _joined(feature: Any, told: Any) -> Any:
    number = feature["properties"]["n"]
    return told[number] | {"n": number}


class Tags(HTMLParser):
    """Collects elements, their attributes and the text of the title."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(  # type: ignore[explicit-override]  # Python 3.12
        self, tag: str, attrs: list[tuple[str, str | None]]
    ) -> None:
        self.seen.append((tag, dict(attrs)))
