"""Which instruments a run was made with: in its manifest from the moment the bench is open."""

from __future__ import annotations

from dataclasses import asdict

from labctl.store.events import EventLog
from labctl.store.manifest import Manifest
from protocols.bench import Bench, MadeOfInstruments
from protocols.engine import EngineState, Event, EventKind


class Inventory:
    """Listens to a session: the manifest has the instruments of its last session, the events those of all."""

    def __init__(self, bench: Bench, manifest: Manifest, events: EventLog) -> None:
        self._bench, self._manifest, self._events = bench, manifest, events

    def on_event(self, event: Event, state: EngineState) -> None:
        """Write them down once the bench is open. Raises OSError."""
        if event.kind is EventKind.CHECKED and isinstance(self._bench, MadeOfInstruments):
            found = {name: asdict(who) for name, who in self._bench.identities().items()}
            self._manifest.add(instruments=found)
            self._events.note("instruments identified", by="labctl", instruments=found)
