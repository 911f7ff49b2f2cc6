// name: schema_index
// purpose: an index of one property within the environment
// mode: write
// parameters: name
// template: label, property
CREATE INDEX $name IF NOT EXISTS FOR (o:<<label>>) ON (o.environment, o.<<property>>)
