"""The Swagger document and its page: whole, derived from the schema, and without the internet."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from api.application import RESOURCES
from graph_schema.registry import OBJECT_TYPES


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    found: dict[str, Any] = app.test_client().get("/api/v1/swagger.json").get_json()
    return found


def test_the_document_tells_every_resource(document: dict[str, Any]) -> None:
    assert document["basePath"] == "/api/v1"
    assert set(document["paths"]) == set(RESOURCES)


def test_every_method_tells_its_parameters_answers_and_errors(document: dict[str, Any]) -> None:
    for address, path in document["paths"].items():
        for method in path.keys() & {"get", "post", "patch", "delete"}:
            told = path[method]
            assert told["summary"], address
            assert {"400", "503"} <= set(told["responses"])
            assert any(code.startswith("2") for code in told["responses"])
            assert all(
                parameter["description"] for parameter in told.get("parameters", []) if parameter["in"] == "query"
            )


def test_each_object_type_is_a_model_with_its_declared_properties(document: dict[str, Any]) -> None:
    for kind in OBJECT_TYPES.values():
        _, own = document["definitions"][kind.name]["allOf"]
        assert set(own["properties"]) == {p.name for p in kind.properties if p.kind != "nested"}


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    referred = set(re.findall(r"#/definitions/(\w+)", str(document)))
    assert referred <= set(document["definitions"])


def test_the_page_needs_nothing_from_elsewhere(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/api/v1/docs").get_data(as_text=True)
    sources = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert sources
    for source in sources:
        assert source.startswith("/api/v1/"), source
        with client.get(source) as response:  # a file, which is open until then
            assert response.status_code == 200


def test_the_root_leads_to_the_page(app: Flask) -> None:
    response = app.test_client().get("/api/v1/", follow_redirects=True)
    assert response.status_code == 200
    assert response.request.path == "/api/v1/docs"
