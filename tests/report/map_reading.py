"""What a written map page says and draws, read back from it."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import folium

__all__ = ["Tags", "drawn_features", "drawn_groups", "page_data"]


def page_data(html: str) -> Any:
    """Return the JSON block that the script of the page reads."""
    found = re.search(r'id="zoning-data">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


def drawn_features(page: folium.Map) -> dict[str, list[Any]]:
    """Return what Folium draws, by the name of the feature group."""
    groups = [c for c in page._children.values() if isinstance(c, folium.FeatureGroup)]
    return {
        str(group.layer_name): [
            feature
            for child in group._children.values()
            for feature in child.data["features"]
        ]
        for group in groups
    }


class Tags(HTMLParser):
    """Collects elements, their attributes and the text of the title."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(  # type: ignore[explicit-override]  # Python 3.12
        self, tag: str, attrs: list[tuple[str, str | None]]
    ) -> None:
        self.seen.append((tag, dict(attrs)))
