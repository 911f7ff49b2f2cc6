// name: parents_leave
// purpose: take objects out of what contains them
// mode: write
// plan: kept
// parameters: environment, ids
UNWIND $ids AS id
MATCH (child:Object {environment: $environment, id: id})<-[link:CONTAINS]-()
USING INDEX SEEK child:Object(environment, id)
DELETE link
