"""What is in the graph of an environment, and a reader that looks at it all the time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from neo4j import Driver, Session

# What says when, not what.
_TIMES = {"environment", "first_seen", "last_changed", "since"}


@dataclass(frozen=True)
class Sight:
    """(type, id) of the objects and (relationship, source, target) of the links that one look saw."""

    objects: frozenset[tuple[str, str]] = frozenset()
    links: frozenset[tuple[str, str, str]] = frozenset()

    def __and__(self, other: Sight) -> Sight:
        return Sight(self.objects & other.objects, self.links & other.links)

    def __sub__(self, other: Sight) -> Sight:
        return Sight(self.objects - other.objects, self.links - other.links)

    def __bool__(self) -> bool:
        return bool(self.objects or self.links)


def look(session: Session, environment: str) -> Sight:
    """One look of a reader."""
    objects = session.run("MATCH (o:Object {environment: $e}) RETURN o.type, o.id", e=environment).values()
    return Sight(frozenset((type, id) for type, id in objects), frozenset(_links(session, environment)))


def _links(session: Session, environment: str) -> list[tuple[str, str, str]]:
    """The environment's own id is ""."""
    query = (
        "MATCH (a:Object {environment: $e})-[r]->(b) RETURN type(r), a.id, b.id "
        "UNION ALL MATCH (:Environment {name: $e})-[r:CONTAINS]->(b) RETURN type(r), '' AS `a.id`, b.id"
    )
    return [(type, source, target) for type, source, target in session.run(query, e=environment)]


def check_consistent(driver: Driver, environment: str) -> Sight:
    """Nothing is there twice, no link leads out of the environment, no object has two parents; what there is."""
    with driver.session() as session:
        count = session.run("MATCH (o:Object {environment: $e}) RETURN count(*)", e=environment).value()[0]
        seen, links = look(session, environment), _links(session, environment)
    assert len({id for _, id in seen.objects}) == count
    assert len(links) == len(set(links)), "a link is there twice"
    assert {end for _, *ends in links for end in ends} <= {id for _, id in seen.objects} | {""}
    children = [target for kind, _, target in links if kind == "CONTAINS"]
    assert len(children) == len(set(children)), "an object has two parents"
    return seen


def everything(driver: Driver, environment: str) -> set[str]:
    """All that was discovered with all that it says, but for times: to compare two environments."""
    told = {
        "object": "MATCH (o:Object {environment: $e}) RETURN labels(o) AS is, properties(o) AS says",
        "link": "MATCH (a:Object {environment: $e})-[r]->(b) RETURN [type(r), a.id, b.id] AS is, properties(r) AS says",
        "waits": "MATCH (p:PendingLink {environment: $e}) RETURN labels(p) AS is, properties(p) AS says",
        "scope": "MATCH (s:Scope {environment: $e}) RETURN [s.key] AS is, {outcome: s.outcome} AS says",
    }
    with driver.session() as session:
        return {
            f"{kind} {row['is']} {_plain({key: _plain(row['says'][key]) for key in row['says'].keys() - _TIMES})}"
            for kind, query in told.items()
            for row in session.run(query, e=environment)
        }


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return repr(sorted(value.items()))
    return repr(sorted(value, key=repr)) if isinstance(value, list) else repr(value)


@dataclass
class Watch:
    """How often a reader looked, and what of that which must be there it once did not see."""

    looks: int = 0
    missed: list[Sight] = field(default_factory=list)


@contextmanager
def watched(driver: Driver, environment: str, must: Sight) -> Iterator[Watch]:
    """Looks without pause, until the end of the block; then says which look did not see all of `must`."""
    watch, over = Watch(), threading.Event()

    def read() -> None:
        with driver.session() as session:
            while not over.is_set():
                lacking = must - look(session, environment)
                watch.looks += 1
                if lacking:
                    watch.missed.append(lacking)
                over.wait(0.01)

    reader = threading.Thread(target=read, name="reader")
    reader.start()
    try:
        yield watch
    finally:
        over.set()
        reader.join()
    assert watch.looks > 0
    assert not watch.missed, f"{len(watch.missed)} of {watch.looks} looks missed something, first {watch.missed[0]}"
