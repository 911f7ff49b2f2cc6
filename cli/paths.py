"""`calipso path`, `impact` and `reachable`: how packets get there, and what hangs on what."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from cli.describing import describe
from cli.drawing import show, visible
from cli.impact_drawing import draw_impact
from cli.path_drawing import draw_paths
from cli.session import WITH_ERRORS, print_json, say, session
from topology.impact import ImpactLimits, find_impact, markdown
from topology.impact.find import MOST, MOST_CAP
from topology.paths import Limits, ReachableLimits, asked_for, find_paths, find_reachable
from topology.paths.limits import DEPTH, DEPTH_CAP, PATHS, PATHS_CAP
from topology.paths.reachable import MOST as REACHED
from topology.paths.reachable import MOST_CAP as REACHED_CAP

Environment = Annotated[str, typer.Argument(metavar="ENV", help="Name of the environment.")]
Format = Annotated[Literal["text", "json"], typer.Option("--format", help="How to print the answer.")]
Timeout = Annotated[float | None, typer.Option("--timeout", help="Seconds that the question may take.")]


def path(
    environment: Environment,
    origin: Annotated[str, typer.Argument(metavar="FROM", help="Id, name, address or MAC address of where to begin.")],
    goal: Annotated[str, typer.Argument(metavar="TO", help="The same of where to end; an address outside is one too.")],
    proto: Annotated[str | None, typer.Option("--proto", help="Only this protocol: icmp, tcp, udp…")] = None,
    port: Annotated[int | None, typer.Option("--port", help="Only this port of the protocol.")] = None,
    max_depth: Annotated[int, typer.Option("--max-depth", help=f"Links of a path, {DEPTH_CAP} at most.")] = DEPTH,
    max_paths: Annotated[int, typer.Option("--max-paths", help=f"Paths to tell, {PATHS_CAP} at most.")] = PATHS,
    timeout: Timeout = None,
    only_open: Annotated[bool, typer.Option("--open", help="Exit code 1 also where every path is blocked.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing; the exit code tells.")] = False,
    format: Format = "text",
) -> None:
    """Show how packets get from one object to another, hop by hop, and what would stop them."""
    with session() as opened:
        limits = Limits(max_depth, max_paths, timeout)
        answer = find_paths(opened.graph, environment, origin, goal, limits=limits, asked=asked_for(proto, port))
    if not quiet and format == "json":
        print_json(answer.as_json())
    elif not quiet:
        show(draw_paths(answer))
    if not answer.reachable or (only_open and not answer.is_open):
        raise typer.Exit(WITH_ERRORS)


def impact(
    environment: Environment,
    ids: Annotated[
        list[str], typer.Argument(metavar="ID...", help="What fails, all at once: ids, names or addresses.")
    ],
    most: Annotated[int, typer.Option("--most", help=f"Objects of one kind that are read, {MOST_CAP} at most.")] = MOST,
    timeout: Timeout = None,
    format: Annotated[
        Literal["text", "json", "markdown"], typer.Option("--format", help="How to print the answer.")
    ] = "text",
) -> None:
    """Show what is cut off, degraded or without redundancy when objects fail; nothing is changed."""
    with session() as opened:
        found = find_impact(opened.graph, environment, *ids, limits=ImpactLimits(most, timeout))
    if format == "json":
        print_json(found.as_json())
    elif format == "markdown":
        print("\n".join(markdown(found)))
    else:
        show(draw_impact(found))
    if not found.affected:
        raise typer.Exit(WITH_ERRORS)


def reachable(
    environment: Environment,
    origin: Annotated[str, typer.Argument(metavar="ID", help="Id, name, address or MAC address of where to begin.")],
    kinds: Annotated[list[str], typer.Option("--kind", help="Type of objects to find; several times for several.")],
    link_types: Annotated[
        list[str] | None, typer.Option("--link-type", help="Follow these links as they are, instead of packets' ways.")
    ] = None,
    max_depth: Annotated[int, typer.Option("--max-depth", help=f"Links from the origin, {DEPTH_CAP} at most.")] = DEPTH,
    most: Annotated[int, typer.Option("--most", help=f"Objects to tell, {REACHED_CAP} at most.")] = REACHED,
    timeout: Timeout = None,
    format: Format = "text",
) -> None:
    """Show all objects of some types that packets, or links, lead to from an object; the nearest first."""
    with session() as opened:
        limits = ReachableLimits(max_depth, most, timeout)
        found = find_reachable(
            opened.graph, environment, origin, kinds=kinds, link_types=link_types or (), limits=limits
        )
    if format == "json":
        print_json(found.as_json())
    else:
        for node, distance in found.items:
            show([[(f"{distance:>3}  ", "quiet"), *describe(node), (f"  {visible(node['id'])}", "quiet")]])
        if found.truncated:
            say("calipso: there is more: --max-depth and --most ask for more")
    if not found.items:
        raise typer.Exit(WITH_ERRORS)
