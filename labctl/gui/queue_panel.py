"""The queue: experiments that run one after another; it survives a restart of the window."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PyQt6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QListWidget, QPushButton, QVBoxLayout, QWidget

from labctl.engine.snapshot import Snapshot
from labctl.gui.words import named, tr
from labctl.request import RunRequest
from protocols.engine import Outcome, RunState
from protocols.errors import LabError

if TYPE_CHECKING:
    from labctl.gui.window import MainWindow

_GOES_ON_AFTER = (None, Outcome.COMPLETED)


class QueuePanel(QWidget):
    """Requests in order, each with its experiment as it was when it was queued.

    While it is on, the next one is checked and started whenever the engine is idle and the bench is safe. A
    run that did not end well, or a preflight that is not green, switches it off: somebody has to look.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self._window = window
        self._checking = False
        self.requests: list[dict[str, Any]] = []
        self.on = named(
            QCheckBox(tr("Run one after another")),
            tr("Run one after another"),
            tr("The next one starts when the last has ended well and its preflight is green."),
        )
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setProperty("role", "muted")
        self.list = named(QListWidget(), tr("Queue of experiments"))
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
        self._read()

    # ── changing it ──────────────────────────────────────────────────────────────────────────────

    def add(self) -> None:
        """Append what the experiment panel would run, with a copy of its text."""
        panel = self._window.experiment
        try:
            request = panel.request()
        except LabError as error:
            self._say(str(error))
            return
        item = {**request.to_plain(), "text": panel.document.text, "name": panel.document.get("name")}
        self.requests.append(json.loads(json.dumps(item, default=list)))
        self._keep()

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

    def look(self, snapshot: Snapshot) -> None:
        """Start the next one if it is time; called with every change of the engine."""
        if not self.on.isChecked() or self._checking or not self.requests or not snapshot.is_over:
            return
        if snapshot.state not in (RunState.IDLE, RunState.SAFE):
            return
        if snapshot.run is not None and snapshot.outcome not in _GOES_ON_AFTER:
            self._off(tr("The queue waits: the last run was {how}.", how=tr(str(snapshot.outcome))))
            return
        self._checking = True
        request = self._request(self.requests[0])
        self._say(tr("Checking …"))
        self._window.link.ask(
            lambda client: client.preflight(request), self._checked, lambda error: self._off(str(error))
        )

    def _checked(self, sheet: dict[str, Any]) -> None:
        if sheet["warnings"] or sheet["energises"]:
            why = "; ".join(sheet["warnings"]) or tr("a bench that is energised is started by hand")
            self._off(tr("The queue waits: {why}.", why=why))
            return
        self._window.link.ask(
            lambda client: client.start_run(sheet), self._started, lambda error: self._off(str(error))
        )

    def _started(self, _: Any) -> None:
        self._checking = False
        name = self.requests.pop(0).get("name") or ""
        self._say(tr("Started from the queue: {name}", name=name))
        self._keep()

    def _request(self, item: dict[str, Any]) -> RunRequest:
        """Write the queued text where the engine finds it, and return the request."""
        folder = self._window.experiment.document.drafts()
        file = folder / f"queued-{abs(hash(item['text'])) % 10**8}.toml"
        file.write_text(item["text"], "utf-8")
        plain = {k: v for k, v in item.items() if k not in ("text", "name")}
        return RunRequest.from_plain({**plain, "experiment": str(file), "out": str(Path(plain["out"]))})

    def _off(self, why: str) -> None:
        self._checking = False
        self.on.setChecked(False)
        self._say(why)
        self._window.notes.say(why)

    # ── keeping it ───────────────────────────────────────────────────────────────────────────────

    def _read(self) -> None:
        try:
            self.requests = list(json.loads(str(self._window.store.value("queue", "[]"))))
        except ValueError:
            self.requests = []
        self._fill()

    def _keep(self) -> None:
        self._window.store.setValue("queue", json.dumps(self.requests))
        self._window.store.sync()
        self._fill()

    def _fill(self) -> None:
        self.list.clear()
        for item in self.requests:
            doses = item.get("imperfections") or tr("ideal")
            words = (item.get("name"), Path(item["bench"]).stem, doses, tr("seed {seed}", seed=item["seed"]))
            self.list.addItem("   ·   ".join(map(str, words)))

    def _say(self, text: str) -> None:
        self.said.setText(text)
