// 0  Set the parameters: change the names, then run this once
// name: parameters
// purpose: the values that the other saved queries ask for; `demo` and its objects are those of `calipso demo`
// mode: read
// parameters:
:params {environment: "demo", instance: "web1", host: "cmp1", network: "web", text: "10.1.1.11", hours: 24}
