"""What recorded notifications say of objects, and what is read again because of them."""

from __future__ import annotations

from datetime import timedelta

from graph_schema.events import Event, Gone
from tests.events.recorded import NOW, asked, effect_of, made, recorded, the_record

WEB1 = "c44358bb-e549-4ca7-bd03-e8854ef505e3"
PORT = "2065b2d5-ffef-4694-9a39-671e61966c5f"
R_ALPHA = "b17ae405-655a-45fd-9679-c0d1290cc479"


def test_an_updated_port_is_told_whole() -> None:
    effect = effect_of(recorded("port.update.end"))

    port = the_record(effect)
    assert (port.id, port.name, port.parent.id) == (PORT, "p-web1", "ffb2aab4-5462-44b4-9232-59f8fbb28d79")
    assert (port["binding_host"], port["vif_type"], port["source_status"]) == ("cmp1", "ovs", "DOWN")
    assert port["ip_addresses"] == ["10.1.1.11"]
    assert effect.says[0].version[0] == 2
    assert effect.says[0].unsaid == {"trunk_id", "trunk_parent", "subports"}
    assert asked(effect) == {f"port/{PORT}", f"ports_of_device/{WEB1}", "host/cmp1"}


def test_what_the_askers_rights_hide_is_not_said() -> None:
    told = recorded("port.update.end")
    hidden = {key: value for key, value in told.payload["port"].items() if not key.startswith("binding:")}

    (says,) = effect_of(made("port.update.end", {"port": hidden})).says

    assert {"binding_host", "vif_type", "vnic_type"} <= says.unsaid


def test_an_unplugged_port_says_that_it_has_no_device() -> None:
    port = recorded("port.update.end").payload["port"] | {"device_id": "", "device_owner": "", "binding:host_id": ""}

    (says,) = effect_of(made("port.update.end", {"port": port})).says

    assert says.record.get("device_id") is None
    assert says.record.get("binding_host") is None
    assert says.unsaid == {"trunk_id", "trunk_parent", "subports"}


def test_ports_that_were_made_at_once_are_all_told() -> None:
    port = recorded("port.create.end").payload["port"]

    effect = effect_of(made("port.create.end", {"ports": [port, port | {"id": "another"}]}))

    assert {says.record.id for says in effect.says} == {port["id"], "another"}


def test_the_project_of_a_network_is_its_own_not_the_askers() -> None:
    network = recorded("network.create.end").payload["network"]

    effect = effect_of(made("network.create.end", {"network": network | {"tenant_id": "p2", "project_id": "p2"}}))

    assert the_record(effect).parent.id == "p2"


def test_a_new_subnet_asks_for_the_ports_and_agents_that_come_without_a_word() -> None:
    effect = effect_of(recorded("subnet.create.end"))

    subnet = the_record(effect)
    network = subnet["network_id"]
    assert (subnet["cidr"], subnet["enable_dhcp"]) == ("172.24.4.0/24", False)
    assert asked(effect) == {
        f"subnet/{subnet.id}",
        f"network/{network}",
        f"ports_of_network/{network}",
        f"agents_of_network/{network}",
    }


def test_a_router_is_told_by_its_own_id_with_its_gateway() -> None:
    effect = effect_of(recorded("router.update.end"))

    router = the_record(effect)
    assert (router.id, router["external_ips"], router["enable_snat"]) == (R_ALPHA, ["172.24.4.141"], True)
    # The notification of a user's own request does not tell what only administrators see.
    assert effect.says[0].unsaid == {"distributed", "ha"}
    assert asked(effect) == {f"router/{R_ALPHA}", f"ports_of_device/{R_ALPHA}", f"agents_of_router/{R_ALPHA}"}


def test_an_interface_of_a_router_is_read_again_with_its_port() -> None:
    effect = effect_of(recorded("router.interface.create"))

    assert not effect.says
    assert f"port/{recorded('router.interface.create').payload['router_interface']['port_id']}" in asked(effect)
    assert {f"router/{R_ALPHA}", f"agents_of_router/{R_ALPHA}"} <= asked(effect)


def test_a_floating_ip_tells_where_it_leads() -> None:
    effect = effect_of(recorded("floatingip.update.end"))

    told = the_record(effect)
    assert (told["ip_address"], told["port_id"]) == ("172.24.4.151", "efb47e32-86dd-4c1c-9369-234c08ecfa19")
    assert f"agents_of_router/{told['router_id']}" in asked(effect)


def test_a_rule_asks_for_its_group_and_a_group_is_told_with_its_rules() -> None:
    group = "d474b722-8b48-4cf2-91ce-701f947c6f2a"

    assert asked(effect_of(recorded("security_group_rule.create.end"))) == {f"security_group/{group}"}
    assert len(the_record(effect_of(recorded("security_group.create.end")))["rules"]) == 2


def test_a_trunk_asks_for_its_parent_and_its_subports() -> None:
    effect = effect_of(recorded("trunk.delete.end"))

    assert asked(effect) == {
        "ports_of_device/b4ca194b-8154-4b49-b271-ae8225f607f4",
        "port/efb47e32-86dd-4c1c-9369-234c08ecfa19",
        "port/fbeae641-250b-49e5-829d-aaae8d351fd0",
    }


def test_what_is_deleted_is_gone() -> None:
    deleted = {
        "port.delete.end": Gone("port", "fbeae641-250b-49e5-829d-aaae8d351fd0"),
        "network.delete.end": Gone("network", "384c0c58-5de9-4be0-a88f-6b293c313087"),
        "subnet.delete.end": Gone("subnet", "7d91be76-701d-40d8-b3d3-d0c672bdc9b3"),
        "router.delete.end": Gone("router", "c0549674-51e1-4a5a-b6b4-855ab2bd8c85"),
        "floatingip.delete.end": Gone("floating_ip", "58d026ba-d7da-44d6-a13a-6b6b351757e8"),
        "security_group.delete.end": Gone("security_group", "1e832724-15b2-4ef1-93f2-c0bc11e074fd"),
        "compute.instance.delete.end": Gone("instance", "1d32639d-fd4a-41dc-bf54-024268395b9a"),
        "instance.delete.end": Gone("instance", "1d32639d-fd4a-41dc-bf54-024268395b9a"),
    }

    assert {name: effect_of(recorded(name)).gone for name in deleted} == {name: (g,) for name, g in deleted.items()}
    assert "host/cmp1" in asked(effect_of(recorded("compute.instance.delete.end")))


def test_a_delete_that_tells_an_id_only_is_enough() -> None:
    assert effect_of(made("port.delete.end", {"port_id": "p1"})).gone == (Gone("port", "p1"),)
    assert effect_of(made("router.delete.end", {"router_id": "r1"})).gone == (Gone("router", "r1"),)


def test_both_forms_of_nova_tell_the_same_instance() -> None:
    name = "instance.live_migration_post_dest.end"
    versioned = effect_of(recorded(name))
    unversioned = effect_of(recorded("compute.instance.live_migration.post.dest.end"))

    one, other = the_record(versioned), the_record(unversioned)
    said_by_both = [key for key in other.properties if key not in unversioned.says[0].unsaid]
    assert {key: one.get(key) for key in said_by_both} == {key: other.get(key) for key in said_by_both}
    assert (one.host, one.parent, one.name) == (other.host, other.parent, other.name)
    assert one["power_state"] == "running"
    assert "host/cmp2" in asked(versioned)
    assert versioned.says[0].unsaid < unversioned.says[0].unsaid


def test_an_instance_without_a_host_is_in_its_project() -> None:
    instance = the_record(effect_of(recorded("compute.instance.update")))

    assert (instance.host, instance.parent.type, instance["source_status"]) == (None, "project", "BUILD")
    assert instance["task_state"] == "scheduling"


def test_an_instance_that_says_it_is_deleted_is_gone() -> None:
    update = recorded("compute.instance.update")

    effect = effect_of(made("compute.instance.update", {**update.payload, "state": "deleted"}))

    assert (effect.says, effect.gone) == ((), (Gone("instance", WEB1),))


def test_down_and_up_show_in_the_state() -> None:
    states = {
        name: the_record(effect_of(recorded(name)))["source_status"]
        for name in (
            "compute.instance.suspend.end",
            "compute.instance.resume.end",
            "compute.instance.pause.end",
            "compute.instance.power_off.end",
            "compute.instance.power_on.end",
        )
    }

    assert states == {
        "compute.instance.suspend.end": "SUSPENDED",
        "compute.instance.resume.end": "ACTIVE",
        "compute.instance.pause.end": "PAUSED",
        "compute.instance.power_off.end": "SHUTOFF",
        "compute.instance.power_on.end": "ACTIVE",
    }
    assert the_record(effect_of(recorded("compute.instance.power_off.start")))["task_state"] == "powering-off"


def test_members_of_a_group_of_servers_are_read_again() -> None:
    both = {"instance_uuids": ["i1", "i2"], "server_group_id": "g"}, {"uuid": "g", "members": ["i1", "i2"]}

    assert [asked(effect_of(made("servergroup.addmember", payload))) for payload in both] == 2 * [
        {"instance/i1", "instance/i2"}
    ]


def test_an_aggregate_is_told_with_its_hosts_or_read_again() -> None:
    told = effect_of(recorded("aggregate.add_host.end"))

    assert (the_record(told).name, the_record(told)["hosts"]) == ("agg1", ["cmp1"])
    assert asked(effect_of(recorded("aggregate.addhost.end"))) == asked(told) == {"aggregates/", "hosts/"}
    assert effect_of(recorded("aggregate.delete.end", versioned=True)).gone
    assert not effect_of(recorded("aggregate.delete.end")).gone


def test_services_and_projects_are_read_again() -> None:
    update = recorded("service.update").payload
    assert asked(effect_of(recorded("service.update"))) == {"hosts/", "host/cmp3"}
    assert asked(effect_of(made("service.update", {**update, "forced_down": True}))) == {"hosts/"}
    assert asked(effect_of(made("service.update", {**update, "binary": "nova-scheduler"}))) == {"hosts/"}
    assert asked(effect_of(made("service.delete", update))) == {"hosts/"}
    assert asked(effect_of(recorded("identity.project.created"))) == {"projects/"}
    assert effect_of(recorded("identity.project.deleted")).gone[0].type == "project"


def test_of_two_notifications_the_source_says_which_is_newer() -> None:
    def version(event: Event) -> tuple[int, int]:
        return effect_of(event).says[0].version

    port = recorded("port.update.end").payload["port"]
    newer = made("port.update.end", {"port": port | {"revision_number": 9}}, NOW - timedelta(hours=1))
    older = made("port.update.end", {"port": port | {"revision_number": 8}}, NOW)
    assert version(newer) > version(older)

    server = recorded("instance.update").payload
    later = made("instance.update", {**server, "updated_at": "2026-11-21T08:59:00Z"}, NOW - timedelta(hours=1))
    earlier = made("instance.update", {**server, "updated_at": "2026-11-21T08:58:00Z"}, NOW)
    assert version(later) > version(earlier)


def test_what_an_agent_takes_over_has_its_ports_read_again() -> None:
    router = effect_of(made("l3_agent.router.add", {"agent": {"id": "a", "router_id": R_ALPHA}}))
    network = effect_of(made("dhcp_agent.network.add", {"agent": {"id": "a", "network_id": "n"}}))

    assert asked(router) == {"network_agents/", f"agents_of_router/{R_ALPHA}", f"ports_of_device/{R_ALPHA}"}
    assert asked(network) == {"network_agents/", "agents_of_network/n", "ports_of_network/n"}
