"""``findings.parquet``, ``inputs.json`` and shapes of a batch, group by group."""

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoning.model import CheckOptions, Report
from zoning.report.features import (
    add_styles,
    append_layers,
    findings_arrow,
    frames_of,
    site_features,
)
from zoning.report.inputs import inputs_head, inputs_line
from zoning.report.statements import canonical
from zoning.report.tables import SiteRow

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["FeatureSink", "FindingSink", "InputSink", "ShapeSink"]

_NUMBERS = {f.name for f in fields(SiteRow) if f.type == float | None} | {
    "overlap_m2",
    "length_m",
    "target_width_m",
    "width_m",
    "width_left_m",
    "trim_m2",
}
"""Columns that hold numbers also where the first sites have none."""


class FindingSink:
    """Every finding, a row group for each group of sites."""

    def __init__(self, path: Path, *, lang: str) -> None:
        self._path = path
        self._lang = lang
        self._writer: Any = None

    def add(self, group: Report) -> None:
        """Write the findings of the next sites."""
        import pyarrow.parquet as pq

        table = findings_arrow(group, lang=self._lang)
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self._path, table.schema, compression="zstd"
            )
        self._writer.write_table(table, row_group_size=max(len(table), 1))

    def close(self) -> None:
        """Write the end of the file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None


class InputSink:
    """The sites as read, a line each, with the options before them."""

    def __init__(self, path: Path, options: CheckOptions) -> None:
        self._file = path.open("wb")
        self._file.write(inputs_head(options))
        self._first = True

    def add(self, group: Report) -> None:
        """Write the next sites."""
        for result in group.sites:
            line = inputs_line(result.site)
            self._file.write((b"" if self._first else b",\n") + line)
            self._first = False

    def close(self) -> None:
        """Write the end of the document."""
        if not self._file.closed:
            self._file.write(b"\n]}\n")
            self._file.close()


class FeatureSink:
    """Sites, conflicts, sections and trims, appended to one GeoPackage."""

    def __init__(self, path: Path, *, lang: str) -> None:
        self._path = path
        self._lang = lang
        self._layers: dict[str, None] = {}
        self._empty: gpd.GeoDataFrame | None = None

    def add(self, group: Report) -> None:
        """Append the shapes of the next sites."""
        for name, frame in frames_of(group, self._lang):
            if name == "sites":
                self._empty = frame.iloc[:0]
            if len(frame):
                known = [c for c in frame.columns if c in _NUMBERS]
                append_layers(
                    self._path, {name: frame.astype(dict.fromkeys(known, float))}
                )
                self._layers[name] = None

    def close(self) -> None:
        """Add the styles; nothing without any group."""
        if self._empty is None:
            return
        if "sites" not in self._layers:
            append_layers(self._path, {"sites": self._empty})
            self._layers["sites"] = None
        add_styles(self._path, tuple(self._layers))
        self._empty = None


class ShapeSink:
    """The sites alone as GeoJSON, for handing out."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._file.write(b'{"type":"FeatureCollection","features":[\n')
        self._first = True

    def add(self, group: Report) -> None:
        """Write the shapes of the next sites."""
        if all(result.geometry is None for result in group.sites):
            return
        for one in site_features(group):
            line = canonical(one).encode(errors="backslashreplace")
            self._file.write((b"" if self._first else b",\n") + line)
            self._first = False

    def close(self) -> None:
        """Write the end of the collection."""
        if not self._file.closed:
            self._file.write(b"\n]}\n")
            self._file.close()
