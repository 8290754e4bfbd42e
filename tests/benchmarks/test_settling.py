"""Settling of networks with capacitances against closed forms."""

import numpy as np
import pytest

from benchmarks.relaxation import Relaxation
from benchmarks.settling import HALF_LSB_V, Step, settle
from protocols import Network

DIVIDER = Network(3, ((0, 1), (1, 2)), {0: 1000.0, 1: 3000.0})
TAU_S = 750.0 * 1e-9  # both resistors side by side, with 1 nF


def relaxation(volts):
    return Relaxation(DIVIDER, 0.0, {0: volts, 2: 0.0}, 1e-9)


def test_a_divider_has_the_time_constant_of_its_resistors():
    assert relaxation(0.4).time_constant_s() == pytest.approx(TAU_S, rel=1e-12)


def test_a_divider_settles_exponentially():
    start, end = relaxation(0.0), relaxation(0.4)
    course = end.course(start.rest_V, 1e-6)
    assert course.settled_s(0.03) == pytest.approx(TAU_S * np.log(10.0), rel=1e-4)
    assert course.settled_s(0.3) == pytest.approx(0.0, abs=1e-15)


def test_times_scale_with_the_capacitance_and_the_slower_way_counts():
    step = Step("one edge", Network(2, ((0, 1),), {0: 1000.0}), {0: 0.4}, {0: 0.0})
    found = settle(step, "2.15 V")
    assert found.displacement_V == pytest.approx(0.4)
    assert found.tau_ohm == pytest.approx(1000.0)
    assert found.lsb_ohm == pytest.approx(1000.0 * np.log(0.4 / HALF_LSB_V), rel=1e-3)
    at = found.as_object()["at"]
    assert at["200 pF"]["to_half_lsb_s"] == pytest.approx(10 * at["20 pF"]["to_half_lsb_s"])
