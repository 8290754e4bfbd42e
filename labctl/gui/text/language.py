"""The window's language: labctl's words, read from Qt's translation files without a compiler, and Qt's."""

from __future__ import annotations

from importlib.resources import files
from xml.etree import ElementTree

from PyQt6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

LANGUAGES = ("en", "zh")


def read_translations(language: str) -> dict[str, str]:
    """Return source text → translation of a language, from labctl/gui/translations/labctl_XX.ts."""
    file = files("labctl.gui") / "translations" / f"labctl_{language}.ts"
    tree = ElementTree.fromstring(file.read_text("utf-8"))
    found = {}
    for message in tree.iter("message"):
        source, translation = message.findtext("source"), message.find("translation")
        if source and translation is not None and translation.get("type") != "unfinished":
            found[source] = translation.text or ""
    return found


class TableTranslator(QTranslator):
    """Translates from a table; a text that is not in it stays English."""

    def __init__(self, table: dict[str, str]) -> None:
        super().__init__()
        self._table = table

    def isEmpty(self) -> bool:
        return not self._table

    def translate(
        self, context: str | None, text: str | None, disambiguation: str | None = None, n: int = -1
    ) -> str:
        """Return the translation of a text, or the text when there is none."""
        return self._table.get(text or "", text or "")


def install(app: QCoreApplication, language: str = "") -> TableTranslator | None:
    """Translate the application into a language, the system's unless given; None for English."""
    for old in app.findChildren(QTranslator):
        app.removeTranslator(old)
        old.setParent(None)
    wanted = language or QLocale.system().name().partition("_")[0]
    if wanted not in LANGUAGES or wanted == "en":
        return None
    words, buttons = TableTranslator(read_translations(wanted)), QTranslator()
    places = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    buttons.load(QLocale(wanted), "qtbase", "_", places)  # of dialogs and text fields; not every Qt has them
    for translator in (words, buttons):  # Qt asks the latest first, and the table answers everything
        translator.setParent(app)
        app.installTranslator(translator)
    return words
