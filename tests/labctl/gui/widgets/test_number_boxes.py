"""Quantities with units: what is written is read back, what is wrong is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtWidgets import QApplication

from labctl.gui.widgets.number_boxes import QuantityBox, for_file, written
from protocols.units import parse_quantity

pytestmark = pytest.mark.gui


@given(st.floats(1e-9, 1e9), st.sampled_from(["V", "s", "ohm", "V/s", "1/s", "dimensionless"]))
def test_what_is_written_is_read_back(value: float, unit: str) -> None:
    assert parse_quantity(written(value, unit), unit) == pytest.approx(value, rel=1e-5)
    assert parse_quantity(for_file(value, unit), unit) == pytest.approx(value, rel=1e-5)


def test_a_box_takes_any_unit_of_its_kind_and_says_what_is_wrong(app: QApplication) -> None:
    box = QuantityBox("s", 100e-6)
    seen: list[float] = []
    box.changed.connect(seen.append)
    assert box.text() == "100 µs"
    edit = box.lineEdit()
    edit.setText("0.2 ms")
    edit.textEdited.emit("0.2 ms")
    box.editingFinished.emit()
    assert seen == [pytest.approx(200e-6)]
    assert box.text() == "200 µs"
    for wrong in ("3 mV", "much", "7"):
        edit.setText(wrong)
        edit.textEdited.emit(wrong)
        box.editingFinished.emit()
        assert box.value == pytest.approx(200e-6)
        assert box.problem
        assert box.property("wrong") is True
    box.set_value(200e-6)
    assert not box.problem
    box.stepBy(1)
    assert box.value == pytest.approx(210e-6)
