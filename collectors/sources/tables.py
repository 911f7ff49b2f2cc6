"""The tables and columns of the services' databases that may be read. Columns that hold secrets are not among them.

Several releases are meant at once: what one of them does not have is left out of its rows.
"""

from __future__ import annotations

from collections.abc import Mapping

Columns = frozenset[str]


def _of(names: str) -> Columns:
    return frozenset(names.split())


_NOVA = {
    # Not user_data, key_data: private.
    "instances": _of(
        "uuid id project_id user_id display_name display_description hostname host node availability_zone vm_state "
        "task_state power_state instance_type_id image_ref created_at launched_at terminated_at launched_on deleted "
        "hidden cell_name architecture os_type vm_mode root_gb ephemeral_gb memory_mb vcpus locked cleaned"
    ),
    "instance_info_caches": _of("instance_uuid network_info deleted"),
    "instance_extra": _of("instance_uuid flavor deleted"),
    "compute_nodes": _of(
        "id uuid host hypervisor_hostname hypervisor_type hypervisor_version host_ip service_id deleted mapped"
    ),
    "services": _of(
        "id uuid host binary topic disabled disabled_reason forced_down last_seen_up created_at version deleted"
    ),
    # Until Newton these were here.
    "aggregates": _of("id uuid name deleted"),
    "aggregate_hosts": _of("id host aggregate_id deleted"),
    "aggregate_metadata": _of("id aggregate_id key value deleted"),
    "instance_types": _of("id name flavorid deleted"),
}
_NOVA_API = {
    "aggregates": _of("id uuid name"),
    "aggregate_hosts": _of("id host aggregate_id"),
    "aggregate_metadata": _of("id aggregate_id key value"),
    "flavors": _of("id name flavorid"),
    # Not cell_mappings: its URLs hold passwords.
    "host_mappings": _of("id cell_id host"),
    "instance_mappings": _of("id instance_uuid cell_id project_id queued_for_delete"),
}
_KEYSTONE = {
    "project": _of("id name description enabled domain_id parent_id is_domain"),
    "region": _of("id description parent_region_id"),
    "service": _of("id type enabled extra"),
    "endpoint": _of("id interface service_id url enabled region_id"),
}
_NEUTRON = {
    "agents": _of(
        "id agent_type binary topic host admin_state_up heartbeat_timestamp created_at started_at description "
        "configurations availability_zone"
    ),
    "networks": _of(
        "id name project_id tenant_id status admin_state_up vlan_transparent standard_attr_id mtu "
        "availability_zone_hints shared"
    ),
    "networksegments": _of("id network_id network_type physical_network segmentation_id is_dynamic segment_index name"),
    "externalnetworks": _of("network_id is_default"),
    "networkrbacs": _of("id object_id project_id tenant_id target_project target_tenant action"),
    "networkdnsdomains": _of("network_id dns_domain"),
    "networksecuritybindings": _of("network_id port_security_enabled"),
    "networkdhcpagentbindings": _of("network_id dhcp_agent_id"),
    "subnets": _of(
        "id name project_id tenant_id network_id ip_version cidr gateway_ip enable_dhcp ipv6_ra_mode "
        "ipv6_address_mode subnetpool_id standard_attr_id segment_id"
    ),
    "ipallocationpools": _of("id subnet_id first_ip last_ip"),
    "dnsnameservers": _of("address subnet_id order"),
    "subnetroutes": _of("destination nexthop subnet_id"),
    "ports": _of(
        "id name project_id tenant_id network_id mac_address admin_state_up status device_id device_owner "
        "standard_attr_id ip_allocation"
    ),
    "ipallocations": _of("port_id ip_address subnet_id network_id"),
    "ml2_port_bindings": _of("port_id host vif_type vnic_type profile vif_details status"),
    "ml2_distributed_port_bindings": _of("port_id host router_id vif_type vif_details vnic_type profile status"),
    "ml2_port_binding_levels": _of("port_id host level driver segment_id"),
    "portsecuritybindings": _of("port_id port_security_enabled"),
    "portdnses": _of("port_id current_dns_name current_dns_domain dns_name dns_domain"),
    "allowedaddresspairs": _of("port_id mac_address ip_address"),
    "trunks": _of("id name project_id tenant_id port_id status admin_state_up standard_attr_id"),
    "subports": _of("port_id trunk_id segmentation_type segmentation_id"),
    "routers": _of(
        "id name project_id tenant_id status admin_state_up gw_port_id enable_snat standard_attr_id flavor_id"
    ),
    "router_extra_attributes": _of("router_id distributed service_router ha ha_vr_id availability_zone_hints"),
    "routerports": _of("router_id port_id port_type"),
    "routerroutes": _of("destination nexthop router_id"),
    "routerl3agentbindings": _of("router_id l3_agent_id binding_index"),
    "ha_router_agent_port_bindings": _of("port_id router_id l3_agent_id state"),
    "floatingips": _of(
        "id project_id tenant_id floating_ip_address floating_network_id floating_port_id fixed_port_id "
        "fixed_ip_address router_id last_known_router_id status standard_attr_id"
    ),
    "portforwardings": _of(
        "id floatingip_id internal_neutron_port_id protocol internal_ip_address internal_port_start external_port_start"
    ),
    "securitygroups": _of("id name project_id tenant_id standard_attr_id stateful"),
    "securitygrouprules": _of(
        "id project_id tenant_id security_group_id remote_group_id direction ethertype protocol port_range_min "
        "port_range_max remote_ip_prefix standard_attr_id remote_address_group_id"
    ),
    "securitygroupportbindings": _of("port_id security_group_id"),
    "standardattributes": _of("id resource_type description revision_number created_at updated_at"),
    "tags": _of("standard_attr_id tag"),
    "ml2_vxlan_endpoints": _of("ip_address udp_port host"),
    "ml2_gre_endpoints": _of("ip_address host"),
    "ml2_geneve_endpoints": _of("ip_address host"),
}

TABLES: Mapping[str, Mapping[str, Columns]] = {
    "nova": _NOVA,
    "nova_api": _NOVA_API,
    "keystone": _KEYSTONE,
    "neutron": _NEUTRON,
}
