"""What the product answers, over REST as a program asks it, in the terms in which packets are seen."""

from __future__ import annotations

import json
import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from tests.lab.product import Product

INTERFACES = frozenset({"vnic", "host_pnic"})
# Nodes that devices are part of. The vedge `lxb` is left out: it stands for all bridges of a Linux bridge agent, has no
# device, and packets between two devices of one bridge do not leave that.
AROUND = frozenset({"vconnector", "vedge", "otep", "vservice"})
# The rest of a path's nodes have no device: instance, port, floating_ip, network, router.
_PATIENCE = 60.0
_LIMITS: dict[str, Any] = {
    "max_paths": 500,
    "max_depth": 60,
}  # from one floating address to another, over three hosts, are more than 30


@dataclass(frozen=True)
class Predicted:
    """One path of an answer. `hops`: of each of the interfaces where it stands among the path's nodes."""

    interfaces: tuple[str, ...]
    around: frozenset[str]
    hops: tuple[int, ...]
    last_hop: int
    networks: tuple[str, ...]
    blocks: tuple[tuple[str, int | None], ...]  # code and hop of what certainly stops packets
    is_open: bool


@dataclass(frozen=True)
class Answer:
    """The paths, or why there is none."""

    paths: tuple[Predicted, ...]
    reason: str


class Refused(Exception):
    """The API did not answer the question. `is_ambiguous`: since several objects are named by the same."""

    def __init__(self, words: str, status: int) -> None:
        super().__init__(words)
        self.is_ambiguous = status == HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass(frozen=True)
class Api:
    """The REST API of the product, with one environment to ask about."""

    url: str
    token: str
    environment: str

    def paths(self, origin: str, goal: str, protocol: str, port: int = 0) -> Answer:
        """All paths from one object to another. Raises Refused."""
        wanted = {"environment": self.environment, "from": origin, "to": goal, "proto": protocol, **_LIMITS}
        if port:
            wanted["port"] = port
        headers = {"Authorization": f"Bearer {self.token}"}
        request = Request(f"{self.url}/api/v1/paths?{urlencode(wanted)}", headers=headers)  # noqa: S310  its own API
        try:
            with urlopen(request, timeout=60) as response:  # noqa: S310  its own API
                answer = json.load(response)
        except HTTPError as error:
            words = f"{origin} → {goal}: {error.code} {error.read().decode()[:400]}"
            raise Refused(words, error.code) from None
        assert not answer["truncated"], f"{origin} → {goal}: there are more paths or longer ones"
        return Answer(tuple(_predicted(path) for path in answer["paths"]), answer["reason"] or "")


@contextmanager
def api(product: Product, environment: str) -> Iterator[Api]:
    """The product's API while the block runs."""
    token = product.run("token", "--name", "path truth").stdout.strip()
    process = product.start("serve", "--port", "0")
    assert process.stderr is not None
    with process:
        try:
            url = _url_of(process.stderr)
            # It tells every request, and would wait for somebody to read that.
            reader = threading.Thread(target=process.stderr.readlines)
            reader.start()
            yield Api(url, token, environment)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)
            reader.join()


def _url_of(lines: Any) -> str:
    end = time.monotonic() + _PATIENCE
    for line in lines:
        if found := re.search(r"API is at (http://\S+)/api/v1,", line):
            return found[1]
        assert time.monotonic() < end, line
    raise AssertionError("the API did not start")


def _predicted(path: dict[str, Any]) -> Predicted:
    nodes = path["nodes"]
    places = [(hop, node["id"]) for hop, node in enumerate(nodes) if node["type"] in INTERFACES]
    around = {node["id"] for node in nodes if node["type"] in AROUND and not node["id"].endswith(":vedge:lxb")}
    return Predicted(
        interfaces=tuple(id for _, id in places),
        around=frozenset(around),
        hops=tuple(hop for hop, _ in places),
        last_hop=len(nodes) - 1,
        networks=tuple(stretch["id"] for stretch in path["networks"]),
        blocks=tuple((block["code"], block["hop"]) for block in path["blocked_by"] if block["certain"]),
        is_open=path["open"],
    )
