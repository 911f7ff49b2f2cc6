// name: links_create
// purpose: write links between nodes
// mode: write
// plan: kept
// parameters: link_type, rows
// template: relationship
// A row is [node of the source, node of the target, name, state, weight, networks].
UNWIND $rows AS row
MATCH (source) WHERE id(source) = row[0]
MATCH (target) WHERE id(target) = row[1]
CREATE (source)-[:<<relationship>> {link_type: $link_type, name: row[2], state: row[3], weight: row[4],
                                    networks: row[5]}]->(target)
