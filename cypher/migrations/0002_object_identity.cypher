// name: 0002_object_identity
// purpose: an object's id is unique in its environment; nothing is written without this
// mode: write
// parameters: name
CREATE CONSTRAINT $name IF NOT EXISTS FOR (o:Object) REQUIRE (o.environment, o.id) IS UNIQUE
