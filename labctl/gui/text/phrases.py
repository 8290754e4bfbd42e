"""What others said, in the language of the window: messages keep their values, and are told by template."""

from __future__ import annotations

from PyQt6.QtCore import QCoreApplication

from labctl.gui.text.words import CONTEXT
from protocols.messages import Message


def phrase(message: str) -> str:
    """Return a message in the language of the window; what has no translation stays as it is."""
    return Message.of(message).told(_translated) if message else ""


def _translated(template: str) -> str:
    return QCoreApplication.translate(CONTEXT, template)
