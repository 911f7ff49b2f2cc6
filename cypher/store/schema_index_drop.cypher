// name: schema_index_drop
// purpose: an index that the schema no longer asks for
// mode: write
// parameters: name
DROP INDEX $name IF EXISTS
