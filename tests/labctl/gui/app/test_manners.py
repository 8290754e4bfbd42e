"""Manners: contrast, names for screen readers, keys, languages, layout, export."""

from __future__ import annotations

import importlib.util
import re
import time
from dataclasses import fields
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QApplication,
    QMainWindow,
    QPushButton,
    QScrollBar,
    QTabBar,
    QToolButton,
    QTreeWidgetItem,
    QWidget,
)

from labctl.engine.lifecycle import VERBS, Verb
from labctl.gui.panels.banner import Banner
from labctl.gui.state.safety_status import SafetyStatus, TouchAdvice
from labctl.gui.text import language
from labctl.gui.widgets import theme
from labctl.gui.widgets import tree_colours as roles
from labctl.store.catalogue import Entry

from ..conftest import Opened, until

pytestmark = pytest.mark.gui
ROOT = Path(__file__).parents[4]


@pytest.mark.parametrize("look", [theme.LIGHT, theme.DARK], ids=lambda t: t.name)
def test_every_text_is_legible(look: theme.Theme) -> None:
    faint = {what: theme.contrast(a, b) for what, a, b in look.texts()}
    assert min(faint.values()) >= theme.LEAST_CONTRAST, {k: v for k, v in faint.items() if v < 4.5}
    assert all(theme.contrast(c, look.base) >= 3.0 for c in look.series)  # lines: WCAG's bar for graphics


def test_contrast_is_that_of_the_standard() -> None:
    assert theme.contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert theme.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def _can_be_reached(widget: QWidget) -> bool:
    inner = isinstance(widget, QScrollBar) or widget.objectName().startswith("qt_")
    return widget.focusPolicy() != Qt.FocusPolicy.NoFocus and not inner


def test_every_control_has_a_name_and_the_tab_key_reaches_it(open_window: Opened) -> None:
    window = open_window(live=False)
    window.panels.experiment.open(ROOT / "examples" / "xor.toml")
    nameless, reached = [], set()
    for widget in window.findChildren(QWidget):
        if not _can_be_reached(widget) or isinstance(widget, QTabBar):
            continue
        if not (widget.accessibleName() or getattr(widget, "text", str)() or _belongs_to_named(widget)):
            nameless.append((type(widget).__name__, widget.objectName()))
    assert not nameless
    widget = window.nextInFocusChain()
    while widget is not None and widget not in reached and len(reached) < 5000:
        reached.add(widget)
        widget = widget.nextInFocusChain()
    for button in (
        *window.panels.controls.buttons.values(),
        window.panels.controls.emergency,
        window.panels.controls.start,
    ):
        assert button in reached
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus


def _belongs_to_named(widget: QWidget) -> bool:
    """Tell whether a part of a control, such as a table's viewport, speaks by the control's name."""
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, QMainWindow):
        if parent.accessibleName():
            return True
        parent = parent.parentWidget()
    return False


def test_verbs_say_what_they_do(open_window: Opened) -> None:
    window = open_window(live=False)
    for verb, button in window.panels.controls.buttons.items():
        assert VERBS[verb].consequence in button.toolTip()
    assert "F12" in window.panels.controls.emergency.text()
    assert VERBS[Verb.EMERGENCY_OFF].consequence in window.panels.controls.emergency.toolTip()
    keys = dict(window.actions_.shortcuts())
    for key in ("F12", "F5", "F1", "Ctrl+Return", "Ctrl+Space", "Ctrl+Z", "Ctrl+1", "Ctrl+F"):
        assert key in keys


def test_the_banner_has_another_shape_and_word_for_each_standing(app: QApplication) -> None:
    banner = Banner(theme.LIGHT)
    banner.resize(1200, 80)
    pictures = set()
    for touch in TouchAdvice:
        banner.show_status(SafetyStatus("X", touch, "why", "board 7", True))
        assert banner.touch.text() == touch.value
        assert touch.value in banner.accessibleName()
        image = banner.sign.grab().toImage()
        shape = tuple(
            image.pixelColor(x, y).lightness() > 200 for x in range(0, 64, 4) for y in range(0, 64, 4)
        )
        pictures.add(shape)
    assert len(pictures) == len(TouchAdvice)


def test_a_long_reason_never_outgrows_the_window_and_begins_with_what_must_be_done(
    open_window: Opened,
) -> None:
    window = open_window(live=False)
    banner, why = window.panels.banner, "THE BENCH MAY NOT BE SAFE, switch its supply off by hand: "
    why += 30 * "no answer; "
    for width in (1280, 960):
        window.resize(width, 540)
        banner.show_status(SafetyStatus("FAULT", TouchAdvice.DO_NOT, why, 9 * "a long name ", True))
        until(lambda w=width: banner.width() == w)
        QApplication.processEvents()
        lines = banner.why.lines()
        assert (window.width(), window.height()) == (width, 540)
        assert "".join(lines).startswith("THE BENCH MAY NOT BE SAFE, switch its supply off by hand")
        assert lines[-1].endswith("…")
        assert banner.why.height() >= len(lines) * banner.why.fontMetrics().lineSpacing()
        assert banner.why.toolTip() == why.strip()
        assert banner.bench.toolTip()
    banner.show_status(SafetyStatus("FAULT", TouchAdvice.DO_NOT, "short", "", True))
    assert not banner.why.toolTip()


def test_a_small_window_shows_fields_runs_and_curves(open_window: Opened) -> None:
    window = open_window(live=False)
    window.panels.experiment.open(ROOT / "examples" / "xor.toml")
    window.resize(960, 540)
    runs, form = window.panels.runs, window.panels.experiment.form
    window.layout_.panels["runs"].raise_()
    until(lambda: runs.height() < 200 and window.layout_.panels["experiment"].width() < 400)
    menu = next(b for b in runs.findChildren(QPushButton) if b.text() == "≡")
    assert form.widget().minimumSizeHint().width() <= form.viewport().width()
    assert menu.isVisible()
    assert not runs.buttons["open"].isVisible()
    until(lambda: not runs.buttons["recover"].isEnabled())  # the list has been read
    menu.menu().aboutToShow.emit()
    assert not any(action.isEnabled() for action in menu.menu().actions())  # no run is chosen
    runs.buttons["open"].setEnabled(True)
    menu.menu().aboutToShow.emit()
    assert [a.text() for a in menu.menu().actions() if a.isEnabled()] == ["Open"]
    left = window.layout_.plots["error"].view.getPlotItem().getAxis("left")
    assert window.layout_.plots["error"].view.height() < 120
    assert not left.label.isVisible()
    window.resize(1500, 940)
    until(lambda: left.label.isVisible() and not menu.isVisible())
    assert runs.buttons["open"].isVisible()


def test_chinese_is_complete_and_keeps_its_fields() -> None:
    spec = importlib.util.spec_from_file_location("gui_texts", ROOT / "tools" / "gui_texts.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    table = language.read_translations("zh")
    missing = [text for text in tool.texts() if not table.get(text)]
    assert not missing
    fields = re.compile(r"{\w+}")
    for source, translation in table.items():
        assert sorted(fields.findall(source)) == sorted(fields.findall(translation)), source


def test_a_chinese_window_says_so(open_window: Opened, app: QApplication) -> None:
    translator = language.install(app, "zh")
    assert translator is not None
    try:
        window = open_window(live=False)
        assert window.panels.controls.start.text().endswith("开始")
        assert window.layout_.plots["network"].windowTitle() == "网络"
        window.panels.banner.show_status(SafetyStatus("RUNNING", TouchAdvice.SAFE, "", "", True))
        assert window.panels.banner.touch.text() == "可安全触摸"
    finally:
        app.removeTranslator(translator)
    assert language.install(app, "en") is None


def test_the_layout_comes_back(open_window: Opened) -> None:
    first = open_window(live=False)
    network = first.layout_.plots["network"]
    network.setFloating(True)
    first.layout_.plots["error"].hide()
    first.layout_.save(first.state.store)
    second = open_window(live=False)
    second.restore()
    assert second.layout_.plots["network"].isFloating()
    assert not second.layout_.plots["error"].isVisible()
    second.layout_.reset()
    assert not second.layout_.plots["network"].isFloating()
    assert not second.layout_.plots["error"].isHidden()


def test_themes_change_while_the_window_is_open(open_window: Opened) -> None:
    window = open_window(live=False)
    word = QTreeWidgetItem(["supply", "does not answer"])
    roles.colour(word, 1, "error", window.state.theme)
    window.panels.bench.tree.addTopLevelItem(word)
    window.theming.set_theme(theme.DARK)
    until(lambda: not window.theming.unstyled)
    assert word.foreground(1).color().name() == theme.DARK.error.lower()
    shade = window.layout_.plots["traces"].view.backgroundBrush().color().name()
    assert shade == theme.DARK.base.lower()
    window.theming.set_theme(theme.LIGHT)
    until(lambda: not window.theming.unstyled)
    assert window.layout_.plots["traces"].view.backgroundBrush().color().name() == "#ffffff"


def test_the_window_fits_a_full_hd_screen_at_every_scaling(open_window: Opened) -> None:
    window = open_window(live=False)
    for scaling in (1.5, 2.0):
        window.resize(round(1920 / scaling), round(1080 / scaling))
        until(lambda: True)
        assert window.width() <= round(1920 / scaling)
        assert window.height() <= round(1080 / scaling)
        assert window.panels.controls.emergency.geometry().right() <= window.panels.controls.width()
        for button in (window.panels.controls.start, *window.panels.controls.buttons.values()):
            assert button.isHidden() or button.width() >= button.minimumSizeHint().width()
    facts = list(window.panels.controls.facts.values())
    assert [fact.isVisible() for fact in facts] == sorted((f.isVisible() for f in facts), reverse=True)


def test_doses_are_asked_for_with_units(open_window: Opened) -> None:
    window = open_window(live=False)
    panel = window.panels.imperfections
    assert panel.chosen() == (None, [])
    panel.use("lattice-paper")
    assert panel.chosen() == ("lattice-paper", [])
    row = panel.rows["bias_mean"]
    row.on.click()
    assert panel.chosen() == ("lattice-paper", ['bias_mean="0 V/s"'])
    row.on.click()
    assert panel.chosen() == ("lattice-paper", [])
    panel.rows["adc_noise"].slider.setValue(200)
    source, doses = panel.chosen()
    assert (source, len(doses)) == ("lattice-paper", 1)
    assert doses[0].startswith('adc_noise="')
    assert doses[0].endswith('V"')


def test_buttons_without_words_have_names(open_window: Opened) -> None:
    window = open_window(live=False)
    for dock in window.layout_.plots.values():
        for button in dock.bar.findChildren(QToolButton):
            assert len(button.accessibleName()) > 3


def test_a_long_list_of_runs_does_not_hold_the_window_up(open_window: Opened) -> None:
    window = open_window(live=False)
    window.layout_.panels["runs"].raise_()
    known = dict.fromkeys(f.name for f in fields(Entry)) | {"status": "completed", "name": "xor"}
    entries = [Entry(**known | {"folder": f"d/{k:05d}-xor", "number": k}) for k in range(500)]
    runs = window.panels.runs
    runs._fill((entries, 0))  # noqa: SLF001
    began = time.thread_time()
    runs._fill((entries, 0))  # noqa: SLF001
    QApplication.processEvents()
    assert time.thread_time() - began < 0.5  # a machine with nothing else to do takes 0.02 s
    runs.choose([3, 499])
    runs._fill((entries[1:], 0))  # noqa: SLF001
    assert [e.number for e in runs.chosen()] == [3, 499]


@pytest.mark.parametrize("look", [theme.LIGHT, theme.DARK], ids=lambda t: t.name)
def test_a_chosen_tab_is_no_wider_than_it_was_measured(app: QApplication, look: theme.Theme) -> None:
    theme.apply(app, look)  # Qt shortens names for the plain font: a bold one would be cut at both ends
    (rule,) = re.findall(r"QTabBar::tab:selected {(.*?)}", app.styleSheet(), re.DOTALL)
    assert "font" not in rule
