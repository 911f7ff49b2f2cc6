"""Every Cypher statement of the product, as named files, and the loader that finds them.

A file is `<folder>/<name>.cypher`; its header says `name`, `purpose`, `mode` (read or write), `parameters`, and
`template` where labels, relationship types or properties are filled in: `<<label>>` (`<<o.names>>` for several), always
with names from the declared schema, never a user's.
"""

from cypher.library import Statement, StatementError, statement, statements

__all__ = ["Statement", "StatementError", "statement", "statements"]
