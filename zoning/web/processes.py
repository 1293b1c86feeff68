"""The process of the desk, as OGC API - Processes describes one."""

from typing import Any

from zoning.report.verdict import SCHEMA

__all__ = ["PROCESS", "process_list"]

Json = dict[str, Any]

PROCESS: Json = {
    "id": "check",
    "version": "1.0.0",
    "title": "Check project sites",
    "description": (
        "Sites against control lines, control units, waters and the corridor layout; "
        "what was not checked stands beside the verdict."
    ),
    "jobControlOptions": ["sync-execute", "async-execute", "dismiss"],
    "outputTransmission": ["value"],
    "outputs": {"verdict": {"title": SCHEMA, "schema": {"type": "object"}}},
    "links": [
        {
            "rel": "http://www.opengis.net/def/rel/ogc/1.0/execute",
            "href": "/processes/check/execution",
            "type": "application/json",
        }
    ],
}


def process_list() -> Json:
    """Return the list of processes."""
    left_out = {"outputs", "links"}
    summary = {key: value for key, value in PROCESS.items() if key not in left_out}
    link = {"rel": "self", "href": "/processes/check", "type": "application/json"}
    return {
        "processes": [{**summary, "links": [link]}],
        "links": [{"rel": "self", "href": "/processes", "type": "application/json"}],
    }
