"""A path as text, hop by hop: hosts grouped, networks and tunnels named, what stops packets marked."""

from __future__ import annotations

from collections.abc import Iterator

from topology.paths.answer import Path, PathAnswer
from topology.paths.things import Thing

_STOPS, _MAY_STOP = "✗", "?"


def drawn(answer: PathAnswer) -> Iterator[str]:
    """The answer, line by line."""
    yield _headline(answer)
    yield from (f"note: {note}" for note in answer.notes)
    for number, path in enumerate(answer.paths, start=1):
        yield ""
        if number > 1 and (changes := _differences(answer.paths[0], path)):
            yield f"path {number}: as path 1, with {'; '.join(changes)}"
            yield from _marks_that_differ(answer.paths[0], path)
        else:
            yield from _drawn_path(path, number)
    if answer.truncated:
        yield ""
        yield "There are more paths than asked for: raise --max-paths or --max-depth to see them."
    yield from _doubts(answer)


def _headline(answer: PathAnswer) -> str:
    ends = f"{_end(answer.origin)} → {_end(answer.goal)}"
    if not answer.reachable:
        return f"{ends}: no path. {answer.reason}"
    if answer.is_open:
        return f"{ends}: {_count(len(answer.paths), 'path')}, nothing known stops {answer.asked}"
    return f"{ends}: {_count(len(answer.paths), 'path')}, blocked for {answer.asked}"


def _end(node: object) -> str:
    thing = Thing(node)  # type: ignore[arg-type]  # the properties of an end
    return f"{thing.type} {thing.name}"


def _drawn_path(path: Path, number: int) -> Iterator[str]:
    chain = path.chain
    yield f"path {number}: {_summary(path)}"
    host: str | None = None
    for hop, node in enumerate(chain.nodes):
        if node.type in ("network", "switch", "switch_pnic"):
            host = None
            yield f"  ── {_wire(path, node, hop)}"
        else:
            if node.host not in (host, None):
                host = node.host
                yield f"  {host}"
            yield f"    {node.type:<12}{_described(path, node, hop)}".rstrip()
        yield from (f"      {mark}" for mark in _marks(path, hop))
    yield from (f"    {mark}" for mark in _marks(path, None))
    for each in chain.way.translations:
        yield f"  {each.router.name} translates the {each.end} {each.before} to {each.after}"
    if path.openings and [str(opening) for opening in path.openings] != ["anything"]:
        yield f"  security groups let through: {', '.join(str(opening) for opening in path.openings)}"


def _summary(path: Path) -> str:
    chain = path.chain
    networks = list(dict.fromkeys(_network_name(path, stretch.network_id) for stretch in chain.stretches))
    routers = [router.name for router in chain.way.routers]
    parts = [f"over {', '.join(networks)}" if networks else "itself"]
    if routers:
        parts.append(f"through {', '.join(routers)}")
    return ", ".join([*parts, _count(len(chain.ties), "link")])


def _wire(path: Path, node: Thing, hop: int) -> str:
    if node.type != "network":
        return f"{node.type} {node.name}"
    return f"{node.name} ({_carried(path, node, hop)})"


def _carried(path: Path, network: Thing, hop: int) -> str:
    """How a network crosses between hosts: its kind, and the tunnel."""
    number = network.get("segmentation_id")
    kind = f"{network.get('network_type') or 'network'}{'' if number is None else f' {number}'}"
    tunnel = next((s.tunnel for s in path.chain.stretches if s.begin <= hop <= s.end), None)
    if tunnel is None:
        return kind
    hosts = {node.id: node.host for node in path.chain.nodes}
    here, there = tunnel.ends
    return f"{kind}, tunnel from {hosts[here]} to {hosts[there]}"


def _described(path: Path, node: Thing, hop: int) -> str:
    words = [node.name]
    if node.type == "otep":
        words.append(str(node.get("ip_address") or ""))
    if node.type == "vnic":
        words += [_network_name(path, s.network_id) for s in path.chain.stretches if hop in (s.begin, s.end)][:1]
    if node.type == "instance":
        words.append(str(node.get("source_status") or ""))
    if node.type == "vservice":
        words += [f"router {router.name}" for router in path.chain.way.routers if router.id == node.get("service_id")][
            :1
        ]
    return "  ".join(word for word in words if word)


def _network_name(path: Path, network_id: str) -> str:
    network = path.networks.get(network_id)
    return network.name if network else network_id


def _marks(path: Path, hop: int | None) -> Iterator[str]:
    for block in path.blocked_by:
        if block.hop == hop:
            yield f"{_STOPS if block.certain else _MAY_STOP} {block.text}"


def _differences(first: Path, other: Path) -> list[str]:
    """What another path has at the same hops; nothing when it is another kind of path altogether."""
    one, two = first.chain.nodes, other.chain.nodes
    if [node.type for node in one] != [node.type for node in two] or first.chain.way.key != other.chain.way.key:
        return []
    pairs = ((hop, a, b) for hop, (a, b) in enumerate(zip(one, two, strict=True)) if a.id != b.id)
    return [f"{b.type} {b.name} for {a.name}{_place(other, hop)}" for hop, a, b in pairs]


def _place(path: Path, hop: int) -> str:
    """The host and the network at a hop."""
    host = path.chain.nodes[hop].host
    names = [_network_name(path, s.network_id) for s in path.chain.stretches if s.begin <= hop <= s.end]
    return (f" on {host}" if host else "") + (f" in {names[0]}" if names else "")


def _marks_that_differ(first: Path, other: Path) -> Iterator[str]:
    known = {block.text for block in first.blocked_by}
    for block in other.blocked_by:
        if block.text not in known:
            yield f"    {_STOPS if block.certain else _MAY_STOP} {block.text}"


def _doubts(answer: PathAnswer) -> Iterator[str]:
    for state in answer.freshness.doubtful:
        how = f"its last reading was {state.outcome}" if state.outcome else "it was never read"
        since = f"as of {state.completed_at.isoformat(timespec='seconds')}" if state.completed_at else "not confirmed"
        yield f"not sure: what {state.scope.key} tells is {since}, {how}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
