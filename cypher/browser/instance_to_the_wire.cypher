// 3  An instance, down to the wire
// name: instance_to_the_wire
// purpose: from an instance (its id or name) to the NICs and networks that its packets use, on its own networks only
// mode: read
// parameters: environment, instance
MATCH (i:Object {environment: $environment})
WHERE i:Instance AND (i.id = $instance OR i.name = $instance)
MATCH down = (i)-[:INSTANCE_VNIC]->(:Vnic)
  ((:Object)-[links:VNIC_VCONNECTOR|VNIC_VEDGE|VCONNECTOR_VEDGE|VEDGE_OTEP|OTEP_VCONNECTOR|OTEP_HOST_PNIC|
                    VCONNECTOR_HOST_PNIC|VEDGE_HOST_PNIC|HOST_PNIC_NETWORK]->(:Object)){1,7} (end)
WHERE (end:Network OR end:HostPnic)
  AND all(link IN links WHERE i.networks IS NULL OR link.networks IS NULL
                              OR any(network IN link.networks WHERE network IN i.networks))
OPTIONAL MATCH address = (i)-[:INSTANCE_VNIC]->(:Vnic)<-[:PORT_VNIC]-(:Port)<-[:FLOATING_IP_PORT]-(:FloatingIp)
RETURN down, address
LIMIT 500
