"""The handlers that are installed, by the names that the table of events uses; any package may bring more.

An entry point of the group `calipso_graph.event_handlers` names a handler, one of `calipso_graph.event_types` a tuple
of EventType that goes beside the table's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import entry_points

from collectors.reading import unexpected
from collectors.sources.protocols import Malformed, SourceError
from graph_schema.events import EVENTS, Effect, Event, EventType
from graph_schema.events.model import EventHandler

HANDLERS = "calipso_graph.event_handlers"
TYPES = "calipso_graph.event_types"
_NONE = Effect()


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Tells what an event means in a region, with the handlers that there are."""

    region: str
    handlers: Mapping[str, EventHandler]
    types: Mapping[str, EventType]

    def __call__(self, event: Event) -> Effect:
        """The effect of an event; of one that is not in the table, none.

        What cannot be read is a problem of the effect: a handler's error never leaves here.
        """
        kind = self.types.get(event.event_type)
        return _NONE if kind is None else replace(self._handled(event, kind), event_id=event.message_id)

    def _handled(self, event: Event, kind: EventType) -> Effect:
        try:
            return self.handlers[kind.handler](event, self.region)
        except SourceError as error:
            return Effect(problem=error.problem)
        except Exception as error:  # noqa: BLE001  # handlers are plug-ins: what one does must not stop the listener
            where = f"notification {event.event_type} {event.message_id}, handler {kind.handler}"
            return Effect(problem=unexpected(where, error))

    def knows(self, event_type: str) -> bool:
        """Whether the type has an effect at all."""
        return event_type in self.types


def load_interpreter(region: str) -> Interpreter:
    """The interpreter with every installed handler. Raises SourceError where the table names one that there is not."""
    handlers = {point.name: point.load() for point in entry_points(group=HANDLERS)}
    types = dict(EVENTS)
    for point in entry_points(group=TYPES):
        types |= {each.name: each for each in point.load()}
    for kind in types.values():
        if kind.handler not in handlers:
            raise Malformed(
                f"event type {kind.name}",
                f"no event handler is named {kind.handler!r}.",
                "Install the distribution again (pip install calipso-graph), or the plug-in that brings it.",
            )
    return Interpreter(region, handlers, types)
