"""The part of the map page that is ours: data, style sheet and script."""

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from branca.element import Element, Figure, MacroElement

from zoning.report.document import clean
from zoning.report.inline import Verbatim

__all__ = ["MapView"]


_SCRIPTS = ("map_tools.js", "map.js")


class MapView(MacroElement):
    """Panel, legend, labels and popups over the layers of a Folium map.

    Parameters
    ----------
    data : dict
        JSON values that ``static/map.js`` reads.
    groups : mapping of str to folium.FeatureGroup
        Layers of the map that can be switched and clicked.
    """

    def __init__(self, data: dict[str, Any], groups: Mapping[str, Element]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca is half typed
        self._name = "zoning_view"
        self.data = data
        self.groups = groups

    def render(self, **_: Any) -> str:  # type: ignore[explicit-override]  # 3.12
        """Put style sheet, data and script into the figure, as they are."""
        figure, page = self.get_root(), self._parent
        if not isinstance(figure, Figure) or page is None:
            raise TypeError("a map view belongs to a map in a figure")
        static = files("zoning").joinpath("report/static")
        css = static.joinpath("map.css").read_text(encoding="utf-8")
        script = "\n".join(
            static.joinpath(name).read_text(encoding="utf-8") for name in _SCRIPTS
        )
        groups = ", ".join(
            f'"{key}": {group.get_name()}' for key, group in self.groups.items()
        )
        call = (
            f"zoningView({page.get_name()}, {{{groups}}}, "
            'JSON.parse(document.getElementById("zoning-data").textContent));'
        )
        figure.header.add_child(Verbatim(f"<style>\n{css}</style>"), name="zoning_css")
        figure.html.add_child(Verbatim(_data_block(self.data)), name="zoning_data")
        figure.script.add_child(Verbatim(f"{script}\n{call}"), name="zoning_view")
        return ""


def _data_block(data: dict[str, Any]) -> str:
    """Return a script element of JSON that no text in it can end."""
    text = json.dumps(
        _cleaned(data), ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return f'<script type="application/json" id="zoning-data">{text}</script>'


def _cleaned(value: Any) -> Any:
    """Return JSON values whose texts UTF-8 can hold and a reader can see.

    A GeoJSON file may escape half of a character as a name; the page would fail.
    """
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {key: _cleaned(own) for key, own in value.items()}
    if isinstance(value, Sequence):
        return [_cleaned(own) for own in value]
    return value
