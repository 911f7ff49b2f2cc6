"""Objects of the cloud as a whole: regions, projects, zones, aggregates, hosts and instances."""

from graph_schema.model import ObjectType, Owner, Property

REGION = ObjectType(
    name="region",
    label="Region",
    plural="Regions",
    icon="globe",
    parents=("environment",),
    owner=Owner("keystone", "environment"),
    id="region:{name}",
    properties=(Property("endpoints", "nested", "Service type → the URLs that the catalog lists."),),
    source="service catalog of the token (keystone)",
)

PROJECT = ObjectType(
    name="project",
    label="Project",
    plural="Projects",
    icon="folder",
    parents=("environment",),
    owner=Owner("keystone", "environment"),
    id="{id}",
    properties=(
        Property("description", "string", "What its owner wrote.", search=True),
        Property("domain_id", "string", "Keystone domain."),
        Property("enabled", "boolean", "Whether it may be used."),
    ),
    source="GET keystone /v3/projects; keystone.project",
)

AVAILABILITY_ZONE = ObjectType(
    name="availability_zone",
    label="AvailabilityZone",
    plural="Availability zones",
    icon="zone",
    parents=("region",),
    owner=Owner("nova", "region"),
    id="zone:{region}:{name}",
    properties=(Property("available", "boolean", "Whether nova schedules to it."),),
    source="GET nova /os-availability-zone/detail; nova.services, nova_api.aggregate_metadata",
)

AGGREGATE = ObjectType(
    name="aggregate",
    label="Aggregate",
    plural="Host aggregates",
    icon="layers",
    parents=("region",),
    owner=Owner("nova", "region"),
    id="{id}",
    properties=(
        Property("zone", "string", "Availability zone that it makes, if any."),
        Property("hosts", "strings", "Ids of its hosts."),
        Property("metadata", "nested", "Key → value."),
    ),
    source="GET nova /os-aggregates (its uuid); nova_api.aggregates, aggregate_hosts, aggregate_metadata",
)

HOST = ObjectType(
    name="host",
    label="Host",
    plural="Hosts",
    icon="server",
    parents=("availability_zone", "region"),
    owner=Owner("openstack", "region"),
    id="{id}",
    properties=(
        Property("host_type", "strings", "Controller, Compute, Network: what runs on it."),
        Property("zone", "string", "Nova's availability zone; absent where nova does not know the host."),
        Property(
            "ip_address", "string", "Address for management, as nova knows it (host_ip).", index=True, search=True
        ),
        Property("aliases", "strings", "Other names of it: FQDN, hypervisor host name.", search=True),
        Property("services", "strings", "Nova and neutron services that run on it, by binary."),
        Property("hypervisor_type", "string", "QEMU, KVM, fake…; absent where it is no compute host."),
        Property("source_status", "string", "up, down: state of its compute service."),
        Property("os_name", "string", "Name and version of the operating system.", group="ssh"),
        Property("kernel", "string", "Kernel release.", group="ssh"),
        Property("architecture", "string", "Machine type, x86_64.", group="ssh"),
    ),
    groups={"ssh": Owner("ssh", "host")},
    source="GET nova /os-services, /os-hypervisors/detail; GET neutron /v2.0/agents; uname, /etc/os-release",
)

INSTANCE = ObjectType(
    name="instance",
    label="Instance",
    plural="Instances",
    icon="instance",
    parents=("host", "project"),
    owner=Owner("nova", "region"),
    id="{id}",
    properties=(
        Property("project_id", "string", "Project that owns it.", index=True),
        Property("local_name", "string", "Name of the libvirt domain, instance-0000002a.", search=True),
        Property("source_status", "string", "Nova's status: ACTIVE, SHUTOFF, PAUSED, SHELVED_OFFLOADED…", index=True),
        Property("power_state", "string", "nostate, running, paused, shutdown, crashed, suspended."),
        Property("task_state", "string", "What nova is doing with it, if anything."),
        Property("zone", "string", "Availability zone."),
        Property("flavor", "string", "Name of its flavor."),
        Property("description", "string", "What its owner wrote.", search=True),
        Property("created_at", "string", "When it was created (ISO 8601, UTC)."),
        # Neutron is asked for these: nova's own copy lags behind, and lacks ports that have no address.
        Property("addresses", "strings", "Its fixed and floating addresses.", search=True, group="neutron"),
        Property("mac_addresses", "strings", "Its ports' MAC addresses.", search=True, group="neutron"),
        Property("networks", "strings", "Ids of the networks that it has a port (or subport) on.", group="neutron"),
    ),
    groups={"neutron": Owner("neutron", "region")},
    source="GET nova /servers/detail?all_tenants=1; GET neutron /v2.0/ports, /v2.0/floatingips; nova.instances",
)
