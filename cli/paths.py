"""`calipso path`, `impact` and `reachable`: how packets get there, and what hangs on what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

import typer

from cli.drawing import show, visible
from cli.freshness_drawing import draw_freshness
from cli.impact_drawing import draw_impact
from cli.path_drawing import draw_paths, draw_verdict
from cli.reachable_drawing import draw_reachable
from cli.session import USAGE, WITH_ERRORS, print_json, say, session
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
    exists: Annotated[
        bool, typer.Option("--exists", help="Only yes or no: exit code 0 there is a path, 1 there is none, 2 an error.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing; the exit code tells.")] = False,
    format: Format = "text",
) -> None:
    """Show how packets get from one object to another, hop by hop, and what would stop them."""
    with _told_from_no(exists), session() as opened:
        limits = Limits(max_depth, max_paths, timeout)
        answer = find_paths(opened.graph, environment, origin, goal, limits=limits, asked=asked_for(proto, port))
    good = answer.reachable and (answer.is_open or not only_open)
    if not quiet and format == "json":
        print_json(answer.as_verdict() if exists else answer.as_json())
    elif not quiet:
        show([draw_verdict(answer, good=good)] if exists else draw_paths(answer))
        show([] if exists else draw_freshness(answer.freshness))
    if not good:
        raise typer.Exit(WITH_ERRORS)


@contextmanager
def _told_from_no(exists: bool) -> Iterator[None]:
    """For a script that asks for yes or no, an object that is not there is an error like others, and no answer."""
    try:
        yield
    except typer.Exit as ended:
        raise (typer.Exit(USAGE) if exists and ended.exit_code else ended) from None


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
        show(draw_freshness(found.freshness))
    if not found.affected:
        raise typer.Exit(WITH_ERRORS)


def reachable(
    environment: Environment,
    origin: Annotated[str, typer.Argument(metavar="FROM", help="Id, name, address or MAC address of where to begin.")],
    kinds: Annotated[
        list[str] | None,
        typer.Option("--type", help="Type of objects to tell, may be repeated; instances if not given."),
    ] = None,
    link_types: Annotated[
        list[str] | None,
        typer.Option("--link-type", help="Follow these links as they are, instead of packets' ways; may be repeated."),
    ] = None,
    max_depth: Annotated[int, typer.Option("--max-depth", help=f"Links from FROM, {DEPTH_CAP} at most.")] = DEPTH,
    most: Annotated[int, typer.Option("--most", help=f"Objects to tell, {REACHED_CAP} at most.")] = REACHED,
    timeout: Timeout = None,
    format: Format = "text",
) -> None:
    """Show all objects of some types that packets, or links, lead to from an object; the nearest first."""
    wanted = kinds or ["instance"]
    with session() as opened:
        limits = ReachableLimits(max_depth, most, timeout)
        found = find_reachable(
            opened.graph, environment, origin, kinds=wanted, link_types=link_types or (), limits=limits
        )
    if format == "json":
        print_json(found.as_json())
    else:
        show(draw_reachable(found))
        show(draw_freshness(found.freshness))
    if found.truncated:
        say("calipso: there is more: --max-depth and --most ask for more")
    if not found.items:
        say(f"calipso: no {' or '.join(wanted)} is reached from {visible(origin)} within {max_depth} links")
        raise typer.Exit(WITH_ERRORS)
