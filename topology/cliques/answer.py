"""Cliques: what an object is connected to, computed from the graph when it is asked."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any

from cypher import Statement
from graph_schema.clique_types import CLIQUE_TYPES, CliqueType
from topology.cliques.choosing import Choice, NoCliqueType, choose_for, choose_with, users_types
from topology.cliques.compilation import compile_clique, compile_count
from topology.cliques.found import found_links, found_nodes
from topology.cliques.guessing import Guess, Guesses, types_like
from topology.errors import UnknownObject
from topology.freshness import HOST_SOURCES, SCOPE_PROPERTIES, Freshness, ScopeBook
from topology.graph import Graph
from topology.graph.rows import Row
from topology.paging import Page, checked_limit, page, position
from topology.search import suggestions
from topology.shapes import JsonObject, link_shape, node_shape, quoted
from topology.store.encoding import stored_id
from topology.store.scopes import scope_state_of

# Links that one step of the walk may take; beyond it the answer says that it is truncated.
STEP_LIMIT = 20_000
# Focal points of one statement, when all of a type are asked for: their whole cliques are in memory together.
BATCH = 25
# The same when cliques are only counted, and the most that a page may ask for.
_COUNT_BATCH = 200
# Batches that the server works on at the same time.
AT_ONCE = 4
_GUESSES = Guesses()
PAGE_CAP = 100


@dataclass(frozen=True, slots=True)
class Clique:
    """A focal point and what the walk of its clique type reached. Nodes and links as plain properties."""

    environment: str
    focal_point: str
    clique_type: CliqueType
    nodes: tuple[Mapping[str, Any], ...]
    links: tuple[Mapping[str, Any], ...]
    truncated: bool
    freshness: Freshness
    notes: tuple[str, ...] = ()

    @property
    def focal_node(self) -> Mapping[str, Any]:
        """The focal point's properties."""
        return next(node for node in self.nodes if node["id"] == self.focal_point)

    def as_json(self) -> JsonObject:
        """The stable shape of `clique --format json` and GET /cliques."""
        return {
            "environment": self.environment,
            "focal_point": node_shape(self.focal_node),
            "clique_type": self.clique_type.name,
            "link_types": list(self.clique_type.link_types),
            "nodes": [node_shape(node) for node in self.nodes],
            "links": [link_shape(link) for link in self.links],
            "truncated": self.truncated,
            "freshness": self.freshness.as_json(),
            "notes": list(self.notes),
        }


def clique(graph: Graph, environment: str, focal_id: str, *, limit: int = STEP_LIMIT) -> Clique:
    """The clique of one object. Raises UnknownEnvironment, UnknownObject with near matches, NoCliqueType, TimedOut."""
    focal = stored_id(focal_id)
    # Most answers take one statement: what it tells beside the answer shows whether the guess was right.
    guess = _GUESSES.get(graph, environment, focal)
    row = guess and _asked(graph, environment, focal, guess, limit)
    guessed = guess.choices.get(row["focal_point_type"]) if guess and row else None
    if row and guessed and guessed.is_right(environment, row):
        return _dated(graph, environment, guessed, row)
    try:
        choice, alike = choose_with(graph, environment, focal, types_like(focal))
    except UnknownObject as error:
        raise UnknownObject(f"{error}.{suggestions(graph, environment, focal_id)}") from None
    # To plan a walk for each type takes the server longer: whoever asks once waits for one.
    row = _asked(graph, environment, focal, Guess.of({choice.clique_type.focal_point_type: choice}), limit)
    if row is None:
        raise UnknownObject(f"{environment}: {quoted(focal)} was removed a moment ago. Ask again.")
    _GUESSES.keep(graph, environment, focal, Guess.of(alike))
    return _dated(graph, environment, choice, row)


def _asked(graph: Graph, environment: str, focal: str, guess: Guess, limit: int) -> Row | None:
    """What the statement of a guess tells; None where there is no such focal point of its types."""
    rows = graph.read(
        guess.statement,
        environment=environment,
        focal_points=[focal],
        limit=limit,
        scope_properties=SCOPE_PROPERTIES,
        host_sources=HOST_SOURCES,
    )
    return rows[0] if rows else None


def _dated(graph: Graph, environment: str, choice: Choice, row: Row) -> Clique:
    return _clique(environment, choice, row, ScopeBook(graph, environment, map(scope_state_of, row["scopes"])))


def cliques(graph: Graph, environment: str, focal_type: str, *, limit: int = STEP_LIMIT) -> Iterator[Clique]:
    """The cliques of all objects of a type, a batch of focal points at a time. Raises as `clique`."""
    choice = choose_for(graph, environment, focal_point_type=focal_type)
    scopes = ScopeBook(graph, environment)
    statement = compile_clique(choice.clique_type, choice.constraints)
    for row in _rows(graph, statement, environment, focal_type, BATCH, limit):
        yield _clique(environment, choice, row, scopes)


def cliques_page(
    graph: Graph,
    environment: str,
    focal_type: str,
    *,
    limit: int = 20,
    after: str | None = None,
    step_limit: int = STEP_LIMIT,
) -> Page:
    """A page of the cliques of all objects of a type, in the order of the focal points' ids. Raises as `clique`."""
    (place,) = position(after, 1)
    checked_limit(limit, PAGE_CAP)
    choice = choose_for(graph, environment, focal_point_type=focal_type)
    rows = graph.read("focal_points_page", environment=environment, type=focal_type, after=place, limit=limit + 1)
    ids = [row["id"] for row in rows]
    statement = compile_clique(choice.clique_type, choice.constraints)
    found = graph.read(statement, environment=environment, focal_points=ids[:limit], limit=step_limit) if ids else []
    scopes = ScopeBook.of(graph, environment, (node for row in found for node in row["nodes"]))
    told = {row["focal_point"]: _clique(environment, choice, row, scopes).as_json() for row in found}
    whole = page(ids, limit, shape=lambda id: told.get(id, {}), place=lambda id: [id])
    # What was removed between the two questions has no clique.
    return Page(tuple(item for item in whole.items if item), whole.next)


def count_cliques(graph: Graph, environment: str) -> dict[str, int]:
    """How many objects of each focal type are linked to anything: every clique is computed once."""
    own, _ = users_types([row["properties"] for row in graph.read("clique_types")])
    return {k: _count(graph, environment, k) for k in sorted({t.focal_point_type for t in (*own, *CLIQUE_TYPES)})}


def _count(graph: Graph, environment: str, focal_type: str) -> int:
    try:
        choice = choose_for(graph, environment, focal_point_type=focal_type)
    except NoCliqueType:  # a user's type, for other environments only
        return 0
    statement = compile_count(choice.clique_type, choice.constraints)
    return sum(row["cliques"] for row in _rows(graph, statement, environment, focal_type, _COUNT_BATCH, STEP_LIMIT))


def _rows(
    graph: Graph, statement: Statement, environment: str, focal_type: str, batch: int, limit: int
) -> Iterator[Mapping[str, Any]]:
    """What the statement tells of all focal points of a type, in the order of their ids.

    The server works on the next batches while one is looked at.
    """
    asked: deque[Future[list[Row]]] = deque()
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="cliques") as pool:
        for ids in _focal_points(graph, environment, focal_type, batch):
            asked.append(pool.submit(graph.read, statement, environment=environment, focal_points=ids, limit=limit))
            if len(asked) > AT_ONCE:
                yield from asked.popleft().result()
        while asked:
            yield from asked.popleft().result()


def _focal_points(graph: Graph, environment: str, focal_type: str, size: int) -> Iterator[list[str]]:
    ids = (row["id"] for row in graph.stream("focal_points", environment=environment, type=focal_type))
    while batch := list(islice(ids, size)):
        yield batch


def _clique(environment: str, choice: Choice, row: Mapping[str, Any], scopes: ScopeBook) -> Clique:
    walked, taken = _orders(choice.clique_type)
    focal = row["focal_point"]
    nodes = sorted(found_nodes(row), key=lambda n: (n["id"] != focal, walked[n["type"]], *_place(n)))
    links = sorted(found_links(row), key=lambda a: (taken[a["link_type"]], a["source_id"], a["target_id"]))
    return Clique(
        environment=environment,
        focal_point=focal,
        clique_type=choice.clique_type,
        nodes=tuple(nodes),
        links=tuple(links),
        truncated=row["truncated"],
        freshness=scopes.freshness(nodes),
        notes=choice.notes,
    )


def _orders(clique_type: CliqueType) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """When the walk comes to each type of node for the first time, and to each type of link."""
    types = dict.fromkeys([clique_type.focal_point_type, *(step.there for step in clique_type.steps)])
    link_types = dict.fromkeys(step.link_type.name for step in clique_type.steps)
    return {name: n for n, name in enumerate(types)}, {name: n for n, name in enumerate(link_types)}


def _place(node: Mapping[str, Any]) -> tuple[str, str, str]:
    return node.get("host") or "", node.get("name") or "", node["id"]
