"""The queue: experiments that run one after another; it survives a restart of the window."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QListWidget, QPushButton, QVBoxLayout, QWidget

from labctl.engine.codec import decode_line, encode_line
from labctl.engine.messages import CheckedRun
from labctl.engine.snapshot import Snapshot
from labctl.experiment.differences import differences
from labctl.gui.state.app_state import AppState
from labctl.gui.state.engine_link import EngineLink
from labctl.gui.text.phrases import phrase
from labctl.gui.text.words import must, named, tr
from labctl.runs.preflight_report import ENDED_BADLY
from labctl.runs.request import RunRequest
from protocols.engine import Outcome, RunState
from protocols.errors import DataError, LabError

_GOES_ON_AFTER = (None, Outcome.COMPLETED)
_CHANGES = 3  # told in a row; all are in its tooltip
_LONG = 60  # letters of a change


@dataclass(frozen=True)
class QueuedRun:
    """A request with its experiment as it was when it was queued, and what its row tells of it."""

    request: RunRequest
    text: str
    name: str
    method: str
    cycles: int | None
    changes: tuple[str, ...]


class QueuePanel(QWidget):
    """Requests in order, each with its experiment as it was when it was queued.

    While it is on, the next one is checked and started whenever the engine is idle and the bench is safe. A
    run that did not end well, or a preflight that is not green, switches it off: somebody has to look. Who
    switches it on again has looked.
    """

    def __init__(self, state: AppState, link: EngineLink) -> None:
        super().__init__()
        self._state, self._link = state, link
        self._checking = False
        self._looked_at: tuple[int, int] | None = None  # engine and run that had ended at switching on
        self.requests: list[QueuedRun] = []
        self.on = named(
            QCheckBox(tr("Run one after another")),
            tr("Run one after another"),
            tr("The next one starts when the last has ended well and its preflight is green."),
        )
        self.on.toggled.connect(self._switched)
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setProperty("role", "muted")
        self.list = named(QListWidget(), tr("Queue of experiments"))
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        row = QHBoxLayout()
        self.buttons: dict[str, QPushButton] = {}
        for key, label, tip, slot in (
            ("add", tr("Add this experiment"), tr("As it is in the experiment panel now."), self.add),
            ("up", tr("Earlier"), tr("Move the chosen one up."), self.earlier),
            ("remove", tr("Remove"), tr("Take the chosen one out."), self.remove),
        ):
            button = named(QPushButton(label), label, tip)
            button.clicked.connect(lambda _=False, s=slot: s())
            self.buttons[key] = button
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.addWidget(self.on)
        column.addWidget(self.list, 1)
        column.addWidget(self.said)
        column.addLayout(row)
        state.engine.changed.connect(self.start_next)
        state.safety.check_changed.connect(self.start_next)
        self._read()

    # ── changing it ──────────────────────────────────────────────────────────────────────────────

    def add(self) -> None:
        """Append what the experiment panel would run, with a copy of its text."""
        try:
            request = self._state.selected.request()
        except LabError as error:
            self._say(str(error))
            return
        document = self._state.selected.document
        cycles = document.get("training.cycles")
        self.requests.append(
            QueuedRun(
                replace(request, overrides=tuple(request.overrides), command=tuple(request.command)),
                document.text,
                str(document.get("name") or ""),
                str(document.get("method.kind") or ""),
                cycles if isinstance(cycles, int) else None,
                tuple(_changes(document.saved_text, document.text, request.overrides)),
            )
        )
        self._keep()
        self.start_next()

    def earlier(self) -> None:
        """Move the chosen one up."""
        k = self.list.currentRow()
        if k > 0:
            self.requests.insert(k - 1, self.requests.pop(k))
            self._keep()
            self.list.setCurrentRow(k - 1)

    def remove(self) -> None:
        """Take the chosen one out."""
        k = self.list.currentRow()
        if 0 <= k < len(self.requests):
            del self.requests[k]
            self._keep()

    # ── running it ───────────────────────────────────────────────────────────────────────────────

    def _switched(self, on: bool) -> None:
        """Go on from here: whoever switched it on has seen how the last run ended."""
        snapshot = self._state.snapshot
        if on and snapshot is not None and snapshot.is_over:
            self._looked_at = _last_run(snapshot)
            self.start_next()

    def start_next(self) -> None:
        """Start the next one if it is time; called with every change of the engine."""
        snapshot = self._state.snapshot
        if not self.on.isChecked() or self._checking or not self.requests:
            return
        if snapshot is None or not snapshot.is_over or self._state.safety.why_not():
            return
        if snapshot.state not in (RunState.IDLE, RunState.SAFE) or snapshot.unresolved:
            self._off(tr("The queue waits: {why}.", why=tr("the bench is not known to be safe")))
            return
        if snapshot.outcome not in _GOES_ON_AFTER and _last_run(snapshot) != self._looked_at:
            self._off(tr("The queue waits: the last run was {how}.", how=tr(str(snapshot.outcome))))
            return
        item = self.requests[0]
        try:
            request = self._request(item)
        except OSError as error:
            self._off(tr("The queue waits: {why}.", why=error))
            return
        self._checking = True
        self._say(tr("Checking …"))
        self._link.ask(
            lambda client: client.preflight(request), lambda found: self._checked(item, found), self._failed
        )

    def _checked(self, item: QueuedRun, checked: CheckedRun) -> None:
        if not self.on.isChecked() or item not in self.requests:  # somebody thought better of it
            self._checking = False
            self._say("")
            return
        report = checked.report
        seen = self._seen(report.bench) if report.warnings else ""
        warnings = [text for text in report.warnings if not (seen and text == ENDED_BADLY)]
        if warnings or report.energises:
            why = "; ".join(map(phrase, warnings)) or tr("a bench that is energised is started by hand")
            self._off(tr("The queue waits: {why}.", why=why))
            return
        self._link.ask(
            lambda client: client.start_run(checked, seen), lambda _: self._started(item), self._failed
        )

    def _seen(self, bench: str) -> str:
        """Return who has seen that the last run on this bench ended badly; empty when nobody has."""
        last = self._state.snapshot
        if last is None or last.run is None or last.run.bench != bench:
            return ""
        bad = last.outcome not in _GOES_ON_AFTER and _last_run(last) == self._looked_at
        return f"the queue was switched on by hand after the last run was {last.outcome}" if bad else ""

    def _started(self, item: QueuedRun) -> None:
        self._checking = False
        if item in self.requests:
            self.requests.remove(item)
        self._say(tr("Started from the queue: {name}", name=item.name))
        self._keep()

    def _failed(self, error: LabError) -> None:
        self._off(tr("The queue waits: {why}.", why=phrase(error.message)))

    def _request(self, item: QueuedRun) -> RunRequest:
        """Write the queued text where the engine finds it, and return the request."""
        folder = self._state.selected.document.drafts()
        file = folder / f"queued-{abs(hash(item.text)) % 10**8}.toml"
        file.write_text(item.text, "utf-8")
        return replace(item.request, experiment=file)

    def _off(self, why: str) -> None:
        self._checking = False
        self.on.setChecked(False)
        self._say(why)
        self._state.note(why)

    # ── keeping it ───────────────────────────────────────────────────────────────────────────────

    def _read(self) -> None:
        kept = str(self._state.store.value("queue", "[]"))
        try:
            self.requests = decode_line(kept.encode("utf-8"), list[QueuedRun])
        except DataError:  # an older labctl kept it in another form
            self._say(tr("The queue of an older labctl could not be read and is empty now."))
        self._fill()

    def _keep(self) -> None:
        self._state.store.setValue("queue", encode_line(self.requests).decode("utf-8").strip())
        self._state.store.sync()
        self._fill()

    def _fill(self) -> None:
        self.list.clear()
        for item in self.requests:
            request, changes = item.request, item.changes
            doses = request.imperfections or tr("ideal")
            words = (item.name, Path(request.bench).stem, doses, tr("seed {seed}", seed=request.seed))
            more = (*changes[:_CHANGES], "…") if len(changes) > _CHANGES else changes
            cycles = tr("{cycles} cycles", cycles=f"{item.cycles:,}") if item.cycles else ""
            told = filter(None, (item.method, cycles, *map(_short, more)))
            self.list.addItem("   ·   ".join(words) + "\n      " + "   ·   ".join(told))
            must(self.list.item(self.list.count() - 1)).setToolTip("\n".join(changes))

    def _say(self, text: str) -> None:
        self.said.setText(text)


def _short(text: str) -> str:
    return text if len(text) <= _LONG else text[: _LONG - 1] + "…"


def _last_run(snapshot: Snapshot) -> tuple[int, int]:
    """Return which run was the last: a new engine counts anew."""
    return snapshot.engine.pid, snapshot.run.serial if snapshot.run is not None else 0


def _changes(saved: str, text: str, overrides: Sequence[str]) -> list[str]:
    """Return in what the queued experiment differs from its file, and its doses from the preset."""
    try:
        before, after = tomllib.loads(saved), tomllib.loads(text)
    except tomllib.TOMLDecodeError:  # the file was faulty, and was mended here
        before = after = {}
    found = [f"{key}: {a} → {b}" for key, a, b in differences(before, after)]
    return found + [override.removeprefix("imperfections.") for override in overrides]
