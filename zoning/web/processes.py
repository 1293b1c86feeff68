"""The process of the desk, as OGC API - Processes 1.0 describes one.

No conformance class is claimed: the core one demands that inputs can be given by
reference, and the desk fetches nothing from anybody.
"""

from typing import Any

from zoning.report.verdict import SCHEMA
from zoning.web.requests import CheckInputs

__all__ = ["CONFORMANCE", "OUTPUT", "landing_page", "process_document", "process_list"]

Json = dict[str, Any]
_RELATION = "http://www.opengis.net/def/rel/ogc/1.0/"
_JSON = "application/json"
OUTPUT = "verdict"

CONFORMANCE: Json = {"conformsTo": []}
_SUMMARY: Json = {
    "id": "check",
    "version": "1.0.0",
    "title": "Check project sites",
    "description": (
        "Sites against control lines, control units, waters and the corridor layout; "
        "what was not checked stands beside the verdict."
    ),
    "jobControlOptions": ["sync-execute", "async-execute", "dismiss"],
    "outputTransmission": ["value"],
}


def landing_page() -> Json:
    """Return where everything is, for programs."""
    return {
        "title": "zoning desk",
        "description": "Checks of project sites on one base.",
        "links": [
            _link("self", "/"),
            {**_link("alternate", "/"), "type": "text/html"},
            {
                **_link("service-desc", "/openapi.json"),
                "type": "application/vnd.oai.openapi+json;version=3.1",
            },
            {**_link("service-doc", "/docs"), "type": "text/html"},
            _link(f"{_RELATION}conformance", "/conformance"),
            _link(f"{_RELATION}processes", "/processes"),
            _link(f"{_RELATION}job-list", "/jobs"),
        ],
    }


def process_list(most: int) -> Json:
    """Return the list of processes, `most` of them."""
    own = {**_SUMMARY, "links": [_link("self", "/processes/check")]}
    return {"processes": [own][:most], "links": [_link("self", "/processes")]}


def process_document() -> Json:
    """Return the description of the process: each input by its own name."""
    schema = CheckInputs.model_json_schema()
    shared = schema.get("$defs", {})
    inputs = {
        name: {
            "title": name,
            "description": told.get("description", name),
            "schema": _inlined(told, shared),
            "minOccurs": 0,
        }
        for name, told in schema["properties"].items()
    }
    outputs = {OUTPUT: {"title": SCHEMA, "schema": {"type": "object"}}}
    execute = _link(f"{_RELATION}execute", "/processes/check/execution")
    links = [_link("self", "/processes/check"), execute]
    return {**_SUMMARY, "inputs": inputs, "outputs": outputs, "links": links}


def _inlined(told: Any, shared: Json) -> Any:
    """Return a schema that refers to no other place of its document."""
    if isinstance(told, list):
        return [_inlined(one, shared) for one in told]
    if not isinstance(told, dict):
        return told
    if "$ref" in told:
        return _inlined(shared[told["$ref"].rpartition("/")[2]], shared)
    return {key: _inlined(value, shared) for key, value in told.items()}


def _link(relation: str, address: str) -> Json:
    return {"rel": relation, "href": address, "type": _JSON}
