"""Texts that are shown through variables: what the translation has to know besides the literals."""

from __future__ import annotations

from pydantic import BaseModel

from labctl.gui.app.layout import PLOTS
from labctl.gui.panels import imperfections
from labctl.gui.panels.bench import calibration_table
from labctl.gui.panels.experiment import settings_form, task_form
from labctl.gui.panels.runs import panel as runs_panel
from labctl.gui.panels.runs import table as runs_table
from labctl.gui.state import safety_status
from labctl.gui.widgets.form import choices_of, field_of
from protocols.engine import RunState
from protocols.units import WANTED
from sim_backend.board.imperfections import PRESETS, Imperfections, read_doses

_STATES = {"CONNECTING", "CHECKING", "COMPLETED", "STOPPED", "ABORTED", "FAILED", "STORING"}
_STATES |= {safety_status.NOT_READY, safety_status.CHECKING_BENCH}
_STATES |= {safety_status.ENERGISED, safety_status.BROKEN_OFF}
_STATES |= {safety_status.CALIBRATING, safety_status.MEASURED}
_NAMES = {"supply", "meter", "controller", "daq", "simulator", "this computer"}
_NAMES |= {"engine", "window", "guardian", "note", "marker", "preflight overridden", "calibration expired"}
_NAMES |= {
    "simulated 4×4 board",
    "key F12",
    "the window was closed",
    "{part0} and {part1}",
    "{part0} and {part1} and {part2}",
}
_FACTS = {"learning time", "wall time", "time left", "speed"}
_SHEET = {"run", "expected", "bench", "instrument", "limits", "safe means", "last failure"}
_SHEET |= {"calibrated"}
_LIMITS = {"nodes", "gates", "pulses", "blocks"}
_TASKS = {"regression", "classification"}
_AXES = {
    "learning time",
    "gate voltage",
    "gate voltage at the end",
    "error (V²)",
    "training error (V²)",
    "data point",
    "output",
    "gate",
    "first input",
    "second input",
    "late by",
    "cycles",
    "edge",
}
_RUNS = {
    "Open",
    "Show the run in the plots.",
    "Compare",
    "Two to eight runs, laid over each other.",
    "Run again",
    "Take its settings into the experiment panel.",
    "Tags …",
    "Words to find the chosen runs again by.",
    "Export …",
    "Write its data as CSV tables.",
    "Open folder",
    "Show its files.",
    "Recover",
    "Store what was committed of runs whose engine died.",
}
_QT = {"&Look in:", "Files of &type:"}  # which Qt's own translation of its file dialog lacks


def shown(model: type[BaseModel]) -> set[str]:
    """Return the words of forms, tables and plots."""
    found = _STATES | _FACTS | _SHEET | _LIMITS | _TASKS | _AXES | _RUNS
    found |= {word for state in RunState for word in (str(state), str(state).upper())}
    found |= _NAMES | set(WANTED.values()) | {str(read_doses(name)["description"]) for name in PRESETS} | _QT
    found |= {str(touch) for touch in safety_status.TouchAdvice}
    found |= {kind.title for kind in PLOTS} | {h for h in runs_table.HEADS if h} | set(runs_panel.STATUS[1:])
    found |= set(task_form.NETWORKS) | set(calibration_table.STATES)
    found |= {key.replace("_", " ") for key in (*task_form.SOURCES, *task_form.OUTPUTS, "classes", "groups")}
    for title, keys in (settings_form.GROUPS | task_form.GROUPS).items():
        found.add(title)
        for key in keys:
            field = field_of(model, key)
            found.add(key.rpartition(".")[2].replace("_", " "))
            found |= {field.description} if field.description else set()
            found |= set(choices_of(field) or ())
    for title, names in imperfections.GROUPS.items():
        found.add(title)
        for name in names:
            found.add(name.replace("_", " "))
            found.add(Imperfections.model_fields[name].description or "")
    return found - {""}
