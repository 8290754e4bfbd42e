"""Fields of a form, made from the schema: quantities with units, numbers, choices, switches."""

from __future__ import annotations

import enum
import types
import typing
from collections.abc import Callable
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from PyQt6.QtCore import QSignalBlocker
from PyQt6.QtWidgets import QCheckBox, QComboBox, QWidget

from labctl.gui.text.words import named, tr
from labctl.gui.widgets.number_boxes import QuantityBox, WholeBox, for_file
from protocols import units

_UNITS = {
    getattr(units, name).__metadata__[0]: unit
    for name, unit in (
        ("Volt", "V"),
        ("Second", "s"),
        ("Ohm", "ohm"),
        ("PerSecond", "1/s"),
        ("Ratio", "dimensionless"),
    )
}

Changed = Callable[[Any], None]
Setter = Callable[[Any], None]


def unit_of(field: FieldInfo) -> str | None:
    """Return the unit of a quantity field, None for other fields."""
    metadata = list(field.metadata)
    for part in typing.get_args(field.annotation):
        metadata += getattr(part, "__metadata__", ())
    return next((_UNITS[m] for m in metadata if _hashable(m) and m in _UNITS), None)


def field_of(model: type[BaseModel], key: str) -> FieldInfo:
    """Return the schema's field of a dotted key; of a table of several kinds, the first that has it."""
    *tables, last = key.split(".")
    found: list[type[BaseModel]] = [model]
    for part in tables:
        found = [m for f in found if part in f.model_fields for m in _models(f.model_fields[part].annotation)]
    for one in found:
        if last in one.model_fields:
            return one.model_fields[last]
    raise KeyError(key)


def _models(annotation: Any) -> list[type[BaseModel]]:
    """Return the models a field may hold."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for part in typing.get_args(annotation) for m in _models(part)]


def default_of(field: FieldInfo) -> Any:
    """Return what a field is when the file does not say; None for one that has to be there."""
    return None if field.is_required() else field.get_default(call_default_factory=True)


def words_of(key: str) -> str:
    """Return a key as words: max_pulse → max pulse."""
    return tr(key.rpartition(".")[2].replace("_", " "))


def make_field(model: type[BaseModel], key: str, changed: Changed) -> tuple[QWidget, Setter]:
    """Return a control for a dotted key and a function that shows a value in it.

    `changed` gets what belongs into the file: text with a unit, a number, a word, a truth value; None
    for "not set".
    """
    field = field_of(model, key)
    unit = unit_of(field)
    name = words_of(key)
    tip = tr(field.description) if field.description else ""
    control: QWidget
    if unit is not None:
        control, setter = _quantity(unit, changed, optional=_optional(field))
    elif (choices := choices_of(field)) is not None:
        control, setter = _choice(choices, changed)
    elif field.annotation is bool:
        control, setter = _switch(changed)
    else:
        control, setter = _whole(field, changed)
    named(control, name, tip)
    return control, setter


def _quantity(unit: str, changed: Changed, *, optional: bool) -> tuple[QWidget, Setter]:
    box = QuantityBox(unit)
    box.changed.connect(lambda v: changed(None if optional and v == 0 else for_file(v, unit)))
    box.unreadable.connect(changed)  # the file has it as it was typed; the mistake is shown and stops a run

    def show(value: Any) -> None:
        if isinstance(value, str):
            box.show_text(value)
        else:
            box.set_value(float(value) if isinstance(value, int | float) else 0.0)

    return box, show


def _choice(choices: list[str], changed: Changed) -> tuple[QWidget, Setter]:
    box = QComboBox()
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(10)
    for choice in choices:
        box.addItem(tr(choice), choice)
    box.activated.connect(lambda k: changed(box.itemData(k)))
    return box, lambda value: box.setCurrentIndex(max(box.findData(str(value)), 0))


def _switch(changed: Changed) -> tuple[QWidget, Setter]:
    box = QCheckBox()
    box.clicked.connect(lambda on: changed(bool(on)))
    return box, lambda value: box.setChecked(bool(value))


def _whole(field: FieldInfo, changed: Changed) -> tuple[QWidget, Setter]:
    optional = _optional(field)
    box = WholeBox(-1 if optional else 0)
    box.setGroupSeparatorShown(True)
    box.setKeyboardTracking(False)
    box.setStepType(WholeBox.StepType.AdaptiveDecimalStepType)
    if optional:
        box.setSpecialValueText(tr("by the method"))
    box.valueChanged.connect(lambda _: changed(None if optional and box.value() < 0 else box.value()))

    def show(value: Any) -> None:
        if value is None or isinstance(value, int | float):  # of another kind: the mistake tells what it is
            with QSignalBlocker(box):
                box.setValue(-1 if value is None else value)

    return box, show


def choices_of(field: FieldInfo) -> list[str] | None:
    """Return the words a field may hold, None when they are not counted out."""
    kind = field.annotation
    if typing.get_origin(kind) is Literal:
        return [str(c) for c in typing.get_args(kind)]
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return [str(c.value) for c in kind]
    return None


def _optional(field: FieldInfo) -> bool:
    return types.NoneType in typing.get_args(field.annotation)


def _hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True
