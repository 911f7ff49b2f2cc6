"""Tokens: told once, kept as fingerprints, refused as soon as they are revoked or run out."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from tests.api.conftest import get
from tests.raw import raw_session
from topology import tokens
from topology.graph import Graph


def status(app: Flask, text: str) -> int:
    return app.test_client().get("/api/v1/constants", headers={"Authorization": f"Bearer {text}"}).status_code


def test_a_new_token_works_until_it_is_revoked(app: Flask, client: FlaskClient) -> None:
    made = client.post("/api/v1/auth/tokens", json={"name": "a program", "days": 1})
    assert made.status_code == 201
    text, id = made.get_json()["token"], made.get_json()["id"]
    assert status(app, text) == 200
    told = {each["id"]: each for each in get(client, "auth/tokens")["items"]}
    assert told[id]["name"] == "a program"
    assert "token" not in told[id]
    assert client.delete("/api/v1/auth/tokens", query_string={"id": id}).status_code == 200
    assert status(app, text) == 401
    assert client.delete("/api/v1/auth/tokens", query_string={"id": id}).status_code == 404


def test_a_token_can_revoke_itself(app: Flask, graph: Graph) -> None:
    text, _ = tokens.issue(graph, "once")
    headers = {"X-Auth-Token": text}
    assert app.test_client().delete("/api/v1/auth/tokens", headers=headers).status_code == 200
    assert app.test_client().get("/api/v1/constants", headers=headers).status_code == 401


def test_the_graph_does_not_hold_the_token_itself(graph: Graph) -> None:
    text, made = tokens.issue(graph, "secret")
    with raw_session(graph) as session:
        kept = session.run("MATCH (t:Token {id: $id}) RETURN properties(t) AS p", id=made.id).single(strict=True)["p"]
    assert text not in str(kept)
    assert text.removeprefix("calipso_") not in str(kept)
    tokens.revoke(graph, made.id)


def test_a_token_that_ran_out_is_refused(app: Flask, graph: Graph) -> None:
    text, made = tokens.issue(graph, "short", days=1)
    with raw_session(graph) as session:
        session.run("MATCH (t:Token {id: $id}) SET t.expires_at = datetime() - duration('PT1S')", id=made.id).consume()
    assert status(app, text) == 401
    assert made.id not in {token.id for token in tokens.tokens(graph)}
    tokens.revoke(graph, made.id)
