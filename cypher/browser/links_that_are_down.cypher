// 11  Links that are down
// name: links_that_are_down
// purpose: links whose state is down, as a picture
// mode: read
// parameters: environment
MATCH (o:Object {environment: $environment})
USING INDEX o:Object(environment, type)
WHERE o.type IS NOT NULL
MATCH down = (o)-[link {state: 'down'}]->(:Object)
RETURN down
LIMIT 500
