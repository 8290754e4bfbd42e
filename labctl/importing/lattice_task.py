"""The task of a published lattice run: wiring, data points and labels as an experiment file says them.

Node numbers are 4·row + column; stored inputs and labels are fractions of full scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labctl.experiment.tables import TomlTable
from labctl.importing.matlab import MatlabFields
from labctl.importing.recording import SourceFile, column, quantity
from protocols.block import FloatArray, IntArray
from protocols.messages import say
from protocols.task import TaskKind

_SAME = 1e-6  # of full scale


@dataclass(frozen=True, eq=False)
class LatticeTask:
    """What was trained; inputs (P, S) as fractions of full scale; half a period in cycles, 0 without one."""

    values: TomlTable
    kind: TaskKind
    differential: bool
    full_scale_V: float
    source_nodes: IntArray
    target_nodes: IntArray
    train_inputs: FloatArray
    groups: IntArray
    half_period: int
    has_test: bool
    label_V: float
    grid: tuple[FloatArray, FloatArray, IntArray] | None
    inferred: tuple[str, ...]

    def outputs(self, targets_raw: NDArray[np.float64]) -> FloatArray:
        """Turn readings of the target nodes, fractions on the first axis, into outputs in volts, (…, T)."""
        volts = self.full_scale_V * np.moveaxis(targets_raw, 0, -1)
        return volts[..., 1::2] - volts[..., 0::2] if self.differential else volts


def read_task(source: SourceFile, fields: MatlabFields) -> LatticeTask:
    """Read wiring and data of a published run. Raises ConfigError for what labctl cannot express."""
    sources, targets, points = (fields.whole(n) for n in ("SOR", "TAR", "TRA"))
    full_scale = fields.number("NODEMULT")
    train = fields.numbers("TRAIN", sources + targets, points).T
    nodes = _nodes(fields, "SLOC", sources), _nodes(fields, "TLOC", targets)
    kind = TaskKind.CLASSIFICATION if fields.whole("CLA", 1) > 1 else TaskKind.REGRESSION
    differential = bool(fields.number("DEL", 0))
    if fields.whole("CLA", 1) > 2:
        raise source.refuse(say("it sorts into more than two classes, which labctl cannot express"))
    if differential and targets % 2:
        raise source.refuse(say("its outputs are differential, but its targets do not come in pairs"))
    groups, half, inferred = _order(fields, points)
    tests = (
        fields.numbers("TEST", sources + targets, fields.whole("TST", 0)).T if "TEST" in fields else train[:0]
    )
    test_used = _is_test(fields, kind, train[:, :sources], tests[:, :sources])
    if len(tests) and not test_used:
        inferred.append(
            "the test inputs carry no classes of their own; they are kept as a map, not as a test set"
        )
    wired, names = _sources(nodes[0], train[:, :sources])
    reading = _outputs(nodes[1], differential)
    label_V = _label_V(source, fields, full_scale) if kind is TaskKind.CLASSIFICATION else 0.0
    values: TomlTable = {"kind": str(kind), "sources": _in_volts(wired, full_scale), "outputs": reading}
    if kind is TaskKind.CLASSIFICATION:
        values["label"] = quantity(label_V, "V")
        margin_V = full_scale * fields.number("BUF", 0) / 2000
        if abs(margin_V - label_V) > 1e-9:
            values["margin"] = quantity(margin_V, "V")
    for name, table, classes in (("train", train, "TRAINCLASSES"), ("test", tests, "TESTCLASSES")):
        if name == "train" or test_used:
            values[name] = _data(fields, table, sources, names, reading, classes, kind, full_scale)
    values["train"]["groups"] = groups.tolist()
    return LatticeTask(
        values,
        kind,
        differential,
        full_scale,
        *nodes,
        train[:, :sources],
        groups,
        half,
        test_used,
        label_V,
        _grid(tests[:, :sources], names, full_scale),
        tuple(inferred),
    )


def one_hot(fields: MatlabFields) -> float:
    """Return the differential label the clamps aim at, as a fraction of full scale."""
    return (fields.number("HOT", 0) % 1000) * (1 + fields.number("TFB", 0) / 4) / 500


def _nodes(fields: MatlabFields, name: str, count: int) -> IntArray:
    columns = (
        fields.whole("NSIZE2", 4) if "NSIZE" not in fields else int(fields.numbers("NSIZE").reshape(-1)[1])
    )
    places = fields.numbers(name, count, 2)
    return np.asarray(columns * places[:, 0] + places[:, 1]).astype(np.int64)


def _order(fields: MatlabFields, points: int) -> tuple[IntArray, int, list[str]]:
    """Return the group of each point and half the period in cycles (0: points at random)."""
    repeats = -int(fields.numbers("TRAINIDX").reshape(-1)[0]) if "TRAINIDX" in fields else 0
    number = fields.whole("GRU", 1)
    given = fields.numbers("TRAINGROUP").reshape(-1) if "TRAINGROUP" in fields else np.zeros(points)
    if repeats <= 0:
        return given.astype(np.int64), 0, ["the data points came in random order"]
    if number > 1:
        half = repeats * points // number
        return given.astype(np.int64), half, ["inside a task the points are taken to follow one another"]
    if points < 2:
        return np.zeros(points, dtype=np.int64), 0, []
    return np.arange(points), repeats, ["each data point is a task of its own: they were trained in turn"]


def _is_test(fields: MatlabFields, kind: TaskKind, train: FloatArray, tests: FloatArray) -> bool:
    """Tell whether the test inputs are a test set: same rails, and classes that mean something."""
    if not len(tests):
        return False
    rails = np.ptp(train, axis=0) < _SAME
    if np.any(np.abs(tests[:, rails] - train[0, rails]) > _SAME):
        return False
    if kind is not TaskKind.CLASSIFICATION:
        return True
    return "TESTCLASSES" in fields and len(np.unique(fields.numbers("TESTCLASSES"))) > 1


def _sources(nodes: IntArray, inputs: FloatArray) -> tuple[list[TomlTable], dict[int, str]]:
    """Return the sources, voltages as fractions, and the columns that carry an input of their own, named."""
    names: dict[int, str] = {}
    found: list[TomlTable] = []
    taken: dict[str, int] = {}
    constant = [c for c in range(len(nodes)) if np.ptp(inputs[:, c]) < _SAME]
    rails = [_rail_name(float(inputs[0, c])) for c in constant]
    for at, node in enumerate(nodes):
        if at in constant:
            rail = _rail_name(float(inputs[0, at]))
            taken[rail] = taken.get(rail, 0) + 1
            name = f"{rail} {chr(ord('a') + taken[rail] - 1)}" if rails.count(rail) > 1 else rail
            found.append({"name": name, "node": int(node), "voltage": float(inputs[0, at])})
            continue
        twin = next((c for c in names if np.all(np.abs(inputs[:, c] + inputs[:, at] - 1) < _SAME)), None)
        if twin is not None and not any(s.get("complement_of") == names[twin] for s in found):
            found.append({"name": f"{names[twin]}'", "node": int(node), "complement_of": names[twin]})
            continue
        names[at] = f"V{len(names) + 1}"
        found.append({"name": names[at], "node": int(node)})
    return found, names


def _rail_name(fraction: float) -> str:
    return "V+" if fraction > 0.9 else "V-" if fraction < 0.1 else "Vo"


def _in_volts(sources: list[TomlTable], full_scale: float) -> list[TomlTable]:
    return [
        s | {"voltage": quantity(full_scale * s["voltage"], "V")} if "voltage" in s else s for s in sources
    ]


def _outputs(nodes: IntArray, differential: bool) -> list[TomlTable]:
    if not differential:
        return [{"name": f"O{k + 1}" if len(nodes) > 1 else "O", "node": int(n)} for k, n in enumerate(nodes)]
    pairs = nodes.reshape(-1, 2)
    several = len(pairs) > 1
    return [
        {"name": f"O{k + 1}" if several else "O", "positive": int(second), "negative": int(first)}
        for k, (first, second) in enumerate(pairs)
    ]


def _label_V(source: SourceFile, fields: MatlabFields, full_scale: float) -> float:
    """Return the label voltage of class 1: the far side of the margin the loss is counted from.

    With learning time in proportion to the error (UPD 4) the goal is the margin, BUF/2000; otherwise the
    one-hot label HOT/500, raised by a quarter when the clamp is corrected by feedback (TFB).
    """
    margin = fields.number("BUF", 0) / 2000
    label = margin if fields.whole("UPD", 1) == 4 else one_hot(fields)
    if label <= 0:
        raise source.refuse(say("its class labels were measured during the run, which labctl cannot express"))
    return full_scale * label


def _data(
    fields: MatlabFields,
    table: FloatArray,
    sources: int,
    names: dict[int, str],
    outputs: list[TomlTable],
    classes: str,
    kind: TaskKind,
    full_scale: float,
) -> TomlTable:
    found: TomlTable = {"inputs": {n: column(full_scale * table[:, c]) for c, n in names.items()}}
    if kind is TaskKind.CLASSIFICATION:
        found["classes"] = fields.numbers(classes).reshape(-1).astype(int).tolist()
        return found
    labels = full_scale * table[:, sources:]
    if outputs[0].get("positive") is not None:
        labels = labels[:, 1::2] - labels[:, 0::2]
    found["labels"] = {o["name"]: column(labels[:, k]) for k, o in enumerate(outputs)}
    return found


def _grid(
    tests: FloatArray, names: dict[int, str], full_scale: float
) -> tuple[FloatArray, FloatArray, IntArray] | None:
    """Return both axes in volts and, (Y, X), the test point at each crossing, when the tests fill a plane."""
    if len(names) != 2 or len(tests) < 4:
        return None
    x, y = (np.round(tests[:, c], 6) for c in names)
    columns, rows = np.unique(x), np.unique(y)
    if len(columns) < 2 or len(rows) < 2 or len(columns) * len(rows) != len(tests):
        return None
    at = np.full((len(rows), len(columns)), -1)
    at[np.searchsorted(rows, y), np.searchsorted(columns, x)] = np.arange(len(tests))
    return None if np.any(at < 0) else (full_scale * columns, full_scale * rows, at)
