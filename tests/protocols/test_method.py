"""Training methods: the published defaults, and the numbers no bench could carry out."""

from __future__ import annotations

from typing import Any

import pytest

from protocols import ClampRule, ConfigError, Contrast, Hinge, Method, Nudge, TimeRule, Timing

NAN, INF = float("nan"), float("inf")


def test_the_default_is_standard_coupled_learning_as_published() -> None:
    method = Method()
    assert method.name == "standard"
    assert (method.clamp.nudge, method.clamp.eta, method.clamp.direction) == (
        Nudge.PROPORTIONAL,
        pytest.approx(0.992, abs=3e-4),
        1,
    )
    assert method.clamp.contrast is Contrast.ONE_SIDED
    assert (method.time.timing, method.time.pulse_s) == (Timing.FIXED, 100e-6)
    assert method.hinge is Hinge.OFF


@pytest.mark.parametrize("kind", [Nudge, Contrast, Hinge, Timing])
def test_choices_are_small_numbers_that_fit_on_a_wire(kind: Any) -> None:
    assert sorted(int(member) for member in kind) == list(range(len(kind)))


@pytest.mark.parametrize("value", [0.0, -0.5, -INF, NAN, INF])
@pytest.mark.parametrize(("key", "name"), [("eta", "eta"), ("amplitude_V", "amplitude")])
def test_a_nudge_must_be_above_zero_and_finite(key: str, name: str, value: float) -> None:
    with pytest.raises(ConfigError) as caught:
        ClampRule(**{key: value})  # type: ignore[arg-type]
    assert caught.value.key == name
    assert repr(value) in str(caught.value)


@pytest.mark.parametrize("direction", [0, 2, -2])
def test_the_direction_is_toward_or_away(direction: int) -> None:
    with pytest.raises(ConfigError, match=r"\+1 or -1"):
        ClampRule(direction=direction)


def test_anti_clamping_is_a_direction() -> None:
    assert ClampRule(direction=-1).direction == -1


@pytest.mark.parametrize("value", [0.0, -1e-6, NAN, INF])
@pytest.mark.parametrize("key", ["pulse_s", "reference_V", "max_pulse_s"])
def test_pulses_and_references_must_be_above_zero_and_finite(key: str, value: float) -> None:
    with pytest.raises(ConfigError) as caught:
        TimeRule(**{key: value})  # type: ignore[arg-type]
    assert caught.value.key == key


@pytest.mark.parametrize("value", [-1e-9, NAN, INF])
@pytest.mark.parametrize("key", ["step_s", "dead_band_V"])
def test_steps_and_dead_bands_must_not_be_negative(key: str, value: float) -> None:
    with pytest.raises(ConfigError) as caught:
        TimeRule(**{key: value})  # type: ignore[arg-type]
    assert caught.value.key == key


def test_steps_and_dead_bands_may_be_zero() -> None:
    assert TimeRule(step_s=0.0, dead_band_V=0.0).step_s == 0.0


def test_the_longest_pulse_is_what_the_rule_may_ask_for() -> None:
    assert TimeRule(Timing.FIXED, pulse_s=2e-4, max_pulse_s=1e-3).longest_s() == 2e-4
    assert TimeRule(Timing.PROPORTIONAL, pulse_s=2e-4, max_pulse_s=1e-3).longest_s() == 1e-3


@pytest.mark.parametrize("value", [-1e-3, NAN, INF])
def test_a_tolerance_no_point_or_every_point_would_meet_is_refused(value: float) -> None:
    with pytest.raises(ConfigError):
        Method(tolerance_V=value)
