"""The form of an experiment: the settings people change, each with its unit and its mistake beside it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PyQt6.QtWidgets import QFormLayout, QGroupBox, QLabel, QScrollArea, QVBoxLayout, QWidget

from labctl.experiment import Experiment
from labctl.experiment.model import MethodKind
from labctl.gui.state.experiment_document import ExperimentDocument
from labctl.gui.text.words import named, tr
from labctl.gui.widgets.field_guards import UndoKeys
from labctl.gui.widgets.form import Setter, default_of, field_of, make_field, words_of
from labctl.gui.widgets.mistakes import mistake_label, show_mistake, told
from labctl.gui.widgets.number_boxes import QuantityBox

_STANDARD = ("eta", "pulse", "dead_band")
_OVER = ("amplitude", "pulse", "reference_error", "max_pulse", "pulse_step", "dead_band", "normalise")
GROUPS: dict[str, tuple[str, ...]] = {
    "Method": ("method.kind", "method.hinge", "method.tolerance", "method.chop_rounds"),
    "Clamp and pulse, standard": tuple(f"method.standard.{k}" for k in _STANDARD),
    "Clamp and pulse, overclamping": tuple(f"method.overclamping.{k}" for k in _OVER),
    "Label servo": ("method.servo.gain", "method.servo.limit", "method.servo.interval_cycles"),
    "Training": (
        "training.cycles",
        "training.initial_gates",
        "training.gate_spread",
        "training.stop_below",
        "training.stop_after_perfect_rounds",
        "training.noise.inputs",
        "training.noise.labels",
    ),
    "Recording": ("record.rounds", "record.spacing", "record.cycle_rows"),
}
_OVERCLAMPING = (MethodKind.OVERCLAMPING, MethodKind.SYMMETRIC_OVERCLAMPING)


class FieldsForm(QScrollArea):
    """Fields in groups, kept in step with the document; a mistake is shown at its field."""

    def __init__(
        self, document: ExperimentDocument, name: str, groups: Mapping[str, tuple[str, ...]]
    ) -> None:
        super().__init__()
        self._document = document
        self._setters: dict[str, Setter] = {}
        self.fields: dict[str, QWidget] = {}
        self.mistakes: dict[str, QLabel] = {}
        self._groups: dict[str, QGroupBox] = {}
        self._undo_keys = UndoKeys(self)
        named(self, name)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(4, 4, 8, 4)
        self.about = QLabel()
        self.about.setWordWrap(True)
        self.about.setProperty("role", "muted")
        self._column.addWidget(self.about)
        for title, keys in groups.items():
            self._column.addWidget(self._group(title, keys))
        self.setWidget(inside)
        document.changed.connect(self.refresh)

    def refresh(self) -> None:
        """Show the document's values and its mistake, if a field can show it."""
        settings, problem = self._document.settings, self._document.problem
        self.setEnabled(bool(self._document.written()))  # else there is nothing to put a value into
        for key, setter in self._setters.items():
            value = self._document.get(key)
            if value is None and settings is None:
                value = default_of(field_of(Experiment, key))
            setter(value)
        if settings is not None:
            self._follow(settings)
        wrong = problem.key if problem is not None else ""
        first = next((k for k in self.mistakes if wrong and _is_at(k, wrong)), "")
        for key, label in self.mistakes.items():
            field = self.fields[key]
            mistake = field.problem if isinstance(field, QuantityBox) else ""
            if key == first and problem is not None:
                mistake = told(problem)
            show_mistake(label, field, mistake)

    def shows(self, key: str) -> bool:
        """Tell whether a mistake with this key is shown at one of the fields."""
        return bool(key) and any(_is_at(k, key) for k in self.mistakes)

    def _follow(self, settings: Experiment) -> None:
        """Show the groups that mean something."""

    def _group(self, title: str, keys: tuple[str, ...]) -> QGroupBox:
        box = QGroupBox(tr(title))
        form = QFormLayout(box)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setVerticalSpacing(4)
        for key in keys:
            field, setter = make_field(Experiment, key, partial(self._document.set, key))
            self.fields[key], self._setters[key], self.mistakes[key] = field, setter, mistake_label()
            self._undo_keys.guard(field)
            form.addRow(words_of(key), field)
            form.addRow(self.mistakes[key])
        self._groups[title] = box
        return box


class SettingsForm(FieldsForm):
    """Method, training and recording."""

    def __init__(self, document: ExperimentDocument) -> None:
        super().__init__(document, tr("Settings of the experiment"), GROUPS)
        self._column.addStretch(1)

    def _follow(self, settings: Experiment) -> None:
        over = settings.method.kind in _OVERCLAMPING
        self._groups["Clamp and pulse, standard"].setVisible(not over)
        self._groups["Clamp and pulse, overclamping"].setVisible(over)
        self._groups["Label servo"].setVisible(settings.method.kind is MethodKind.LABEL_SERVO)
        self.about.setText(_about(settings))


def _is_at(field: str, key: str) -> bool:
    return field == key or field.startswith(f"{key}.")


def _about(settings: Experiment) -> str:
    """Return the parts of the file the form does not edit, in one line."""
    network = settings.network
    if network.kind == "lattice":
        what = f"{network.rows}×{network.columns} {tr('lattice')}" + (
            f", {tr('periodic')}" if network.periodic else ""
        )
    else:
        what = tr("two-edge board") if network.kind == "two-edge" else tr("graph")
    sources = ", ".join(s.name for s in settings.task.sources)
    outputs = ", ".join(o.name for o in settings.task.outputs)
    line = f"{what} · {tr(str(settings.task.kind))} · {tr('sources')} {sources} · {tr('outputs')} {outputs}"
    return f"{tr(settings.description)}\n{line}" if settings.description else line
