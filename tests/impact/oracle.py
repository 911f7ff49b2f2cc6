"""An independent answer for impact: take away what fails, and look at what is left for each instance and router."""

from __future__ import annotations

from collections.abc import Iterable

from graph_schema.records import Record
from tests.paths.routed_clouds import GATEWAY, RoutedCloud

_RANK = ("cut_off", "degraded", "loses_redundancy")


class ImpactOracle:
    """Answers from the records and links of a finished cloud."""

    def __init__(self, cloud: RoutedCloud, failing: Iterable[str]) -> None:
        self.records = cloud.finish().records
        self.links = cloud.links
        self.dead = set(failing)
        while more := {child for child in self.records if child not in self.dead and self._goes_along(child)}:
            self.dead |= more

    def instances(self) -> dict[str, str]:
        """What each instance suffers, those that suffer nothing left out."""
        found = {}
        for record in self.records.values():
            if record.type == "instance" and (worst := self._worst_of_instance(record)):
                found[record.id] = worst
        return found

    def routers(self) -> dict[str, str]:
        """What each router suffers, those that suffer nothing left out."""
        found = {}
        for record in self.records.values():
            if record.type == "router":
                states = [self._interface(port) for port in self._ports(record.id)]
                gone = [state for state in states if state == "lost"]
                if record.id in self.dead or (gone and len(gone) == len(states)):
                    found[record.id] = "cut_off"
                elif gone:
                    found[record.id] = "degraded"
                elif "fewer" in states:
                    found[record.id] = "loses_redundancy"
        return found

    def _goes_along(self, id: str) -> bool:
        record = self.records[id]
        if record.parent.id in self.dead:
            return True
        owners = {"router-vservice", "port-vnic", "project-instance"}
        return any(link.target_id == id and link.source_id in self.dead for link in self.links if link.type in owners)

    def _worst_of_instance(self, instance: Record) -> str | None:
        if instance.id in self.dead:
            return "cut_off"
        ports = self._ports(instance.id)
        lost = [port for port in ports if self._is_lost(port)]
        suffered = set()
        if lost:
            suffered.add("cut_off" if len(lost) == len(ports) else "degraded")
        if any(self._is_thinner(port) for port in ports):
            suffered.add("loses_redundancy")
        if any(self._without_router(port["network_id"]) for port in ports):
            suffered.add("degraded")
        return next((effect for effect in _RANK if effect in suffered), None)

    def _ports(self, device: str) -> list[Record]:
        return [r for r in self.records.values() if r.type == "port" and r["device_id"] == device]

    def _is_lost(self, port: Record) -> bool:
        if port.id in self.dead:
            return True
        vnics = self._vnics(port)
        return bool(vnics) and all(self._vnic_is_lost(vnic, port["network_id"]) for vnic in vnics)

    def _vnic_is_lost(self, vnic: str, network: str) -> bool:
        if vnic in self.dead:
            return True
        before, after = self._exits(vnic, network, set()), self._exits(vnic, network, self.dead)
        return bool(before) and not after

    def _is_thinner(self, port: Record) -> bool:
        return any(
            0
            < len(self._exits(vnic, port["network_id"], self.dead))
            < len(self._exits(vnic, port["network_id"], set()))
            for vnic in self._vnics(port)
        )

    def _vnics(self, port: Record) -> list[str]:
        return [link.target_id for link in self.links if link.type == "port-vnic" and link.source_id == port.id]

    def _exits(self, vnic: str, network: str, dead: set[str]) -> set[str]:
        """NICs that the network leaves by; where it does not, the switches and bridges that it reaches."""
        overlay = self.records[network]["network_type"] == "vxlan"
        reached, waiting = {vnic}, [vnic]
        while waiting:
            here = waiting.pop()
            for link in self.links:
                carried = link.networks is None or network in link.networks
                upward = link.source_id == here and carried and self._is_upward(link.type, overlay=overlay)
                if upward and link.target_id not in dead | reached:
                    reached.add(link.target_id)
                    waiting.append(link.target_id)
        on_wire = {a.source_id for a in self.links if a.type == "host_pnic-network" and a.target_id == network}
        everywhere = self._exits(vnic, network, set()) if dead else set()
        if reached & on_wire or any(self.records[id].type == "host_pnic" for id in everywhere):
            return reached & on_wire
        return {id for id in reached if self.records[id].type in ("vconnector", "vedge", "otep")}

    def _is_upward(self, type: str, *, overlay: bool) -> bool:
        inside = ("vnic-vconnector", "vnic-vedge", "vconnector-vedge")
        return type in (
            *inside,
            *(("vedge-otep", "otep-host_pnic") if overlay else ("vedge-host_pnic", "vconnector-host_pnic")),
        )

    def _interface(self, port: Record) -> str | None:
        """`lost` or `fewer`, for a router's port."""
        if port.id in self.dead or port["device_id"] in self.dead:
            return "lost"
        vnics = self._vnics(port)
        gone = [v for v in vnics if self.records[v].parent.id in self.dead or self._vnic_is_lost(v, port["network_id"])]
        return None if not gone else "lost" if len(gone) == len(vnics) else "fewer"

    def _without_router(self, network: str) -> bool:
        """A router of the network was lost there, or its gateway was, and no other can stand in."""
        if network in self.dead:
            return False
        routers = {
            p["device_id"]
            for p in self.records.values()
            if p.type == "port" and p["network_id"] == network and "router_interface" in p["device_owner"]
        }
        return any(self._leaves_alone(router, network, routers - {router}) for router in routers)

    def _leaves_alone(self, router: str, network: str, others: set[str]) -> bool:
        joins = self._state_of(router, network)
        outside = self._outside(router)
        if joins == "lost":
            return not any(self._state_of(other, network) == "alive" for other in others)
        if outside == "lost":
            return not any(
                self._state_of(other, network) == "alive" and self._outside(other) == "alive" for other in others
            )
        return False

    def _state_of(self, router: str, network: str) -> str:
        states = [
            self._interface(port)
            for port in self._ports(router)
            if port["network_id"] == network and port["device_owner"] != GATEWAY
        ]
        return "lost" if states and states[0] == "lost" else "alive" if states else "none"

    def _outside(self, router: str) -> str:
        states = [self._interface(port) for port in self._ports(router) if port["device_owner"] == GATEWAY]
        return "none" if not states else "lost" if states[0] == "lost" else "alive"
