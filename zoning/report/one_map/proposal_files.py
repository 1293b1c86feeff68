"""A proposal of `reconcile` as a base of its own: layers, ledger, zoning.yaml."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from zoning.model import Base, CheckOptions
from zoning.partition.rules import control_lines
from zoning.reconcile import Cut, Proposal, ProposedLayer
from zoning.report.features import frame_of
from zoning.report.one_map.ledger_tables import ledger_document, ledger_tables
from zoning.report.one_map.writing import (
    Contents,
    base_document,
    signed,
    write_contents,
)
from zoning.report.texts import text

__all__ = ["CONFIG_NAME", "ProposalForm", "proposal_document", "write_proposal"]

CONFIG_NAME = "zoning.yaml"
PROPOSAL_SCHEMA = "zoning/reconcile/1"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalForm:
    """How a proposal is written.

    `approve` gets the finished folder, to read it back before it is put in place.
    """

    options: CheckOptions
    approve: Callable[[Path], None]
    lang: str = "zh"


def proposal_document(proposal: Proposal, base: Base, options: CheckOptions) -> Json:
    """Return the ledger of a proposal as plain JSON values."""
    layers = [base.layers[k] for k in control_lines() if k in base.layers]
    return signed(
        {
            "schema": PROPOSAL_SCHEMA,
            "authority": "draft",
            **base_document(base, layers, options, problems=proposal.problems),
            **ledger_document(proposal),
        }
    )


def write_proposal(
    proposal: Proposal,
    base: Base,
    folder: Path,
    *,
    layers: Mapping[str, ProposedLayer],
    form: ProposalForm,
) -> Path:
    """Write a proposal, whole or not at all; the originals are not touched.

    Parameters
    ----------
    layers : mapping of str to ProposedLayer
        By id, the county first.

    Raises
    ------
    OutputError
        If the folder holds something, or cannot be written; nothing is left then.
    """
    make = {
        name: content for one in layers.values() for name, content in one.files.items()
    }
    make[CONFIG_NAME] = _config(base, layers)
    draw: dict[str, Callable[[Path], object]] = {
        str(one.entry["path"]): _writer(key, one)
        for key, one in layers.items()
        if one.geometry is not None
    }
    contents = Contents(
        name="reconcile",
        title=text("one_map.title_proposal", form.lang, base=base.name),
        base=base.name,
        document=proposal_document(proposal, base, form.options),
        tables=ledger_tables(proposal, form.lang),
        layers={"given_up": _frame(proposal)} if proposal.cuts else {},
        draw=draw,
        make=make,
    )
    return write_contents(folder, contents, lang=form.lang, approve=form.approve)


def _writer(layer_id: str, one: ProposedLayer) -> Callable[[Path], object]:
    """Return what writes a layer as a GeoPackage 1.2."""

    def write(path: Path) -> None:
        import geopandas as gpd
        import pyogrio

        shapes = np.asarray(shapely.force_2d(one.geometry), dtype=object)
        frame = gpd.GeoDataFrame(dict(one.columns or {}), geometry=shapes, crs=one.crs)
        pyogrio.write_dataframe(
            frame,
            path,
            layer=layer_id,
            driver="GPKG",
            geometry_type="MultiPolygon",
            promote_to_multi=True,
            dataset_options={"VERSION": "1.2"},
        )

    return write


def _config(base: Base, layers: Mapping[str, ProposedLayer]) -> bytes:
    """Return zoning.yaml: a base of the three lines, marked as a draft."""
    lines = [
        "# 让位方案：仅供研究，不是法定成果，不得替代原图层。",
        "# A proposal for discussion: not statutory, no replacement of the originals.",
        f"name: {_scalar(base.name)}",
        f"demo: {'true' if base.demo else 'false'}",
        f"admin_code: {_scalar(base.admin_code)}",
        f"crs: {base.crs}",
    ]
    for key, one in layers.items():
        indent = "  "
        if key == "county":
            lines.append("county:")
        else:
            if "layers:" not in lines:
                lines += ["packs: [national]", "scope: [three_lines]", "layers:"]
            lines.append(f"  {key}:")
            indent = "    "
        for name, value in one.entry.items():
            lines.append(f"{indent}{name}: {_scalar(value)}")
    return ("\n".join(lines) + "\n").encode()


def _scalar(value: Any) -> str:
    """Return a value as YAML: quoted text, true and false, a list or a mapping."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        inner = ", ".join(f"{key}: {_scalar(own)}" for key, own in value.items())
        return "{" + inner + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_scalar, value)) + "]"
    return (
        str(value)
        if isinstance(value, int)
        else json.dumps(str(value), ensure_ascii=False)
    )


def _frame(proposal: Proposal) -> Any:
    rows = [_told(cut) for cut in proposal.cuts]
    return frame_of(rows, [cut.given for cut in proposal.cuts], crs=proposal.crs)


def _told(cut: Cut) -> Json:
    return {
        "layer": cut.layer,
        "feature": cut.feature,
        "rule": cut.rule.id,
        "met": "、".join(cut.met),
        "before_m2": cut.before_m2,
        "given_m2": cut.given_m2,
        "after_m2": cut.after_m2,
        "owed": "yes" if cut.rule.owed else "no",
        "judged": "yes" if cut.rule.judged else "no",
    }
