"""The REST API, served as `calipso serve` serves it, against the bare query to the database, in turns.

    python -m benchmarks.api [--objects 10000] [--samples 200] [--clients 8]

The server is a process of its own on a free port of this machine; requests go over one kept connection. For each kind
of request the bare query is the statement that does its work, sent by a plain driver. Printed: milliseconds of both,
how many times the bare query a request takes, and requests in a second with several clients at once.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import requests

from benchmarks.answers import Drawn, load
from benchmarks.cloud.readings import MultipliedCloud
from benchmarks.measuring import percentile, print_table, seconds_of
from benchmarks.server import Server, forget, measured_server
from cypher import Statement, statement
from topology import tokens
from topology.cliques import STEP_LIMIT
from topology.cliques.choosing import choose_for
from topology.cliques.compilation import compile_clique
from topology.inventory import LINKS_TOLD

ENVIRONMENT = "benchmark-api"
_MILLI, _WARM_UP, _PAGE = 1000, 20, 50
_PATIENCE = 60.0
_SERVED = re.compile(r"the API is at (\S+),")

Request = tuple[str, Mapping[str, Any], Callable[[], object]]
"""Path, parameters, and the bare query that does the same."""


def main() -> None:
    """Ask both, and print how long it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=10_000, help="about so many objects")
    parser.add_argument("--samples", type=int, default=200, help="how often each request is made")
    parser.add_argument("--clients", type=int, default=8, help="clients at once")
    arguments = parser.parse_args()
    with measured_server() as server, _served(server) as (url, token):
        cloud = MultipliedCloud.of_objects(arguments.objects)
        load(server.graph, ENVIRONMENT, cloud)
        kinds = _kinds(server, Drawn(cloud, random.Random(0)))
        print_table(
            ["request", "bare p50 ms", "p50 ms", "p95 ms", "p50 / bare", "requests/s", "bare/s"],
            [_compared(name, another, url, token, arguments) for name, another in kinds.items()],
        )
        forget(server.graph, ENVIRONMENT)


def _kinds(server: Server, drawn: Drawn) -> dict[str, Callable[[], Request]]:
    choice = choose_for(server.graph, ENVIRONMENT, focal_point_type="instance")
    walk = compile_clique(choice.clique_type, choice.constraints)

    def bare(named: str | Statement, **parameters: Any) -> Callable[[], object]:
        text = (statement(named) if isinstance(named, str) else named).text
        return lambda: server.driver.execute_query(text, {"environment": ENVIRONMENT, **parameters})

    def a_clique() -> Request:
        id = drawn.one("instance").id
        query = bare(walk, focal_points=[id], limit=STEP_LIMIT)
        return "cliques", {"environment": ENVIRONMENT, "focal_point": id}, query

    def an_object() -> Request:
        id = drawn.one("instance").id
        query = bare("object_surroundings", id=id, limit=LINKS_TOLD)
        return "inventory", {"environment": ENVIRONMENT, "id": id}, query

    def a_page() -> Request:
        host = drawn.one("host").id
        query = bare("inventory_of_host", types=None, host=host, parent_id=None, after="", limit=_PAGE + 1)
        return "inventory", {"environment": ENVIRONMENT, "host": host, "limit": _PAGE}, query

    return {"a clique": a_clique, "one object with all around it": an_object, "a page of 50 objects": a_page}


def _compared(
    name: str, another: Callable[[], Request], url: str, token: str, arguments: argparse.Namespace
) -> Sequence[object]:
    client = _client(token)
    bare, served = [], []
    for _ in range(arguments.samples + _WARM_UP):
        path, parameters, query = another()
        bare.append(seconds_of(query) * _MILLI)
        served.append(seconds_of(partial(_get, client, f"{url}/{path}", parameters)) * _MILLI)
    bare, served = bare[_WARM_UP:], served[_WARM_UP:]
    asks = [another() for _ in range(arguments.samples)]
    with ThreadPoolExecutor(arguments.clients) as pool:
        clients = [_client(token) for _ in range(arguments.clients)]
        work = [(clients[n % len(clients)], f"{url}/{path}", given) for n, (path, given, _) in enumerate(asks)]
        rates = [len(asks) / seconds_of(lambda: list(pool.map(lambda each: _get(*each), work)))]
        rates.append(len(asks) / seconds_of(lambda: list(pool.map(lambda each: each[2](), asks))))
    fifty = percentile(served, 0.5)
    return name, percentile(bare, 0.5), fifty, percentile(served, 0.95), fifty / percentile(bare, 0.5), *rates


def _client(token: str) -> requests.Session:
    client = requests.Session()
    client.headers["Authorization"] = f"Bearer {token}"
    client.trust_env = False
    return client


def _get(client: requests.Session, url: str, parameters: Mapping[str, Any]) -> None:
    answer = client.get(url, params=dict(parameters), timeout=_PATIENCE)
    answer.raise_for_status()
    answer.json()


@contextmanager
def _served(server: Server) -> Iterator[tuple[str, str]]:
    """The API in a process of its own, on the same database: its URL, and a token for it."""
    text, token = tokens.issue(server.graph, "benchmark", days=1)
    variables = os.environ | server.address
    command = [sys.executable, "-m", "cli.main", "serve", "--port", "0"]
    process = subprocess.Popen(command, env=variables, stderr=subprocess.PIPE, text=True)
    try:
        yield f"{_address_said_by(process)}", text
    finally:
        process.terminate()
        process.communicate(timeout=_PATIENCE)
        tokens.revoke(server.graph, token.id)


def _address_said_by(process: subprocess.Popen[str]) -> str:
    began = time.monotonic()
    for line in process.stderr or ():
        if found := _SERVED.search(line):
            return found[1]
        if time.monotonic() - began > _PATIENCE:
            break
    raise RuntimeError("calipso serve did not say where it serves")


if __name__ == "__main__":
    main()
