"""Physical switches and their ports."""

from graph_schema.model import ObjectType, Owner, Property

SWITCH = ObjectType(
    name="switch",
    label="Switch",
    plural="Switches",
    icon="switch",
    parents=("region",),
    owner=Owner("fabric", "environment"),
    id="switch:{name}",
    properties=(
        Property("ip_address", "string", "Address for management.", search=True),
        Property("role", "string", "leaf, spine."),
        Property("model", "string", "What the maker calls it."),
    ),
    source="fabric controller",
)

SWITCH_PNIC = ObjectType(
    name="switch_pnic",
    label="SwitchPnic",
    plural="Switch ports",
    icon="switch-port",
    parents=("switch",),
    owner=Owner("fabric", "environment"),
    id="{switch}:switch_pnic:{name}",
    properties=(
        Property("mac_address", "string", "Hardware address seen on it, lower case, colons.", index=True, search=True),
        Property("role", "string", "hostlink, uplink, downlink."),
        Property("connected_to", "string", "Id of the port at the other end."),
    ),
    source="fabric controller",
)
