"""The interface against its own description: no request makes it fail."""

import os
from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from serving_desk import Served

pytestmark = pytest.mark.slow

EXAMPLES = 60 if os.environ.get("ZONING_THOROUGH") else 6


def test_no_request_makes_the_desk_fail(desk: Served) -> None:
    document = desk.client.get("/openapi.json").json()
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=desk.url)
    headers = {"authorization": desk.client.headers["authorization"]}
    called: Counter[str] = Counter()
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def call(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(headers=headers, checks=[not_a_server_error])
            called[f"{case.method} {case.path}"] += 1

        call()

    assert len(called) == sum(len(path) for path in document["paths"].values())
