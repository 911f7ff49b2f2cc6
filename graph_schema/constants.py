"""The lists of words that people choose from, under the ancestor's names."""

from __future__ import annotations

from collections.abc import Mapping

from graph_schema.clique_types.model import link_type_names
from graph_schema.registry import OBJECT_TYPES

CONSTANTS: Mapping[str, tuple[str, ...]] = {
    "distributions": (
        "Apex", "Canonical", "Debian", "Devstack", "Mercury", "Mirantis", "Packstack", "RDO", "Stratoscale",
    ),
    "distribution_versions": (
        "6.0", "7.0", "8.0", "9.0", "9.1", "10.0", "Icehouse", "Juno", "Kilo", "Liberty", "Mitaka", "Newton", "Ocata",
        "zed", "7.0.0-0.10.dev1682", "2.1.6", "Euphrates", "10239", "10307", "10918", "11190",
    ),
    "mechanism_drivers": ("OVS", "LXB", "OVN", "SRIOV", "VPP", "Arista", "Nexus"),
    "type_drivers": ("local", "flat", "vlan", "vxlan", "gre", "geneve"),
    "environment_types": ("OpenStack", "Kubernetes", "VMware", "Bare-metal"),
    "env_types": ("development", "testing", "staging", "production"),
    "environment_operational_status": ("stopped", "running", "error"),
    "environment_provision_types": ("None", "Deploy", "Files", "DB"),
    "environment_monitoring_types": ("Sensu",),
    "scans_statuses": ("draft", "pending", "running", "completed", "completed_with_errors", "failed", "aborted"),
    "link_states": ("up", "down"),
    "log_levels": ("critical", "error", "warning", "info", "debug", "notset"),
    "messages_severity": ("panic", "alert", "crit", "error", "warn", "notice", "info", "debug"),
    "message_source_systems": ("OpenStack", "Calipso", "Sensu"),
    "monitoring_sides": ("client", "server"),
    "configuration_targets": ("OpenStack", "mysql", "CLI", "AMQP", "ACI", "Monitoring"),
    "constraints": ("network",),
    "network_agent_types": (
        "vedge", "vconnector", "router", "dhcp", "metadata", "load_balancer", "firewall", "vpn", "orchestrator",
    ),
    "object_types": tuple(OBJECT_TYPES),
    "object_types_for_links": tuple(OBJECT_TYPES),
    "link_types": link_type_names(),
}  # fmt: skip
