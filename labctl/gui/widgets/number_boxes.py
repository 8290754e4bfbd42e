"""Spin boxes: for a quantity with its unit, and for a whole number larger than Qt's own can hold."""

from __future__ import annotations

import math

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QValidator
from PyQt6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QWidget

from labctl.gui.text.phrases import phrase
from labctl.gui.text.words import mark_wrong, must, tr
from protocols.errors import ConfigError
from protocols.units import parse_quantity, si_prefix

_SHOWN = {"dimensionless": "", "ohm": "Ω", "A/V**2": "A/V²", "1/(V*s)": "1/(V·s)"}

LEAST_WIDTH = 80  # of a field: Qt's own leaves room for the largest number
MOST = 2**53  # every whole number up to here is a double


def written(value: float, unit: str) -> str:
    """Write an SI value with its unit and a prefix that suits it; `parse_quantity` reads it back."""
    shown = _SHOWN.get(unit, unit)
    if unit in ("dimensionless", "1/V", "1/s", "A/V**2", "1/(V*s)"):
        return f"{value:.6g} {shown}".strip()
    if value == 0 or not math.isfinite(value):
        return f"0 {shown}"
    factor, prefix = si_prefix(value)
    return f"{value / factor:.6g} {prefix}{shown}"


def for_file(value: float, unit: str) -> str | float:
    """Return what is written into a TOML file: text with an ASCII unit, or a plain number."""
    if unit == "dimensionless":
        return value
    return written(value, unit).replace("µ", "u").replace("Ω", "ohm").replace("²", "^2").replace("·", "*")


class QuantityBox(QAbstractSpinBox):
    """A field for one quantity in SI: shows "100 µs", takes "0.1 ms", steps by a tenth of what is there.

    It is marked while what stands in it is no such quantity. Once a text is finished `changed` carries its
    new value, or `unreadable` the text that has none.
    """

    changed = pyqtSignal(float)
    unreadable = pyqtSignal(str)

    def __init__(self, unit: str, value: float = 0.0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.unit, self._value = unit, value
        self.problem = ""
        self._has_no_value = False  # the text that was finished or shown last is no quantity
        edit = self.lineEdit()
        if edit is not None:
            edit.textEdited.connect(self._check)
        self.editingFinished.connect(self._finish)  # the line edit's own does not come with Return
        self.set_value(value)
        self.setMinimumWidth(LEAST_WIDTH)

    @property
    def value(self) -> float:
        """Return the value in SI."""
        return self._value

    def set_value(self, value: float) -> None:
        """Show a value; nothing is signalled."""
        self._value, self._has_no_value = value, False
        self._write(written(value, self.unit))
        self._mark("")

    def show_text(self, text: str) -> None:
        """Show a value as it is written in a file, readable or not; nothing is signalled."""
        found = self._read(text)
        if found is not None:
            self.set_value(found)
            return
        self._has_no_value = True
        if text != self.text():
            self._write(text)

    def validate(self, text: str | None, position: int) -> tuple[QValidator.State, str, int]:
        """Let anything be typed; what it means is seen when it is finished."""
        return QValidator.State.Acceptable, text or "", position

    def stepBy(self, steps: int) -> None:
        """Step by a tenth of the leading digit."""
        size = abs(self._value)
        step = 10.0 ** math.floor(math.log10(size)) / 10.0 if size > 0 else 1e-3
        self.set_value(round(self._value / step + steps) * step)
        self.changed.emit(self._value)

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        return (
            QAbstractSpinBox.StepEnabledFlag.StepUpEnabled | QAbstractSpinBox.StepEnabledFlag.StepDownEnabled
        )

    def _read(self, text: str) -> float | None:
        try:
            return parse_quantity(
                float(text) if self.unit == "dimensionless" and _plain(text) else text, self.unit
            )
        except ConfigError as error:
            self._mark(phrase(error.sentence()))
            return None

    def _check(self, text: str) -> None:
        if self._read(text) is not None:
            self._mark("")

    def _finish(self) -> None:
        text = self.text()
        found = self._read(text)
        if found is None:
            self._has_no_value = True
            must(self.lineEdit()).setModified(False)  # it is taken as it is
            self.unreadable.emit(text)
            return
        new = found != self._value or self._has_no_value
        self.set_value(found)
        if new:
            self.changed.emit(found)

    def _write(self, text: str) -> None:
        edit = self.lineEdit()
        if edit is not None:
            edit.setText(text)

    def _mark(self, problem: str) -> None:
        if problem == self.problem:
            return
        self.problem = problem
        self.setToolTip(problem or tr("Type a number with its unit, such as 100 us or 0.1 ms."))
        mark_wrong(self, bool(problem))


def _plain(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


class WholeBox(QDoubleSpinBox):
    """A field for one whole number, from `least` on; Qt's own ends at 32 bits."""

    def __init__(self, least: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDecimals(0)
        self.setMinimumWidth(LEAST_WIDTH)
        self.setRange(least, MOST)
        self.editingFinished.connect(lambda: must(self.lineEdit()).setModified(False))

    def value(self) -> int:
        """Return the number."""
        return round(super().value())
