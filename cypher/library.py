"""Finds, checks and fills the named statements."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast

from graph_schema.model import COMMON_PROPERTIES
from graph_schema.registry import CONTAINS, LINKS, OBJECT_TYPES

_HEADER = re.compile(r"^// (name|purpose|mode|plan|parameters|template): *(.*)$", re.MULTILINE)
# `<<label>>` takes one name. Several names go into `<<o.searched>>`, which becomes `o.name, o.host`, and into
# `<<properties: row[1]>>`, which becomes `name: row[1][0], host: row[1][1]`.
_BLANK = re.compile(r"<<(?:(\w+)\.)?(\w+)(?:: ([\w\[\].]+))?>>")
# Else the database plans a statement again when the graph has grown, which costs more than many a statement itself.
_KEEP_PLAN = "CYPHER replan=skip\n"
# What steps of a compiled statement collect has their number in its name.
_NUMBERED = re.compile(r"(nodes|links)_\d+")
_FOLDERS = ("store", "events", "inventory", "cliques", "administration", "migrations", "paths", "impact", "browser")


class StatementError(ValueError):
    """A statement file that breaks the rules, an unknown name, or a blank filled with what is not declared."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One named Cypher statement. `template` names its blanks; `fill` makes a statement without blanks of it."""

    name: str
    purpose: str
    mode: Literal["read", "write"]
    parameters: tuple[str, ...]
    text: str
    template: tuple[str, ...] = ()

    def fill(self, **blanks: str | tuple[str, ...]) -> Statement:
        """The statement with its blanks filled by declared labels, relationship types, property names, or `nodes_1`."""
        return _fill(self, tuple(sorted(blanks.items())))


@cache
def _fill(template: Statement, blanks: tuple[tuple[str, str | tuple[str, ...]], ...]) -> Statement:
    values = {blank: (value,) if isinstance(value, str) else value for blank, value in blanks}
    if set(values) != set(template.template):
        raise StatementError(f"statement {template.name}: blanks are {template.template}, given {tuple(values)}")
    for name in (name for names in values.values() for name in names):
        if name not in _declared_names() and not _NUMBERED.fullmatch(name):
            raise StatementError(f"statement {template.name}: {name!r} is not declared in the schema")

    def filled(blank: re.Match[str]) -> str:
        prefix = f"{blank[1]}." if blank[1] else ""
        numbered = enumerate(values[blank[2]])
        return ", ".join(prefix + name + (f": {blank[3]}[{number}]" if blank[3] else "") for number, name in numbered)

    return Statement(
        template.name, template.purpose, template.mode, template.parameters, _BLANK.sub(filled, template.text)
    )


@cache
def _declared_names() -> frozenset[str]:
    labels = {t.label for t in OBJECT_TYPES.values()} | {"Object", "Environment"}
    relationships = {t.relationship for t in LINKS.values()} | {CONTAINS}
    properties = {p.name for t in OBJECT_TYPES.values() for p in t.properties}
    groups = {f"{group}_{suffix}" for t in OBJECT_TYPES.values() for group in t.groups for suffix in ("hash", "scope")}
    return frozenset(labels | relationships | properties | groups | COMMON_PROPERTIES.keys())


def statement(name: str) -> Statement:
    """The statement of that name. Raises StatementError when there is none."""
    try:
        return statements()[name]
    except KeyError:
        raise StatementError(f"no Cypher statement is named {name!r}") from None


@cache
def statements() -> Mapping[str, Statement]:
    """All named statements."""
    found: dict[str, Statement] = {}
    for folder in _FOLDERS:
        place = files("cypher") / folder
        if not place.is_dir():
            continue
        for file in sorted(place.iterdir(), key=lambda f: f.name):
            if file.name.endswith(".cypher"):
                parsed = _parse(file.name.removesuffix(".cypher"), file.read_text(encoding="utf-8"))
                if parsed.name in found:
                    raise StatementError(f"statement {parsed.name} is there twice")
                found[parsed.name] = parsed
    return found


def _parse(file_name: str, text: str) -> Statement:
    header = dict(_HEADER.findall(text))
    name, mode = header.get("name", ""), header.get("mode", "")
    if name != file_name or mode not in ("read", "write") or not header.get("purpose"):
        raise StatementError(f"{file_name}.cypher: the header must give its name, purpose and mode (read or write)")
    blanks = _words(header.get("template", ""))
    if {blank[1] for blank in _BLANK.findall(text)} != set(blanks):
        raise StatementError(f"{file_name}.cypher: the header's template does not name the blanks of the text")
    body = "\n".join(line for line in text.splitlines() if not _HEADER.match(line)).strip()
    if header.get("plan"):
        if header["plan"] != "kept":
            raise StatementError(f"{file_name}.cypher: a plan is kept, or nothing is said of it")
        body = _KEEP_PLAN + body
    return Statement(
        name,
        header["purpose"],
        cast("Literal['read', 'write']", mode),
        _words(header.get("parameters", "")),
        body,
        blanks,
    )


def _words(listed: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in listed.split(",") if word.strip())
