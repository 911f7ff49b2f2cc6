"""`ip -j -d addr show` → interfaces."""

from __future__ import annotations

from collections.abc import Iterator

from collectors.host.interface import Interface
from collectors.host.output import Fields, Output


def interfaces_of_json(output: Output) -> Iterator[Interface]:
    """Every interface of the list. Raises Malformed."""
    for fields in output.objects():
        info = fields.inner("linkinfo")
        kind = info.optional_text("info_kind") or ""
        data, member = info.inner("info_data"), info.inner("info_slave_data")
        stp = data.number("stp_state") if kind == "bridge" else None
        vxlan = kind == "vxlan"
        yield Interface(
            name=fields.text("ifname"),
            index=fields.number("ifindex") or 0,
            kind=kind,
            flags=frozenset(fields.texts("flags")),
            mtu=fields.number("mtu"),
            mac=_mac(fields.optional_text("address")),
            permanent_mac=_mac(fields.optional_text("permaddr") or member.optional_text("perm_hwaddr")),
            master=fields.optional_text("master"),
            oper_state=fields.optional_text("operstate"),
            lower=fields.optional_text("link"),
            lower_index=fields.number("link_index"),
            peer_namespace_id=fields.number("link_netnsid"),
            addresses=tuple(sorted(_addresses(fields))),
            bond_mode=data.optional_text("mode") if kind == "bond" else None,
            stp=None if stp is None else bool(stp),
            vni=data.number("id") if vxlan else None,
            local_ip=(data.optional_text("local") or data.optional_text("local6")) if vxlan else None,
            udp_port=data.number("port") if vxlan else None,
        )


def _mac(text: str | None) -> str | None:
    return text.lower() if text else None


def _addresses(fields: Fields) -> Iterator[str]:
    for address in fields.objects("addr_info"):
        local, prefix = address.optional_text("local"), address.number("prefixlen")
        if local and prefix is not None and address.values.get("temporary") is not True:
            yield f"{local}/{prefix}"
