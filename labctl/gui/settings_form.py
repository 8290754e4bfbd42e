"""The form of an experiment: the settings people change, each with its unit and its mistake beside it."""

from __future__ import annotations

from functools import partial

from PyQt6.QtWidgets import QFormLayout, QGroupBox, QLabel, QScrollArea, QVBoxLayout, QWidget

from labctl.experiment import Experiment
from labctl.experiment.model import MethodKind
from labctl.gui.document import ExperimentDocument
from labctl.gui.form import Setter, make_field, words_of
from labctl.gui.words import named, tr

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


class SettingsForm(QScrollArea):
    """Fields of GROUPS, kept in step with the document."""

    def __init__(self, document: ExperimentDocument) -> None:
        super().__init__()
        self._document = document
        self._setters: dict[str, Setter] = {}
        self.fields: dict[str, QWidget] = {}
        self.mistakes: dict[str, QLabel] = {}
        self._groups: dict[str, QGroupBox] = {}
        named(self, tr("Settings of the experiment"))
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(4, 4, 8, 4)
        self.about = QLabel()
        self.about.setWordWrap(True)
        self.about.setProperty("role", "muted")
        column.addWidget(self.about)
        for title, keys in GROUPS.items():
            column.addWidget(self._group(title, keys))
        column.addStretch(1)
        self.setWidget(inside)
        document.changed.connect(self.refresh)

    def refresh(self) -> None:
        """Show the document's values and its mistake, if a field can show it."""
        settings, problem = self._document.settings, self._document.problem
        if settings is not None:
            for key, setter in self._setters.items():
                widget = self.fields[key]
                if not (problem is not None and problem.key == key) and widget is not None:
                    setter(self._document.get(key))
            over = settings.method.kind in _OVERCLAMPING
            self._groups["Clamp and pulse, standard"].setVisible(not over)
            self._groups["Clamp and pulse, overclamping"].setVisible(over)
            self._groups["Label servo"].setVisible(settings.method.kind is MethodKind.LABEL_SERVO)
            self.about.setText(_about(settings))
        for key, label in self.mistakes.items():
            mine = problem is not None and (problem.key == key or key.startswith(f"{problem.key}."))
            first = problem is not None and key == next(
                (k for k in self.mistakes if k == problem.key or k.startswith(f"{problem.key}.")), ""
            )
            label.setVisible(mine and first)
            if mine and problem is not None:
                allowed = f"; {problem.allowed}" if problem.allowed else ""
                got = f" ({problem.value})" if problem.value is not None else ""
                label.setText(f"▲ {problem.problem}{got}{allowed}")

    def shows(self, key: str) -> bool:
        """Tell whether a mistake with this key is shown at one of the fields."""
        return any(k == key or k.startswith(f"{key}.") for k in self.mistakes) if key else False

    def _group(self, title: str, keys: tuple[str, ...]) -> QGroupBox:
        box = QGroupBox(tr(title))
        form = QFormLayout(box)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setVerticalSpacing(4)
        for key in keys:
            field, setter = make_field(Experiment, key, partial(self._document.set, key))
            mistake = QLabel()
            mistake.setProperty("role", "error")
            mistake.setWordWrap(True)
            mistake.setVisible(False)
            form.addRow(words_of(key), field)
            form.addRow(mistake)
            self.fields[key], self._setters[key], self.mistakes[key] = field, setter, mistake
        self._groups[title] = box
        return box


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
    return f"{settings.description}\n{line}" if settings.description else line
