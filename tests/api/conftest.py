"""An API over the run's Neo4j, asked by Flask's client: everything but the socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.application import make_app
from api.service import Service
from tests.clouds import Cloud, two_projects
from topology import tokens
from topology.graph import Graph
from topology.settings import Settings


@pytest.fixture
def app(graph: Graph, tmp_path: Path) -> Flask:
    return make_app(Service(graph, Settings(data_dir=tmp_path)))


@pytest.fixture
def token(graph: Graph) -> Iterator[str]:
    text, made = tokens.issue(graph, "test")
    yield text
    tokens.revoke(graph, made.id)


@pytest.fixture
def client(app: Flask, token: str) -> FlaskClient:
    """A client that sends a valid token."""
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


@pytest.fixture
def cloud(graph: Graph, environment: str) -> Cloud:
    """Two projects with the same addresses, in the graph."""
    cloud = two_projects()
    cloud.write(graph, environment)
    return cloud


def get(client: FlaskClient, resource: str, **query: Any) -> Any:
    """The answer to a request that must go well."""
    response = client.get(f"/api/v1/{resource}", query_string=query)
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_json()


def all_pages(client: FlaskClient, resource: str, **query: Any) -> list[Any]:
    """The entries of all pages, one after the other."""
    found, following = [], None
    while True:
        answer = get(client, resource, **query, **({"next": following} if following else {}))
        found += answer["items"]
        following = answer["next"]
        if following is None:
            return found
