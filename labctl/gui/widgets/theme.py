"""Light and dark: the colours of the window and its plots, and the contrast between them."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QPalette
from PyQt6.QtWidgets import QApplication

from labctl.figures.style import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION
from labctl.gui.text.words import must

LEAST_CONTRAST = 4.5


@dataclass(frozen=True)
class Theme:
    """Colours by role; every text role keeps LEAST_CONTRAST to the grounds it is written on."""

    name: str
    window: str
    base: str
    field: str
    raised: str
    line: str
    text: str
    muted: str
    accent: str
    on_accent: str
    error: str
    warning: str
    good: str
    grid: str
    faint: str
    series: tuple[str, ...]
    # the banner: ground of each standing, always under white words
    safe: str = "#0A6B50"
    live: str = "#B14400"
    fault: str = "#9B1035"
    unknown: str = "#4A525B"
    on_state: str = "#FFFFFF"

    def texts(self) -> list[tuple[str, str, str]]:
        """Return every pair of text and ground that occurs: what it is, text colour, ground colour."""
        pairs = [
            (f"{role} on {ground}", getattr(self, role), getattr(self, ground))
            for role in ("text", "muted", "error", "warning", "good", "accent")
            for ground in ("window", "base", "field", "raised")
        ]
        pairs += [
            (f"banner {s}", self.on_state, getattr(self, s)) for s in ("safe", "live", "fault", "unknown")
        ]
        return [*pairs, ("selection", self.on_accent, self.accent)]


LIGHT = Theme(
    name="light",
    window="#F2F4F6",
    base="#FFFFFF",
    field="#FFFFFF",
    raised="#E6EAEE",
    line="#C3CAD1",
    text="#1A1F24",
    muted="#4C555E",
    accent="#005A96",
    on_accent="#FFFFFF",
    error="#A3122F",
    warning="#7A4300",
    good="#00614A",
    grid="#D5DADF",
    faint="#8C959E",
    series=(BLUE, VERMILION, GREEN, "#A8457F", "#9C6A00", "#2A7FB0"),
)
DARK = Theme(
    name="dark",
    window="#1D2125",
    base="#14171A",
    field="#2E353C",
    raised="#2B3137",
    line="#454D56",
    text="#ECEFF1",
    muted="#B0B8C0",
    accent="#7CC4F5",
    on_accent="#0B1620",
    error="#FF9AA8",
    warning="#FFB95E",
    good="#5FD6AE",
    grid="#343B42",
    faint="#7C8792",
    series=(SKY, "#FF8B4A", "#3CC79B", PURPLE, ORANGE, "#A9C7E8"),
)


def contrast(text: str, ground: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21, as WCAG 2 defines it."""
    bright, dark = sorted((_luminance(text), _luminance(ground)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def system_theme(app: QApplication) -> Theme:
    """Return the theme the desktop asks for; light when it does not say."""
    hints = must(app.styleHints())
    return DARK if hints.colorScheme() is Qt.ColorScheme.Dark else LIGHT


def apply(app: QApplication, theme: Theme) -> None:
    """Give the application a theme: palette and the few rules a palette cannot say."""
    app.setPalette(palette(theme))
    app.setStyleSheet(_RULES.format(**vars(theme)))


def palette(theme: Theme) -> QPalette:
    """Return Qt's palette of a theme."""
    roles = QPalette.ColorRole
    colours = {
        roles.Window: theme.window,
        roles.WindowText: theme.text,
        roles.Base: theme.field,
        roles.AlternateBase: theme.raised,
        roles.Text: theme.text,
        roles.Button: theme.raised,
        roles.ButtonText: theme.text,
        roles.BrightText: theme.error,
        roles.ToolTipBase: theme.raised,
        roles.ToolTipText: theme.text,
        roles.PlaceholderText: theme.muted,
        roles.Highlight: theme.accent,
        roles.HighlightedText: theme.on_accent,
        roles.Link: theme.accent,
        roles.LinkVisited: theme.accent,
        roles.Mid: theme.line,
        roles.Dark: theme.line,
        roles.Light: theme.raised,
        roles.Midlight: theme.line,
        roles.Shadow: theme.line,
    }
    found = QPalette()
    for role, colour in colours.items():
        found.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        found.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.faint))
    return found


_RULES = """
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {line}; padding: 4px; }}
QDockWidget {{ titlebar-close-icon: none; titlebar-normal-icon: none; }}
QLabel[role="error"] {{ color: {error}; }}
QLabel[role="warning"] {{ color: {warning}; }}
QLabel[role="good"] {{ color: {good}; }}
QLabel[role="muted"] {{ color: {muted}; }}
QLabel[role="title"] {{ font-weight: 600; }}
QLabel[role="heading"] {{ font-weight: 600; font-size: 13pt; }}
QLabel[role="reading"] {{ background: {base}; color: {text}; border: 1px solid {line}; padding: 1px 5px; }}
QFrame[role="card"] {{ background: {base}; border: 1px solid {line}; border-radius: 6px; }}
QAbstractSpinBox[wrong="true"], QComboBox[wrong="true"] {{ color: {error}; font-weight: 600; }}
QPushButton {{ padding: 5px 12px; }}
QPushButton[role="primary"]:enabled {{ background: {accent}; color: {on_accent}; border: 1px solid {accent};
    border-radius: 4px; font-weight: 600; }}
QPushButton[role="primary"]:enabled:focus {{ border: 2px solid {text}; }}
QPushButton[role="emergency"] {{ background: {fault}; color: {on_state}; border: 3px solid {on_state};
    border-radius: 8px; font-weight: 800; font-size: 13pt; padding: 6px 16px; }}
QPushButton[role="emergency"]:focus, QPushButton[role="emergency"]:hover {{ border-color: #FFD400; }}
QTabBar::tab {{ padding: 5px 9px; background: {raised}; color: {muted}; border: 1px solid {line}; }}
QTabBar::tab:selected {{ background: {base}; color: {text}; border-top: 2px solid {accent}; }}
QTabBar::tab:focus {{ color: {accent}; }}
QMainWindow::separator {{ background: {window}; width: 5px; height: 5px; }}
QMainWindow::separator:hover {{ background: {accent}; }}
QHeaderView::section {{ background: {raised}; color: {text}; border: 0; border-right: 1px solid {line};
    padding: 4px 6px; }}
QProgressBar {{ border: 1px solid {line}; border-radius: 4px; background: {base}; text-align: center;
    color: {text}; }}
QProgressBar::chunk {{ background: {line}; border-radius: 3px; }}
"""
