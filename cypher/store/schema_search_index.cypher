// name: schema_search_index
// purpose: the full-text index over everything that is searched for
// mode: write
// parameters: name
// template: searched
CREATE FULLTEXT INDEX $name IF NOT EXISTS FOR (o:Object) ON EACH [<<o.searched>>]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'standard-no-stop-words', `fulltext.eventually_consistent`: true}}
