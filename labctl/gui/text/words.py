"""Texts through Qt's translation, and small helpers every widget uses."""

from __future__ import annotations

from typing import TypeVar

from PyQt6.QtCore import QCoreApplication
from PyQt6.QtWidgets import QWidget

CONTEXT = "labctl"

W = TypeVar("W", bound=QWidget)
T = TypeVar("T")


def tr(text: str, **values: object) -> str:
    """Return the text in the language of the window, with {names} filled in."""
    found = QCoreApplication.translate(CONTEXT, text)
    return found.format(**values) if values else found


def named(widget: W, name: str, tip: str = "") -> W:
    """Give a widget its accessible name and a tooltip, and return it."""
    widget.setAccessibleName(name)
    if tip:
        widget.setToolTip(tip)
        widget.setAccessibleDescription(tip)
    return widget


def mark_wrong(widget: QWidget, wrong: bool) -> None:
    """Colour a field that holds a mistake, or take the colour off again."""
    if bool(widget.property("wrong")) is not wrong:
        widget.setProperty("wrong", wrong)
        repolish(widget)


def repolish(widget: QWidget) -> None:
    """Have a widget look as its properties say now."""
    style = must(widget.style())
    style.unpolish(widget)
    style.polish(widget)


def must(value: T | None) -> T:
    """Return what Qt's stubs call optional and is always there."""
    if value is None:
        raise RuntimeError("Qt returned nothing where it always returns something")
    return value
