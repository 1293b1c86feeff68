"""The desk beside OGC API - Processes 1.0: what it is shaped as, and claims."""

import json
from typing import Any

import jsonschema
import pytest
import small_base
from serving_desk import AS_OF, QUIET, Served

pytestmark = pytest.mark.slow

RELATION = "http://www.opengis.net/def/rel/ogc/1.0/"
EXCEPTION = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"


@pytest.fixture(scope="module")
def upload(desk: Served, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("site") / "plot.txt"
    small_base.write_txt(path, QUIET)
    return str(desk.send(path)["upload"])


def got(desk: Served, path: str) -> Any:
    answer = desk.client.get(path, headers={"accept": "application/json"})
    assert answer.status_code == 200, path
    return answer.json()


def links(document: dict[str, Any]) -> dict[str, str]:
    return {link["rel"]: link["href"] for link in document["links"]}


def test_all_is_found_from_the_landing_page_and_no_class_is_claimed(
    desk: Served,
) -> None:
    """Core demands inputs by reference, which a desk that calls nobody lacks."""
    start = links(got(desk, "/"))

    assert got(desk, start["service-desc"])["openapi"].startswith("3.1")
    assert desk.client.get(start["service-doc"]).status_code == 200
    assert got(desk, start[f"{RELATION}conformance"]) == {"conformsTo": []}
    listed = got(desk, start[f"{RELATION}processes"] + "?limit=10")["processes"]
    assert [one["id"] for one in listed] == ["check"]
    process = got(desk, links(listed[0])["self"])
    assert links(process)[f"{RELATION}execute"] == "/processes/check/execution"
    assert got(desk, start[f"{RELATION}job-list"])["jobs"] == []
    page = desk.client.get("/", headers={"accept": "text/html,application/json"})
    assert page.headers["content-type"].startswith("text/html")


def test_each_input_has_a_schema_of_its_own_that_takes_what_is_sent(
    desk: Served, upload: str
) -> None:
    process = got(desk, "/processes/check")
    sent = {"uploads": [upload], "as_of": AS_OF, "lang": "en", "project": {}}

    assert set(sent) <= set(process["inputs"])
    for name, value in sent.items():
        schema = process["inputs"][name]["schema"]
        assert "$ref" not in json.dumps(schema)
        jsonschema.validate(value, schema)
    assert list(process["outputs"]) == ["verdict"]


def test_results_are_raw_or_a_document_and_objects_may_be_wrapped(
    desk: Served, upload: str
) -> None:
    inputs = {"uploads": [upload], "as_of": AS_OF}
    wrapped = {**inputs, "project": {"value": {"activity": "road"}}}
    path = "/processes/check/execution"

    def sync(inputs: object, **more: object) -> Any:
        answer = desk.client.post(path, json={"inputs": inputs, **more})
        assert answer.status_code == 200, answer.text
        return answer.json()

    raw = sync(inputs)
    document = sync(inputs, response="document", outputs={"verdict": {}})
    job = desk.client.post(
        path,
        json={"inputs": inputs, "response": "document"},
        headers={"prefer": "respond-async"},
    )
    done = desk.finished(job.json()["jobID"])

    assert raw["schema"] == "zoning/verdict/1"
    assert document == {"verdict": raw}
    assert got(desk, links(done)[f"{RELATION}results"]) == document
    plain = {**inputs, "project": {"activity": "road"}}
    assert sync(wrapped) == sync(plain) != raw
    refused = desk.client.post(path, json={"inputs": inputs, "outputs": {"map": {}}})
    assert refused.status_code == 422


def test_what_is_not_there_is_told_by_the_names_of_the_standard(desk: Served) -> None:
    for path, name in (
        ("/processes/other", "no-such-process"),
        (f"/jobs/{'0' * 16}", "no-such-job"),
        (f"/jobs/{'0' * 16}/results", "no-such-job"),
    ):
        answer = desk.client.get(path)
        assert answer.status_code == 404
        assert answer.json()["type"] == EXCEPTION + name
