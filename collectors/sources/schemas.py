"""Which database holds a service, whatever the installer called it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from collectors.sources.protocols import NotOffered, Refused

Columns = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Schema → table → column → data type."""

# A table that only this service's databases have.
_SIGN = {"nova": "instances", "nova_api": "instance_mappings", "neutron": "networks", "keystone": "project"}


def schemas_of(service: str, columns: Columns, named: Mapping[str, Sequence[str]]) -> list[str]:
    """The databases of a service: those that the section names, else by the name; nova has one for each cell.

    [] when there is none. Raises NotOffered for a named one that is not there, Refused when it could be several.
    """
    if service in named:
        return _named(service, columns, named[service])
    sign = _SIGN[service]
    candidates = sorted(name for name, tables in columns.items() if _fits(service, name) and sign in tables)
    if service == "nova":
        return _cells(candidates)
    exact = [name for name in candidates if name == service]
    if exact or len(candidates) <= 1:
        return exact or candidates
    raise _ambiguous(service, candidates)


def _named(service: str, columns: Columns, names: Sequence[str]) -> list[str]:
    for name in names:
        if name not in columns:
            raise NotOffered(
                "mysql",
                f"the database {name}, given for {service}, is not there (or the user may not see it).",
                f"There are: {', '.join(sorted(columns)) or 'none'}.",
            )
    return list(names)


def _fits(service: str, name: str) -> bool:
    return service in name.lower() and not (service == "nova" and "nova_api" in name.lower())


def _cells(candidates: Sequence[str]) -> list[str]:
    """`nova` and its cells (instances that were never placed are in cell 0); else one database of any name."""
    cells = [name for name in candidates if name == "nova" or re.search(r"cell_?\d+$", name)]
    if cells or len(candidates) <= 1:
        return cells or list(candidates)
    raise _ambiguous("nova", candidates)


def _ambiguous(service: str, candidates: Sequence[str]) -> Refused:
    return Refused(
        "mysql",
        f"several databases could be {service}'s: {', '.join(candidates)}.",
        f"Say which in the mysql section: databases: {{{service}: NAME}}.",
    )
