"""Every error has one shape, whoever meets it first: routing, authentication, parameters, the domain, the database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from api.application import RESOURCES, make_app
from api.authentication import PUBLIC
from api.service import Service
from tests.clouds import Cloud
from topology.graph import Graph
from topology.settings import Settings


def error_of(response: TestResponse, status: int) -> dict[str, Any]:
    """The error of an answer, which must have this status and the one shape."""
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.mimetype == "application/json"
    body = response.get_json()
    assert set(body) == {"error"}
    error: dict[str, Any] = body["error"]
    assert set(error) == {"code", "title", "message", "details"}
    assert error["code"] == status
    assert error["message"]
    return error


def test_what_is_not_there_and_what_can_not_be_done(client: FlaskClient) -> None:
    for address in ("/", "/nope", "/api/v1/nope", "/api/v2/inventory"):
        error_of(client.get(address), 404)
    refused = client.post("/api/v1/inventory")
    error_of(refused, 405)
    assert "GET" in refused.headers["Allow"]


def test_without_a_valid_token_only_health_version_and_documents_are_told(app: Flask) -> None:
    client = app.test_client()
    for address in RESOURCES:
        endpoint = "api." + address.strip("/").replace("/", "_")
        response = client.get(f"/api/v1{address}")
        if endpoint in PUBLIC:
            assert response.status_code == 200
        else:
            error_of(response, 401)
            assert response.headers["WWW-Authenticate"].startswith("Bearer")
    for headers in (
        {"Authorization": "Bearer calipso_guessed"},
        {"Authorization": "Basic eDp5"},
        {"X-Auth-Token": "x"},
    ):
        error_of(client.get("/api/v1/schema", headers=headers), 401)
    for address in ("/api/v1/docs", "/api/v1/swagger.json"):
        assert client.get(address).status_code == 200


def test_each_wrong_parameter_is_named_with_what_is_meant(client: FlaskClient) -> None:
    query = {"envronment": "x", "type": "instnce", "limit": "many"}
    error = error_of(client.get("/api/v1/inventory", query_string=query), 400)
    told = {entry["parameter"]: entry["problem"] for entry in error["details"]["parameters"]}
    assert set(told) == {"envronment", "type", "limit", "environment"}
    assert "Is environment meant?" in told["envronment"]
    assert "Is instance meant?" in told["type"]


@pytest.mark.parametrize(
    ("resource", "query"),
    [
        ("inventory", "environment=x&environment=y"),
        ("inventory", "environment=x&env_name=x"),
        ("inventory", "environment="),
        ("inventory", "environment=x&limit=0"),
        ("inventory", "environment=x&limit=1001"),
        ("inventory", "environment=x&next=nonsense"),
        ("inventory", "environment=x&next=WyJcdWQ4MDAiXQ"),
        ("links", "environment=x&link_type=vnic"),
        ("cliques", "environment=x"),
        ("paths", "environment=x&from=a&to=b&port=80"),
        ("messages", "start_time=yesterday"),
        ("messages", "next=WyJub3ciLCAiIl0"),
        ("scans", "id=1"),
        ("scans", "status=sleeping"),
        ("search", "q=x&limit=51"),
        ("health", "x=1"),
        ("constants", "name=distribution"),
    ],
)
def test_what_can_not_be_is_refused(client: FlaskClient, resource: str, query: str) -> None:
    error_of(client.get(f"/api/v1/{resource}?{query}"), 400)


def test_unknown_environments_and_objects_are_not_found(client: FlaskClient, environment: str, cloud: Cloud) -> None:
    for resource in ("inventory", "links", "tree", "scans", "messages", "search"):
        extra = "&q=x" if resource == "search" else ""
        error = error_of(client.get(f"/api/v1/{resource}?environment=nowhere{extra}"), 404)
        assert error["details"]["kind"] == "unknown_environment"
    for address in (
        "inventory?id=cmp9&",
        "cliques?focal_point=cmp9&",
        "tree?id=cmp9&",
        "paths?from=cmp9&to=shop-web1&",
    ):
        error_of(client.get(f"/api/v1/{address}environment={environment}"), 404)
    near = error_of(client.get(f"/api/v1/inventory?environment={environment}&id=shop-web"), 404)
    assert "shop-web1" in near["message"]


@pytest.mark.parametrize(
    "body", ["", "[]", "{", "[" * 100_000, '{"note": 1}', '{"note": "\\ud800"}', '{"nte": "x"}', "null"]
)
def test_bodies_that_can_not_be_are_refused(client: FlaskClient, environment: str, cloud: Cloud, body: str) -> None:
    where = {"environment": environment, "id": "cmp1"}
    response = client.patch("/api/v1/inventory", query_string=where, data=body, content_type="application/json")
    if body:
        error_of(response, 400)
    else:
        assert response.status_code == 200


def test_many_short_words_are_searched_for_as_whole_words(client: FlaskClient, environment: str, cloud: Cloud) -> None:
    short = "0 1 2 3 4 5 6 7 8 9 a b"
    assert client.get(f"/api/v1/search?q={short}&environment={environment}").status_code == 200
    assert client.get(f"/api/v1/inventory?id={short}&environment={environment}").status_code == 404
    assert client.get(f"/api/v1/inventory?q={short}&environment={environment}").status_code in (200, 422)


def test_a_body_that_is_too_large_is_refused(client: FlaskClient) -> None:
    error_of(client.post("/api/v1/auth/tokens", data=b"x" * 1_000_001), 413)


def test_without_neo4j_every_question_is_answered_503_and_health_lives(tmp_path: Path) -> None:
    with Graph("bolt://127.0.0.1:9", "neo4j", "secret", patience=0.2) as away:
        client = make_app(Service(away, Settings(data_dir=tmp_path))).test_client()
        assert client.get("/api/v1/health").status_code == 200
        for address, headers in (("readiness", {}), ("schema", {"Authorization": "Bearer x"})):
            response = client.get(f"/api/v1/{address}", headers=headers)
            error = error_of(response, 503)
            assert response.headers["Retry-After"]
            assert "127.0.0.1:9" not in error["message"]  # not told to those who may not ask


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_text_of_a_question_is_the_apis_fault(
    client: FlaskClient, environment: str, cloud: Cloud, data: st.DataObject
) -> None:
    text = data.draw(st.text(min_size=1, max_size=60))
    resource, key, more = data.draw(
        st.sampled_from(
            [
                ("search", "q", {}),
                ("inventory", "q", {"environment": environment}),
                ("inventory", "id", {"environment": environment}),
                ("inventory", "next", {"environment": environment}),
                ("inventory", "host", {"environment": environment}),
                ("links", "source_id", {"environment": environment}),
                ("cliques", "focal_point", {"environment": environment}),
                ("tree", "id", {"environment": environment}),
                ("paths", "from", {"environment": environment, "to": "shop-web1"}),
                ("messages", "related_object", {}),
                ("scans", "next", {}),
                ("search", "environment", {"q": "x"}),
            ]
        )
    )
    response = client.get(f"/api/v1/{resource}", query_string={**more, key: text})
    if response.status_code != 200:
        assert response.status_code in (400, 404, 422), response.get_data(as_text=True)
        error_of(response, response.status_code)
