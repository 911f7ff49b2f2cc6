"""What the processes of the concurrency tests do: each a whole process, because that is what a worker is."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from graph_schema.link_types import PORT_VNIC, ROUTER_PORT
from graph_schema.object_types import INSTANCE
from graph_schema.records import COMPLETE, Attributes, Record, Scope
from tests.store.writing import KEYSTONE, NEUTRON, bridge, in_bridge, instance, network, port, project, router, vnic
from topology.errors import Superseded
from topology.graph import Graph
from topology.store import Entry, GraphStore, ScopeWrite, prepare

Cloud = list[tuple[Scope, list[Entry], list[Attributes]]]


def cloud(size: int, region: str = "One", turn: int = 0) -> Cloud:
    """A cloud of `size` instances, the same in every process; `turn` changes what there is and what it says."""
    present = [n for n in range(size) if (n + turn) % 7]
    routers = [router(f"r{n}") for n in range(3)]
    ports: list[Entry] = []
    for n in present:
        record = port(f"p{n}", name=f"turn{turn}" if n % 2 else f"p{n}")
        ports.append(Entry(record, (ROUTER_PORT.link(routers[(n + turn) % 3], record),)))
    nova = [Entry(instance(f"i{n}", flavor=f"m{(n + turn) % 3}")) for n in present]
    added = [INSTANCE.attributes("neutron", f"i{n}", networks=["net", f"turn{turn}"]) for n in present]
    host: list[Entry] = [Entry(bridge(f"qbr{n}")) for n in range(5)]
    for n in present:
        links = (in_bridge(f"tap{n}", f"qbr{(n + turn) % 5}"), PORT_VNIC.link(f"p{n}", f"cmp1:vnic:tap{n}"))
        host.append(vnic(f"tap{n}", f"i{n}", *links))
    neutron: list[Record | Entry] = [network("net"), *routers, *ports]
    return [
        (KEYSTONE, [Entry(project("shop"))], []),
        (Scope("nova", region), nova, []),
        (NEUTRON, [one if isinstance(one, Entry) else Entry(one) for one in neutron], added),
        (Scope("ssh", "cmp1"), host, []),
    ]


def write(graph: Graph, environment: str, said: Cloud, *, batch_size: int = 20) -> int:
    """Write a cloud as it is now; how many scopes a newer reading was faster for."""
    store = GraphStore(graph, environment, batch_size=batch_size)
    writes = (
        ScopeWrite(scope, datetime.now(UTC), COMPLETE, entries, attributes) for scope, entries, attributes in said
    )
    written = [found for _, found in store.write_all(writes, accept_removals=True)]
    store.resolve_pending()
    return sum(isinstance(found, Superseded) for found in written)


def race(graph: Graph, environment: str, worker: int) -> None:
    """Write the same ids as every other worker, in another order, as the same scopes and as regions of its own."""
    for turn in range(3):
        said = cloud(60)
        write(graph, environment, said[worker:] + said[:worker])
        write(graph, environment, cloud(60, region=f"Region{worker}")[turn % 2 :])


def write_turns(graph: Graph, environment: str) -> Iterator[int]:
    """Write one state of the cloud after another, for ever."""
    turn = 0
    while True:
        write(graph, environment, cloud(120, turn=turn), batch_size=11)
        yield turn
        turn += 1


def main(task: str, uri: str, user: str, password: str, environment: str, worker: str) -> None:
    """The process: `race`, `turns` (until it is killed) or `prepare`."""
    signal.alarm(120)  # nothing stays behind when the test dies
    with Graph(uri, user, password) as graph:
        if task == "prepare":
            prepare(graph)
        elif task == "race":
            race(graph, environment, int(worker))
        else:
            for turn in write_turns(graph, environment):
                os.write(1, f"{turn}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
