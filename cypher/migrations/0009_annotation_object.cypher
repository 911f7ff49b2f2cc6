// name: 0009_annotation_object
// purpose: annotations of an object that is not there now are kept once
// mode: write
// parameters: name
CREATE CONSTRAINT $name IF NOT EXISTS FOR (a:Annotation) REQUIRE (a.environment, a.object_id) IS UNIQUE
