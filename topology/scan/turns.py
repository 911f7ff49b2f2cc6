"""Whose turn it is: a scan that was asked for is done by one task at a time, however often its task is delivered."""

from __future__ import annotations

from enum import Enum, auto

from topology.errors import InvalidConfiguration, UnknownObject
from topology.graph import Graph, Transaction
from topology.graph.rows import Row
from topology.inventory import require_environment
from topology.messages import Message, write_messages
from topology.scan.history import ENDED
from topology.scan.journal import DEAD_AFTER_SECONDS
from topology.scan.process import is_gone, this_process

# A scan whose worker died is begun again; after so many tries it is the scan that kills them.
MOST_ATTEMPTS = 3


class Turn(Enum):
    """What a task that was delivered has to do."""

    NOW = auto()
    LATER = auto()  # another scan of the environment runs
    NEVER = auto()  # it has ended, or another worker does it


def take_turn(graph: Graph, environment: str, scan_id: str, *, wait: bool) -> Turn:
    """Take the scan when it is its turn. One that nobody has noted yet is done: its id is the sender's own."""

    def tried(tx: Transaction) -> Turn:
        rows = tx.run("scan_turn", environment=environment, id=scan_id, dead_after=DEAD_AFTER_SECONDS)
        turn = _turn(rows[0], wait=wait) if rows else Turn.NOW
        if rows and turn is Turn.LATER:
            tx.run("scan_sent", environment=environment, id=scan_id)
        if rows and turn is Turn.NOW:
            tx.run("scan_take", environment=environment, id=scan_id, process=this_process())
        return turn

    turn = graph.in_transaction(tried)
    if turn is Turn.NEVER:
        _give_up_when_hopeless(graph, environment, scan_id)
    return turn


def _turn(found: Row, *, wait: bool) -> Turn:
    mine = found["process"] == this_process()
    if found["status"] in ENDED or found["attempts"] >= MOST_ATTEMPTS:
        return Turn.NEVER
    if found["heard_of"] and not mine and not is_gone(found["process"]):
        return Turn.NEVER
    others = [process for process in found["others"] if not is_gone(process)]
    return Turn.LATER if others and wait else Turn.NOW


def _give_up_when_hopeless(graph: Graph, environment: str, scan_id: str) -> None:
    found = graph.write("scan_turn", environment=environment, id=scan_id, dead_after=DEAD_AFTER_SECONDS)[0]
    lives = found["heard_of"] and not is_gone(found["process"])
    if found["status"] not in ENDED and found["attempts"] >= MOST_ATTEMPTS and not lives:
        give_up(graph, environment, scan_id, f"its worker ended in the middle of it {found['attempts']} times. {_WHY}")


_WHY = "See the worker's log and the machine's memory; then ask for it again."


def give_up(graph: Graph, environment: str, scan_id: str, reason: str) -> None:
    """End a scan that nobody does any more, and say why. What it had written stays."""
    if graph.write("scan_give_up", environment=environment, id=scan_id, reason=reason):
        message = Message("error", f"scan {scan_id} aborted: {reason}", "Calipso", scan_id=scan_id)
        write_messages(graph, environment, [message])


def cancel(graph: Graph, environment: str, scan_id: str, *, by: str) -> str:
    """End a scan that waits, or ask the one that runs to end, which it does after its batch: its status now.

    Raises UnknownEnvironment, UnknownObject, InvalidConfiguration where it has ended already.
    """
    rows = graph.write("scan_cancel", environment=environment, id=scan_id, reason=f"cancelled by {by}.")
    if not rows:
        require_environment(graph, environment)
        raise UnknownObject(f"{environment}: no scan has the id {scan_id!r}. Which there are: calipso scans list")
    if rows[0]["former"] not in ("pending", "running"):
        raise InvalidConfiguration(f"{environment}: scan {scan_id} has ended already ({rows[0]['former']}).")
    return str(rows[0]["status"])
