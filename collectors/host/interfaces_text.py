"""`ip -d addr show` without JSON, as hosts before iproute2 4.16 print it → interfaces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from collectors.host.interface import Interface
from collectors.host.output import Output, whole_number

# 12: eth0@if23: <BROADCAST,UP,LOWER_UP> mtu 1500 qdisc noqueue master br0 state UP group default qlen 1000
_HEAD = re.compile(r"(?P<index>\d+): (?P<name>.+?)(?:@(?P<lower>[^@]+?))?: <(?P<flags>[^<>]*)> (?P<rest>mtu .*)")
_LINK = re.compile(r" +link/\S+")
_ADDRESS = re.compile(r" +inet6? (?P<local>[0-9a-fA-F.:]+)(?: peer \S+?)?(?:/(?P<prefix>\d+))? (?P<rest>.*)")
_KINDS = frozenset(
    (
        *("bond", "bridge", "dummy", "erspan", "geneve", "gre", "gretap", "ip6gre", "ip6tnl", "ipip", "ipvlan"),
        *("macvlan", "macvtap", "openvswitch", "sit", "team", "tun", "veth", "vlan", "vti", "vti6", "vxlan"),
    )
)


def interfaces_of_text(output: Output) -> Iterator[Interface]:
    """Every interface of the output. Raises Malformed."""
    blocks: list[list[str]] = []
    for line in output.lines():
        if line and not line.startswith(" "):
            blocks.append([line])
        elif blocks:
            blocks[-1].append(line)
        elif line:
            raise output.malformed(f"it begins with {line[:60]!r}, not with an interface.")
    for block in blocks:
        yield _interface(output, block)


def _interface(output: Output, block: Sequence[str]) -> Interface:
    head = _HEAD.fullmatch(block[0])
    if head is None:
        raise output.malformed(f"not the first line of an interface: {block[0][:80]!r}.")
    if len(block) == 1 or not _LINK.match(block[1]):
        raise output.malformed(f"interface {head['name']} has no link line.")
    first, link = _pairs(head["rest"]), _pairs(block[1])
    kind, detail = _kind(block[2:])
    elsewhere = _peer_namespace(link)
    beneath = head["lower"] if head["lower"] != "NONE" else None
    return Interface(
        name=head["name"],
        index=whole_number(head["index"]) or 0,
        kind=kind,
        flags=frozenset(head["flags"].split(",")) - {""},
        mtu=whole_number(first.get("mtu")),
        mac=_mac(_word_after_link(block[1])),
        permanent_mac=_mac(link.get("permaddr") or _member(block[2:]).get("perm_hwaddr")),
        master=first.get("master"),
        oper_state=first.get("state"),
        lower=None if elsewhere else beneath,
        lower_index=whole_number((beneath or "").removeprefix("if")) if elsewhere else None,
        peer_namespace_id=elsewhere[0] if elsewhere else None,
        peer_namespace=elsewhere[1] if elsewhere else None,
        addresses=tuple(sorted(_addresses(block[2:]))),
        bond_mode=detail.get("mode") if kind == "bond" else None,
        stp=_flag(detail.get("stp_state")) if kind == "bridge" else None,
        vni=whole_number(detail.get("id")) if kind == "vxlan" else None,
        local_ip=detail.get("local") if kind == "vxlan" else None,
        udp_port=whole_number(detail.get("dstport")) if kind == "vxlan" else None,
    )


def _pairs(line: str) -> Mapping[str, str]:
    """Each word of the line → the word after it: first come, first kept."""
    words = line.split()
    pairs: dict[str, str] = {}
    for word, following in pairwise(words):
        pairs.setdefault(word, following)
    return pairs


def _kind(lines: Sequence[str]) -> tuple[str, Mapping[str, str]]:
    for line in lines:
        words = line.split(maxsplit=1)
        if words and words[0] in _KINDS and line.startswith("    ") and not line.startswith("     "):
            return words[0], _pairs(line)
    return "", {}


def _member(lines: Sequence[str]) -> Mapping[str, str]:
    return next((_pairs(line) for line in lines if line.startswith("    bond_slave ")), {})


def _peer_namespace(link: Mapping[str, str]) -> tuple[int | None, str | None] | None:
    if "link-netns" in link:
        return None, link["link-netns"]
    if "link-netnsid" in link:
        number = whole_number(link["link-netnsid"])
        return (-1 if number is None else number), None
    return None


def _addresses(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        match = _ADDRESS.match(line)
        if match and "temporary" not in match["rest"].split():
            whole = 32 if "." in match["local"] else 128
            yield f"{match['local']}/{match['prefix'] or whole}"


def _word_after_link(line: str) -> str | None:
    words = line.split()
    return words[1] if len(words) > 1 and ":" in words[1] else None


def _mac(text: str | None) -> str | None:
    return text.lower() if text else None


def _flag(text: str | None) -> bool | None:
    return None if text is None else text != "0"
