"""What is wrong with a field, told beneath it."""

from __future__ import annotations

from PyQt6.QtWidgets import QLabel, QWidget

from labctl.gui.text.phrases import phrase
from labctl.gui.text.words import mark_wrong
from protocols.errors import ConfigError


def mistake_label() -> QLabel:
    """Return a place for a mistake, hidden until there is one."""
    label = QLabel()
    label.setProperty("role", "error")
    label.setWordWrap(True)
    label.setVisible(False)
    return label


def show_mistake(label: QLabel, field: QWidget, mistake: str) -> None:
    """Tell a mistake beneath its field and mark the field; empty when there is none."""
    label.setText(f"▲ {mistake}")
    label.setVisible(bool(mistake))
    mark_wrong(field, bool(mistake))


def told(problem: ConfigError) -> str:
    """Return a mistake as it is told at its field."""
    got = f" ({problem.value})" if problem.value is not None else ""
    return f"{phrase(problem.problem)}{got}" + (f"; {phrase(problem.allowed)}" if problem.allowed else "")
