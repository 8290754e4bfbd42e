"""The experiment file as text: what is typed goes into the document after a pause, or at once when asked."""

from __future__ import annotations

from PyQt6.QtCore import QTimer
from PyQt6.QtGui import QFontDatabase
from PyQt6.QtWidgets import QPlainTextEdit

from labctl.gui.state.experiment_document import ExperimentDocument
from labctl.gui.text.words import named, tr

_TYPED_MS = 500  # after the last key, the text is read


class TomlEditor(QPlainTextEdit):
    """An editor in step with the document, whoever changed it."""

    def __init__(self, document: ExperimentDocument) -> None:
        super().__init__()
        self._document = document
        self._is_ahead = False  # something was typed that the document does not have yet
        named(self, tr("Experiment file, TOML"))
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_TYPED_MS)
        self._pause.timeout.connect(self.commit)
        self.textChanged.connect(self._typed)
        document.changed.connect(self._follow)

    def commit(self) -> None:
        """Take what has been typed into the document."""
        if self._is_ahead:
            self._is_ahead = False
            self._pause.stop()
            self._document.set_text(self.toPlainText())

    def _typed(self) -> None:
        if self.toPlainText() != self._document.text:
            self._is_ahead = True
            self._pause.start()

    def _follow(self) -> None:
        """Show the document's text, with the cursor where it was; what is just being typed comes first."""
        if self.toPlainText() == self._document.text or self._is_ahead:
            return
        place = self.textCursor().position()
        self.setPlainText(self._document.text)
        cursor = self.textCursor()
        cursor.setPosition(min(place, len(self.toPlainText())))
        self.setTextCursor(cursor)
