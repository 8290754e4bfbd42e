"""Imperfections of the simulated board: doses as sliders with units, presets, each to be switched off."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QShowEvent
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QGroupBox,
    QLabel,
    QScrollArea,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from labctl.bench_files.calibration_settings import default_store
from labctl.experiment.load import validate
from labctl.gui.text.words import named, tr
from labctl.gui.widgets.mistakes import mistake_label, show_mistake, told
from labctl.gui.widgets.number_boxes import QuantityBox, for_file
from labctl.twins.preset import find_twins
from protocols.errors import ConfigError
from sim_backend.board.imperfections import PRESETS, TABLES, Imperfections, read_doses

GROUPS: dict[str, tuple[str, ...]] = {
    "Learning": (
        "bias_mean",
        "bias_spread",
        "bias_growth",
        "bias_reference",
        "contrast_offset",
        "rate_error",
        "rate_spread",
    ),
    "Transistors": (
        "threshold_spread",
        "threshold_mismatch",
        "threshold_drift",
        "threshold_drift_period",
        "strength_spread",
        "strength_mismatch",
    ),
    "Sources and clamps": (
        "source_offset",
        "source_gain",
        "source_step",
        "label_step",
        "clamp_offset",
        "clamp_gain",
    ),
    "Readings": ("adc_offset", "adc_gain", "adc_noise", "adc_step", "gate_adc_noise", "gate_adc_step"),
    "Gates and pulses": (
        "gate_leak",
        "wall_spread",
        "pulse_step",
        "pulse_jitter",
        "pulse_charge",
        "pulse_charge_spread",
    ),
    "Samples": ("dropped_samples", "late_cycles", "late_by"),
    "Faults": ("dead_edges", "open_edges", "shorted_edges", "short_resistance", "wire_off"),
}
_STEPS = 200
_UNITS = {"": "dimensionless"}
_LEAST = {"": 10.0, "V": 0.01, "V/s": 1.0, "s": 1e-5, "ohm": 10.0, "1/V": 0.05}


@dataclass
class _Row:
    name: str
    unit: str
    on: QCheckBox
    slider: QSlider
    box: QuantityBox
    mistake: QLabel
    largest: float
    problem: str = ""
    sign: float = 1.0  # the slider has none: it moves a dose without changing its direction


class ImperfectionsPanel(QScrollArea):
    """Doses on top of a preset; what is off is zero."""

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        named(self, tr("Imperfections of the simulated board"))
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self._source = "ideal"
        self._preset_doses: dict[str, float] = {}
        self.rows: dict[str, _Row] = {}
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(8, 6, 8, 8)
        self.preset = named(
            QComboBox(), tr("Preset of imperfections"), tr("Doses as measured on a bench, or none")
        )
        for name in PRESETS:
            self.preset.addItem(name, name)
        self.preset.addItem(tr("as measured, from a file …"), None)
        self.offer_twins(default_store())
        self.preset.activated.connect(self._preset_chosen)
        self.about = QLabel()
        self.about.setWordWrap(True)
        self.about.setProperty("role", "muted")
        column.addWidget(self.preset)
        column.addWidget(self.about)
        largest = _largest()
        for title, names in GROUPS.items():
            box = QGroupBox(tr(title))
            grid = QGridLayout(box)
            grid.setVerticalSpacing(3)
            grid.setColumnStretch(1, 1)
            for line, name in enumerate(names):
                self._add_row(grid, line, name, largest[name])
            column.addWidget(box)
        column.addStretch(1)
        self.setWidget(inside)
        self.use("ideal")

    def showEvent(self, event: QShowEvent | None) -> None:
        """Look for twins made since the panel was last seen."""
        super().showEvent(event)
        self.offer_twins(default_store())

    def use(self, preset_or_file: str, words: str = "") -> None:
        """Take the doses of a preset or file, listed under `words` or its name. Raises ConfigError."""
        doses = read_doses(preset_or_file)
        read = validate(Imperfections, doses, preset_or_file)
        self._source = preset_or_file
        self._preset_doses = {name: float(getattr(read, name)) for name in self.rows}
        for name, row in self.rows.items():
            self._show(row, self._preset_doses[name])
        kept = [t for t in TABLES if t in doses]
        about = tr(read.description) if read.description else ""
        if not about and not any(self._preset_doses.values()):
            about = tr("Every dose is zero: the ideal board.")
        if kept:
            about += " " + tr("The file's values of single edges are used as they are.")
        self.about.setText(about.strip())
        self.preset.setCurrentIndex(self._offer(words or preset_or_file, preset_or_file))
        self.changed.emit()

    def offer_twins(self, folder: Path) -> None:
        """Offer the twins that `labctl calibrate twin` has written into a folder of calibrations."""
        for board, file in find_twins(folder).items():
            self._offer(tr("as measured on {bench}", bench=board), str(file))

    def _offer(self, words: str, preset_or_file: str) -> int:
        """Return the place of a preset in the list, putting it in when it is not there yet."""
        if self.preset.findData(preset_or_file) < 0:
            self.preset.insertItem(self.preset.count() - 1, words, preset_or_file)
        return self.preset.findData(preset_or_file)

    def set_dose(self, name: str, value: float) -> None:
        """Set one dose, SI."""
        self._show(self.rows[name], value)
        self.changed.emit()

    def chosen(self) -> tuple[str | None, list[str]]:
        """Return the preset or file, and the doses that differ from it as name=value with unit.

        Raises ConfigError while a dose has a mistake.
        """
        found = []
        for name, row in self.rows.items():
            if row.problem:
                raise ConfigError(row.problem, key=f"imperfections.{name}")
            value = row.box.value if row.on.isChecked() else 0.0
            if not math.isclose(value, self._preset_doses[name], rel_tol=1e-5, abs_tol=1e-15):
                text = for_file(value, _UNITS.get(row.unit, row.unit))
                found.append(f'{name}="{text}"' if isinstance(text, str) else f"{name}={text!r}")
        return (None if self._source == "ideal" and not found else self._source), found

    # ── rows ─────────────────────────────────────────────────────────────────────────────────────

    def _add_row(self, grid: QGridLayout, line: int, name: str, largest: float) -> None:
        field = Imperfections.model_fields[name]
        extra: Any = field.json_schema_extra or {}
        unit, words = str(extra.get("unit", "")), tr(name.replace("_", " "))
        tip = tr(field.description or "")
        on = named(QCheckBox(words), tr("{dose} on", dose=words), tip)
        slider = named(QSlider(Qt.Orientation.Horizontal), tr("{dose}, slider", dose=words), tip)
        slider.setRange(0, _STEPS)
        slider.setMinimumWidth(70)
        box = named(QuantityBox(_UNITS.get(unit, unit)), words, tip)
        row = _Row(name, unit, on, slider, box, mistake_label(), largest)
        self.rows[name] = row
        on.clicked.connect(lambda checked: self._switched(row, bool(checked)))
        slider.valueChanged.connect(lambda k: self._slid(row, k))
        box.changed.connect(lambda value: self.set_dose(name, value))
        box.unreadable.connect(lambda _: self._judged(row))
        for column, widget in enumerate((on, slider, box)):
            grid.addWidget(widget, 2 * line, column)
        grid.addWidget(row.mistake, 2 * line + 1, 0, 1, 3)

    def _show(self, row: _Row, value: float) -> None:
        row.on.setChecked(value != 0.0)
        row.box.set_value(value)
        self._find_mistake(row)
        if value != 0.0:
            row.sign = math.copysign(1.0, value)
        row.largest = max(row.largest, abs(value))
        row.slider.blockSignals(True)
        row.slider.setValue(round(_STEPS * math.sqrt(min(abs(value) / row.largest, 1.0))))
        row.slider.blockSignals(False)

    def _slid(self, row: _Row, k: int) -> None:
        value = row.sign * row.largest * (k / _STEPS) ** 2
        value = float(f"{value:.2g}")
        row.box.set_value(value)
        row.on.setChecked(value != 0.0)
        self._judged(row)

    def _judged(self, row: _Row) -> None:
        self._find_mistake(row)
        self.changed.emit()

    def _find_mistake(self, row: _Row) -> None:
        """Show what is wrong with a dose: unreadable, or outside what it may be."""
        row.problem = row.box.problem
        if not row.problem and row.on.isChecked():
            try:
                validate(Imperfections, {row.name: for_file(row.box.value, row.box.unit)}, "")
            except ConfigError as error:
                row.problem = told(error)
        show_mistake(row.mistake, row.box, row.problem)

    def _switched(self, row: _Row, on: bool) -> None:
        if on and row.box.value == 0.0:
            self._show(row, self._preset_doses[row.name] or float(f"{0.1 * row.largest:.2g}"))
        elif not on:
            row.box.set_value(row.box.value)  # in place of a text that could not be read: it is not used
        self._judged(row)

    def _preset_chosen(self, place: int) -> None:
        wanted = self.preset.itemData(place)
        if wanted is None:
            wanted, _ = QFileDialog.getOpenFileName(self, tr("Imperfections"), "", "TOML (*.toml)")
        try:
            self.use(str(wanted) if wanted else self._source)
        except ConfigError as error:
            self.preset.setCurrentIndex(self.preset.findData(self._source))
            self.about.setText(f"▲ {error}")


def _largest() -> dict[str, float]:
    """Return where each slider ends: well beyond the harshest preset."""
    harsh = [Imperfections.model_validate(read_doses(name)) for name in PRESETS]
    found = {}
    for name in (n for names in GROUPS.values() for n in names):
        field = Imperfections.model_fields[name]
        extra: Any = field.json_schema_extra or {}
        seen = max(abs(float(getattr(doses, name))) for doses in harsh)
        least = 0.1 if str(extra.get("unit", "")) == "" else _LEAST[str(extra.get("unit"))]
        found[name] = 5 * seen or least
        if "probability" in (field.description or ""):
            found[name] = min(found[name], 1.0)
    return found
