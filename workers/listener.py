"""The listener of one environment: consumes what its services notify, and keeps its graph true by it."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from kombu import Connection
from kombu.message import Message as BrokerMessage

from collectors.events.handlers import Interpreter
from collectors.events.notification import read_notification
from collectors.sources.protocols import SourceError
from graph_schema.events import Effect
from graph_schema.metrics import EVENT_SECONDS, EVENTS, OLDEST_EVENT, QUEUE_MESSAGES
from topology.errors import GraphUnavailable
from topology.events import Engine
from topology.events.state import ListenerNote
from topology.metrics import METER
from workers.listener_broker import LOST, BrokerAddress, OwnQueue, brokers_of, connected
from workers.logs import about

log = logging.getLogger("calipso.listener")
# As metrics call this listener: the section that it is of.
LISTENER = "AMQP"
# Messages that are applied together, in one transaction.
BATCH = 500
# Seconds: how often the state is written, the queue is looked at, and exchanges are bound again.
HEARTBEAT, LOOK, REBIND = 5.0, 5.0, 30.0
LONGEST_PAUSE = 60.0


class Ears(Protocol):
    """Something that hears what happens in one environment until `ended`: this one over AMQP, others by plug-in."""

    def run(self, ended: threading.Event) -> None:
        """Listen. Returns when `ended` is set, and raises nothing that listening once more could help."""
        ...


@dataclass(slots=True)
class Heard:
    """Messages that are not acknowledged yet, and what they come to."""

    effects: list[Effect] = field(default_factory=list)
    # Of each effect, the notification's id; and when those were published that could be read.
    ids: list[str] = field(default_factory=list)
    published: list[datetime] = field(default_factory=list)
    last: BrokerMessage | None = None
    number: int = 0

    @property
    def oldest(self) -> datetime | None:
        """When the oldest of them was published."""
        return min(self.published, default=None)

    def add(self, effect: Effect, id: str = "", published: datetime | None = None) -> None:
        """One more."""
        self.effects.append(effect)
        self.ids.append(id)
        if published is not None:
            self.published.append(published)


class AmqpListener:
    """Listens to one environment's brokers for ever: what was lost is reconnected to, with growing pauses."""

    def __init__(
        self,
        environment: str,
        section: Mapping[str, Any],
        engine: Engine,
        interpreter: Interpreter,
        note: ListenerNote,
        on_gap: Callable[[str], None],
    ) -> None:
        self._environment, self._section, self._engine, self._interpreter = environment, section, engine, interpreter
        self._note, self._on_gap = note, on_gap
        self._heard = Heard()
        # What was taken and is being applied.
        self._handled = Heard()
        self._failures = 0
        self._total = 0
        self._reason = ""

    def run(self, ended: threading.Event) -> None:
        """Listen until `ended`."""
        METER.level(OLDEST_EVENT, self._waiting_seconds, self._environment, LISTENER)
        try:
            self._run(ended)
        finally:
            for level in (OLDEST_EVENT, QUEUE_MESSAGES):
                METER.no_level(level, self._environment, LISTENER)

    def _run(self, ended: threading.Event) -> None:
        brokers = brokers_of(self._section)
        if not brokers:
            self._note.say("failed", "The AMQP section needs host (or hosts). Correct it: calipso env add FILE")
            ended.wait()
            return
        while not ended.is_set():
            address = brokers[self._failures % len(brokers)]
            try:
                self._listen(address, ended)
            except LOST as error:
                self._lost(f"{address}: {_told(error)}")
            except GraphUnavailable as error:
                log.warning("%s", error)
                self._failures += 1
            if not ended.is_set():
                ended.wait(self._pause())
        self._quietly(lambda: self._note.say("stopped"))

    def _waiting_seconds(self) -> float:
        """How long the oldest notification waits that was taken and is not in the graph."""
        oldest = self._handled.oldest
        return 0.0 if oldest is None else max(0.0, (datetime.now(UTC) - oldest).total_seconds())

    def _count(self, result: str, number: int = 1) -> None:
        METER.count(EVENTS, self._environment, LISTENER, result, by=number)

    def _lost(self, reason: str) -> None:
        self._failures += 1
        log.warning("%s", reason)
        self._quietly(lambda: self._note.say("disconnected", f"{reason} It is tried again without end."))

    def _pause(self) -> float:
        longest = min(LONGEST_PAUSE, 0.5 * 2.0 ** min(self._failures, 8))
        return random.uniform(0.5, 1.0) * longest  # noqa: S311  # only so that many do not come at once

    def _quietly(self, say: Callable[[], None]) -> None:
        try:
            say()
        except GraphUnavailable as error:
            log.warning("%s", error)

    def _listen(self, address: BrokerAddress, ended: threading.Event) -> None:
        self._heard, self._handled = Heard(), Heard()  # what was not acknowledged comes again
        name = f"calipso.{self._environment}.{self._note.identity()}"
        self._quietly(lambda: self._note.say("connecting", str(address)))
        with connected(address) as connection:
            queue = OwnQueue(connection, name, self._section)
            self._open(queue)
            self._reason = _bound(address, queue)
            with queue.consumer(self._hear):
                self._note.say("listening", self._reason)
                log.info("listening at %s", self._reason)
                self._failures = 0
                self._consume(connection, queue, address, ended)

    def _open(self, queue: OwnQueue) -> None:
        """Have the queue, and bind it. What was lost is noted first, then what is bound: who ends between sees both."""
        waiting = queue.waiting()
        if waiting is None:
            self._note.bound_to(None)
            queue.make()
        else:
            self._note_overflow(queue, waiting)
        self._bind(queue)

    def _bind(self, queue: OwnQueue) -> None:
        before = self._note.bound()
        queue.bind()
        if before is None:
            self._on_gap("the listener's queue was not there: what was notified before it was made is not known.")
        elif new := queue.bound - before:
            self._on_gap(f"{', '.join(sorted(new))}: this exchange was not there until now.")
        if before is None or before != queue.bound:
            self._note.bound_to(queue.bound)

    def _consume(self, connection: Connection, queue: OwnQueue, address: BrokerAddress, ended: threading.Event) -> None:
        said = looked = rebound = time.monotonic()
        while not ended.is_set():
            self._drain(connection)
            self._apply()
            now = time.monotonic()
            if now - said >= HEARTBEAT:
                said = now
                connection.heartbeat_check()
                self._note.say("listening", self._reason)
            if now - looked >= LOOK:
                looked = now
                self._look(queue)
            if now - rebound >= REBIND:
                rebound = now
                self._bind(queue)
                self._reason = _bound(address, queue)

    def _drain(self, connection: Connection) -> None:
        """Take what has come: wait for the first message, then only for those that are there already."""
        patience = 0.5
        while self._heard.number < BATCH:
            try:
                connection.drain_events(timeout=patience)
            except TimeoutError:
                return
            patience = 0.01

    def _look(self, queue: OwnQueue) -> None:
        """See whether the queue is there, how long it is, and whether it was full since the last look."""
        waiting = queue.waiting()
        if waiting is None:
            raise ConnectionResetError("the listener's queue was deleted")
        METER.level(QUEUE_MESSAGES, waiting, self._environment, LISTENER)
        self._note_overflow(queue, waiting)

    def _note_overflow(self, queue: OwnQueue, waiting: int) -> None:
        if lost := queue.overflowed(waiting):
            self._on_gap(lost)
            queue.overflow_is_said()

    def _hear(self, message: BrokerMessage) -> None:
        """One message. What is no notification is told, and blocks nothing."""
        received = datetime.now(UTC)
        self._heard.last = message
        self._heard.number += 1
        try:
            event = read_notification(message.body or b"", self._environment, received)
        except SourceError as error:
            self._heard.add(Effect(problem=error.problem))
            return
        if self._interpreter.knows(event.event_type):
            with about(event=event.message_id):
                self._heard.add(self._interpreter(event), event.message_id, event.published_at)
        else:
            self._count("ignored")

    def _apply(self) -> None:
        """Apply what was heard, and acknowledge it once that is committed."""
        heard, self._heard = self._heard, Heard()
        if heard.last is None:
            return
        if heard.effects:
            self._handled = heard
            failed = self._apply_all(heard)
            self._handled = Heard()
            self._tell(heard, failed)
        heard.last.ack(multiple=True)
        self._total += heard.number

    def _tell(self, heard: Heard, failed: int) -> None:
        now = datetime.now(UTC)
        delays = [(now - published).total_seconds() for published in heard.published]
        self._note.say("listening", self._reason, events=len(heard.effects), lag=max(delays, default=None))
        unreadable = sum(effect.problem is not None for effect in heard.effects)
        for result, number in (("unreadable", unreadable), ("failed", failed)):
            self._count(result, number)
        self._count("applied", max(0, len(heard.effects) - unreadable - failed))
        for delay in delays:
            METER.observe(EVENT_SECONDS, delay, self._environment, LISTENER)

    def _apply_all(self, heard: Heard) -> int:
        """All in one transaction; where that fails, one by one, leaving out only those that make it fail: how many."""
        try:
            self._engine.apply(heard.effects)
            return 0
        except GraphUnavailable:
            raise
        except Exception:
            log.exception("a batch of %d could not be applied", len(heard.effects))
        return sum(not self._applied(effect, id) for effect, id in zip(heard.effects, heard.ids, strict=True))

    def _applied(self, effect: Effect, id: str) -> bool:
        with about(event=id):
            try:
                self._engine.apply([effect])
            except GraphUnavailable:
                raise
            except Exception as error:
                log.exception("a notification could not be applied, and is left out")
                self._engine.poison(effect, error)
                return False
        return True


def _bound(address: BrokerAddress, queue: OwnQueue) -> str:
    if not queue.bound:
        return f"{address}; no service notifies there yet (no exchange of theirs is there)"
    return f"{address}; exchanges: {', '.join(sorted(queue.bound))}"


def _told(error: Exception) -> str:
    text = " ".join(str(error).split())[:200] or "no more is known"
    return f"{type(error).__name__}: {text}."
