"""The part of the map page that is ours: data, style sheet and script."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from branca.element import Element, MacroElement
from jinja2 import Template

__all__ = ["MapView"]


class MapView(MacroElement):
    """Panel, legend, labels and popups over the layers of a Folium map.

    Parameters
    ----------
    data : dict
        JSON values that ``static/map.js`` reads.
    groups : mapping of str to folium.FeatureGroup
        Layers of the map that can be switched and clicked.
    """

    _template = Template(
        "{% macro header(this, kwargs) %}<style>{{ this.css }}</style>{% endmacro %}"
        "{% macro html(this, kwargs) %}"
        '<script type="application/json" id="zoning-data">{{ this.data }}</script>'
        "{% endmacro %}"
        "{% macro script(this, kwargs) %}{{ this.js }}"
        "zoningView({{ this._parent.get_name() }}, { "
        "{% for key, group in this.groups.items() %}"
        '"{{ key }}": {{ group.get_name() }}, {% endfor %}'
        '}, JSON.parse(document.getElementById("zoning-data").textContent));'
        "{% endmacro %}"
    )

    def __init__(self, data: dict[str, Any], groups: Mapping[str, Element]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca is half typed
        static = files("zoning").joinpath("report/static")
        self._name = "zoning_view"
        self.css = static.joinpath("map.css").read_text(encoding="utf-8")
        self.js = static.joinpath("map.js").read_text(encoding="utf-8")
        self.data = _script_json(data)
        self.groups = groups


def _script_json(data: dict[str, Any]) -> str:
    """Return JSON that cannot end the script element it stands in."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
