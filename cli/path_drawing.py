"""Draws a path hop by hop: hosts grouped, networks and tunnels named, what stops packets marked where it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cli.describing import describe, title
from cli.drawing import Part, visible
from topology.paths import EVERYTHING, Block, Path, PathAnswer, Thing

Line = list[Part]
_LONG = 300
_WIRE = frozenset({"network", "switch", "switch_pnic"})


def draw_paths(answer: PathAnswer) -> Iterator[Line]:
    """The answer, line by line."""
    yield _headline(answer)
    yield from ([(f"  {visible(note, _LONG)}", "quiet")] for note in answer.notes)
    for number, path in enumerate(answer.paths, start=1):
        yield []
        changes = _differences(answer.paths[0], path) if number > 1 else []
        if changes:
            yield [(f"path {number}: ", "name"), (f"as path 1, with {'; '.join(changes)}", "fact")]
            yield from _marks_that_differ(answer.paths[0], path)
        else:
            yield from _draw_path(path, number)
    if answer.truncated:
        yield []
        yield [("there are more paths than were asked for: --max-paths and --max-depth ask for more", "quiet")]


def draw_verdict(answer: PathAnswer, *, good: bool) -> Line:
    """Yes or no, and why not."""
    if good:
        return [("yes", "good")]
    return [
        ("no", "bad"),
        (": " + visible(answer.reason or f"every path is blocked for {answer.asked}", _LONG), "fact"),
    ]


def _headline(answer: PathAnswer) -> Line:
    ends: Line = [*_end(answer.origin), (" → ", "fact"), *_end(answer.goal), (": ", "fact")]
    if not answer.reachable:
        return [*ends, ("no path. ", "bad"), (visible(answer.reason or "", _LONG * 4), "fact")]
    count = _count(len(answer.paths), "path")
    asked = "packets" if answer.asked == EVERYTHING else str(answer.asked)
    if not answer.is_open:
        return [*ends, (f"{count}, ", "fact"), ("blocked", "bad"), (f" for {asked}", "fact")]
    doubts = any(path.blocked_by for path in answer.paths if path.is_open)
    known = "what is marked ? may stop" if doubts else "nothing is known to stop"
    return [*ends, (f"{count}, ", "good"), (f"{known} {asked}", "fact")]


def _end(node: Mapping[str, Any]) -> Line:
    return [(f"{node['type']} ", "type"), (title(node), "name")]


def _draw_path(path: Path, number: int) -> Iterator[Line]:
    yield [(f"path {number}: ", "name"), (_summary(path), "fact")]
    host: str | None = None
    for hop, node in enumerate(path.chain.nodes):
        if node.type in _WIRE:
            host = None
            yield [("  ── ", "quiet"), *_wire(path, node, hop)]
        else:
            if node.host not in (host, None):
                host = node.host
                yield [("  on ", "quiet"), (visible(str(host)), "place")]
            yield [("    ", "fact"), *describe(node.properties), *_on_network(path, node, hop)]
        yield from (_mark(block) for block in path.blocked_by if block.hop == hop)
    yield from (_mark(block) for block in path.blocked_by if block.hop is None)
    for each in path.chain.way.translations:
        text = f"  {each.router.name} translates the {each.end} {each.before} to {each.after}"
        yield [(visible(text, _LONG), "fact")]
    through = [str(opening) for opening in path.openings]
    if through and through != ["anything"]:
        yield [(f"  security groups let through: {', '.join(through)}", "fact")]


def _summary(path: Path) -> str:
    chain = path.chain
    networks = dict.fromkeys(_network_and_segment(path, stretch.network_id) for stretch in chain.stretches)
    routers = [visible(router.name) for router in chain.way.routers]
    ends = [str(end) for end in (chain.way.sent_from, chain.way.sent_to) if end is not None]
    parts = [" to ".join(ends)] if len(ends) == len(("from", "to")) else []
    parts += [f"over {', '.join(networks)}"] if networks else []
    parts += [f"through {', '.join(routers)}"] if routers else []
    return ", ".join([*parts, _count(len(chain.ties), "link")])


def _wire(path: Path, node: Thing, hop: int) -> Line:
    if node.type != "network":
        return describe(node.properties)
    stretch = next((s for s in path.chain.stretches if s.begin <= hop <= s.end), None)
    parts = describe(node.properties)
    if stretch is not None and stretch.tunnel is not None:
        hosts = {each.id: each.host for each in path.chain.nodes}
        here, there = stretch.tunnel.ends
        parts.append((f"  tunnel from {hosts[here]} to {hosts[there]}", "place"))
    return parts


def _on_network(path: Path, node: Thing, hop: int) -> Line:
    """Where an interface stands on its network, or which router a namespace is of."""
    if node.type == "vservice":
        routers = (router for router in path.chain.way.routers if router.id == node.get("service_id"))
        return [(f"  of {visible(router.name)}", "place") for router in routers][:1]
    for stretch, leg in zip(path.chain.stretches, path.chain.way.legs, strict=False):
        if node.type == "vnic" and hop in (stretch.begin, stretch.end):
            port = leg.source if hop == stretch.begin else leg.target
            # What runs in a namespace tells its own addresses; a guest's are known of its port.
            addresses = port.addresses if port is not None and not node.get("ip_addresses") else ()
            said = f" as {', '.join(map(str, addresses))}" if addresses else ""
            return [(f"  on {_network_name(path, stretch.network_id)}{said}", "place")]
    return []


def _mark(block: Block) -> Line:
    sign = ("      ✗ ", "bad") if block.certain else ("      ? ", "type")
    return [sign, (visible(block.text, _LONG), "fact")]


def _differences(first: Path, other: Path) -> list[str]:
    """What another path has at the same hops; nothing when it is another kind of path altogether."""
    one, two = first.chain.nodes, other.chain.nodes
    if [node.type for node in one] != [node.type for node in two] or first.chain.way.key != other.chain.way.key:
        return []
    pairs = ((hop, a, b) for hop, (a, b) in enumerate(zip(one, two, strict=True)) if a.id != b.id)
    return [f"{b.type} {visible(b.name)} for {visible(a.name)}{_place(other, hop)}" for hop, a, b in pairs]


def _place(path: Path, hop: int) -> str:
    host = path.chain.nodes[hop].host
    names = [_network_name(path, s.network_id) for s in path.chain.stretches if s.begin <= hop <= s.end]
    return (f" on {visible(host)}" if host else "") + (f" in {names[0]}" if names else "")


def _marks_that_differ(first: Path, other: Path) -> Iterator[Line]:
    known = {block.text for block in first.blocked_by}
    return (_mark(block) for block in other.blocked_by if block.text not in known)


def _network_name(path: Path, network_id: str) -> str:
    network = path.networks.get(network_id)
    return visible(network.name if network else network_id)


def _network_and_segment(path: Path, network_id: str) -> str:
    """A network with its VLAN id or VNI, which no hop tells where both ends are on one host."""
    network = path.networks.get(network_id)
    segment = [network.get("network_type"), network.get("segmentation_id")] if network else []
    words = " ".join(str(word) for word in segment if word is not None)
    return _network_name(path, network_id) + (f" ({visible(words)})" if words else "")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
