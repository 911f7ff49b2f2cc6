"""The options of a scan on the command line: the same for one scan and for a schedule."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

Level = Literal["critical", "error", "warning", "info", "debug", "notset"]

InventoryOnly = Annotated[bool, typer.Option("--inventory-only", help="Objects, no links.")]
LinksOnly = Annotated[bool, typer.Option("--links-only", help="Find links in the inventory that is there.")]
CliquesOnly = Annotated[bool, typer.Option("--cliques-only", help="Compute every clique once and count.")]
Clear = Annotated[
    bool, typer.Option("--clear", help="Remove what this scan does not confirm, after the new data is in.")
]
ObjectId = Annotated[
    str | None, typer.Option("--object", metavar="[TYPE:]ID", help="Only this object and what belongs to it.")
]
AcceptRemovals = Annotated[
    bool, typer.Option("--accept-removals", help="Remove also what is held back for being much at once.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print what would change; write nothing.")]
Into = Annotated[str | None, typer.Option("--into", metavar="NAME", help="Write to an environment of this name.")]
LogLevel = Annotated[Level, typer.Option("--log-level", help="How much to say while scanning.")]
IfBusy = Annotated[
    Literal["wait", "refuse"],
    typer.Option("--if-busy", help="Where another scan of the environment runs: wait for its end, or refuse."),
]
