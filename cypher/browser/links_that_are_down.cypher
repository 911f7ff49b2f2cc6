// 11  Links that are down
// name: links_that_are_down
// purpose: links whose state is down, as a picture
// mode: read
// parameters: environment
MATCH (o:Object {environment: $environment})
WHERE o.type IS NOT NULL
MATCH down = (o)-[link {state: 'down'}]->(:Object)
RETURN down
LIMIT 500
