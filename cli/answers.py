"""`calipso clique`, `tree`, `search` and `schema`: questions to the graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import typer

from cli.clique_drawing import SHOWN, draw
from cli.describing import describe
from cli.drawing import Part, Twig, lines, show, visible
from cli.freshness_drawing import draw_freshness
from cli.session import WITH_ERRORS, print_json, say, session
from graph_schema.commands import sudoers as sudoers_lines
from topology.cliques import Clique
from topology.cliques import clique as ask_clique
from topology.inventory import require_environment
from topology.schema_view import schema_view
from topology.search import LIMIT, LIMIT_CAP, resolve
from topology.search import search as ask_search
from topology.tree import Branch, Tree
from topology.tree import tree as ask_tree

Environment = Annotated[str, typer.Argument(metavar="ENV", help="Name of the environment.")]
Format = Annotated[Literal["text", "json"], typer.Option("--format", help="How to print the answer.")]


def clique(
    environment: Environment,
    id: Annotated[str, typer.Argument(help="Id of the object, or a name, address or MAC address that only it has.")],
    format: Format = "text",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Lines drawn below one line.")] = SHOWN,
) -> None:
    """Show what an object is connected to, all the way down."""
    with session() as opened:
        found = ask_clique(opened.graph, environment, resolve(opened.graph, environment, id))
    if format == "json":
        print_json(found.as_json())
    else:
        print_clique(found, limit)


def print_clique(found: Clique, limit: int = SHOWN) -> None:
    """Draw a clique, and say how fresh it is."""
    show(lines(draw(found, limit)))
    if len(found.nodes) == 1:
        show([[(f"Nothing is linked to it now; looked for: {', '.join(found.clique_type.link_types)}", "quiet")]])
    if found.truncated:
        show([[("There is more than one answer may hold: this is a part.", "bad")]])
    for note in found.notes:
        say(f"calipso: {note}")
    show(draw_freshness(found.freshness))


def tree(
    environment: Environment,
    from_id: Annotated[str | None, typer.Option("--from", help="Begin at the object of this id or name.")] = None,
    depth: Annotated[int, typer.Option("--depth", min=1, max=8, help="Levels of objects.")] = 3,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Objects of a type below one.")] = 50,
    format: Format = "text",
) -> None:
    """Show what contains what, grouped by type."""
    with session() as opened:
        root = resolve(opened.graph, environment, from_id) if from_id is not None else None
        found = ask_tree(opened.graph, environment, root=root, depth=depth, limit=limit)
    if format == "json":
        print_json(found.as_json())
    else:
        show(lines(_tree(found)))
        show(draw_freshness(found.freshness))


def search(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="TEXT...",
            help="Names, addresses, ranges (10.1.0.0/24), MAC addresses, ids; filters as type:instance status:error.",
        ),
    ],
    env: Annotated[str | None, typer.Option("--env", help="Only in this environment.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=LIMIT_CAP, help="How many at most.")] = LIMIT,
    cursor: Annotated[str | None, typer.Option("--next", help="Go on where an answer said `next`.")] = None,
    format: Format = "text",
) -> None:
    """Find objects by name, address, MAC address, id, annotation or what they say; the best first."""
    text = " ".join(words)
    with session() as opened:
        if env is not None:
            require_environment(opened.graph, env)
        found = ask_search(opened.graph, text, environment=env, limit=limit, cursor=cursor)
    if format == "json":
        print_json(found.as_json())
    else:
        for item in found.items:
            show([_hit(item)])
        if found.next:
            say(f"there is more: add --next {found.next}")
    if not found.items:
        say(f"calipso: nothing is found for {visible(text)!r}")
        raise typer.Exit(WITH_ERRORS)


def _hit(item: Mapping[str, Any]) -> list[Part]:
    on = [(f"  on {visible(item['host'])}", "place")] if item.get("host") else []
    where = f"  {visible(item['environment'])}  {visible(item['id'])}"
    return [*describe(item), *on, (where, "quiet")]


def schema(
    format: Format = "text",
    sudoers: Annotated[
        str | None,
        typer.Option("--sudoers", metavar="USER", help="Print the sudoers lines that USER needs, and end."),
    ] = None,
) -> None:
    """Show the types of objects and links, and the clique types, users' own included."""
    if sudoers is not None:
        print(sudoers_lines(sudoers), end="")
        return
    with session() as opened:
        found = schema_view(opened.graph)
    if format == "json":
        print_json(found)
        return
    for kind in found["object_types"]:
        show([[(kind["type"], "name"), (f"  :{kind['label']}  in {' or '.join(kind['parents'])}", "fact")]])
    for link in found["link_types"]:
        arrow = f"  (:{link['source']})-[:{link['relationship']}]->(:{link['target']})  {link['description']}"
        show([[(link["type"], "name"), (arrow, "fact")]])
    for kind in found["clique_types"]:
        show([[(f"clique of {kind['focal_point_type']}", "name"), (f"  {kind['name']}: ", "type")]])
        show([[("  " + ", ".join(kind["link_types"]), "fact")]])


def _tree(found: Tree) -> Twig:
    top = describe(found.root.node) if found.root.node is not None else [(found.environment, "name")]
    return Twig(top, list(_groups(found.root)))


def _groups(branch: Branch) -> Iterator[Twig]:
    for group in branch.groups:
        items = [Twig(describe(item.node or {}), list(_groups(item))) for item in group.items]
        more = group.count - len(group.items)
        if more and items:
            items.append(Twig([(f"… and {more} more", "quiet")]))
        yield Twig([(group.label, "type"), (f" ({group.count})", "quiet")], items)
