"""Training methods: how far to nudge, for how long to learn, and when not to (DESIGN §2.4).

A method is data: a clamping rule and a learning-time rule. Every bench carries it out by itself,
so the fields are numbers and enums that also fit on a wire.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum

from protocols.errors import ConfigError
from protocols.messages import say


class Nudge(IntEnum):
    """How the clamped output is displaced from the free output O, toward label L."""

    PROPORTIONAL = 0  # O + η(L − O)
    CONSTANT = 1  # O + A·sign(L − O)
    FAR_LABEL = 2  # O + η(L∞·sign(L − O) − O), the published overclamping circuit


class Contrast(IntEnum):
    """Which two states an edge compares."""

    ONE_SIDED = 0  # free against nudged
    SYMMETRIC = 1  # nudged away against nudged toward


class Hinge(IntEnum):
    """What happens to an output that is past its margin on the right side."""

    OFF = 0  # nothing special: it is trained like any other
    REST = 1  # no learning pulse at all
    UNCLAMP = 2  # the pulse is given without a nudge, so the bias still acts (published UPD = 3)


class Timing(IntEnum):
    """How the learning time follows the remaining error."""

    FIXED = 0
    PROPORTIONAL = 1  # t = pulse·|e|/reference, at most max_pulse


@dataclass(frozen=True)
class ClampRule:
    """Displace the clamped output; `direction` −1 makes it anti-clamping.

    η is dimensionless, amplitudes in volts. Sources: standard and anti, Dillavou et al., PNAS 121
    (2024); overclamping, arXiv:2505.22887; symmetric contrast, DESIGN §2.4.
    """

    nudge: Nudge = Nudge.PROPORTIONAL
    eta: float = 128 / 129
    amplitude_V: float = 0.1
    direction: int = 1
    contrast: Contrast = Contrast.ONE_SIDED

    def __post_init__(self) -> None:
        if not (self.eta > 0 and math.isfinite(self.eta)):
            raise ConfigError(say("η must be above 0"), key="eta", value=self.eta)
        if not (self.amplitude_V > 0 and math.isfinite(self.amplitude_V)):
            raise ConfigError(
                say("the clamp amplitude must be above 0 V"), key="amplitude", value=self.amplitude_V
            )
        if self.direction not in (-1, 1):
            raise ConfigError(say("the direction is +1 or -1"), key="direction", value=self.direction)


@dataclass(frozen=True)
class TimeRule:
    """Set the learning time of a cycle from its remaining error.

    pulse, step and max in seconds, reference and dead band in volts. A pulse is rounded to the
    nearest multiple of `step_s` (0: not rounded). `normalise` divides it by the number of data
    points that are still wrong (published option NOR).
    """

    timing: Timing = Timing.FIXED
    pulse_s: float = 100e-6
    reference_V: float = 0.02
    max_pulse_s: float = 1e-3
    step_s: float = 0.0
    dead_band_V: float = 0.0
    normalise: bool = False

    def __post_init__(self) -> None:
        for key in ("pulse_s", "reference_V", "max_pulse_s"):
            if not (getattr(self, key) > 0 and math.isfinite(getattr(self, key))):
                raise ConfigError(say("must be above 0"), key=key, value=getattr(self, key))
        for key in ("step_s", "dead_band_V"):
            if not (getattr(self, key) >= 0 and math.isfinite(getattr(self, key))):
                raise ConfigError(say("must not be negative"), key=key, value=getattr(self, key))

    def longest_s(self) -> float:
        """Return the longest pulse this rule can ask for, in seconds."""
        return self.pulse_s if self.timing is Timing.FIXED else self.max_pulse_s


@dataclass(frozen=True)
class LabelServo:
    """Shift each label until its output is right: z′ = k·e per data point, clamped toward L + z.

    The host does it between blocks, so a bench needs nothing for it. gain_per_s in 1/s of that point's
    learning time; |z| stays within limit_V, in volts; z is renewed every interval_cycles at least.
    """

    gain_per_s: float = 50.0
    limit_V: float = 0.1
    interval_cycles: int = 100

    def __post_init__(self) -> None:
        for key in ("gain_per_s", "limit_V"):
            if not (getattr(self, key) > 0 and math.isfinite(getattr(self, key))):
                raise ConfigError(say("must be above 0"), key=f"servo.{key}", value=getattr(self, key))
        if self.interval_cycles < 1:
            raise ConfigError(
                say("must be at least 1"), key="servo.interval_cycles", value=self.interval_cycles
            )


@dataclass(frozen=True)
class Method:
    """A named training method: clamping rule, learning-time rule, hinge, label servo, chopping.

    tolerance_V is how close an output without a hinge must be to its label to count as right.
    chop_cycles: every so many cycles the two copies change roles and the circuit its sign, so that a
    bias that does not change cancels (0: never).
    """

    name: str = "standard"
    clamp: ClampRule = ClampRule()
    time: TimeRule = TimeRule()
    hinge: Hinge = Hinge.OFF
    tolerance_V: float = 1e-3
    chop_cycles: int = 0
    servo: LabelServo | None = None

    def __post_init__(self) -> None:
        if self.chop_cycles < 0:
            raise ConfigError(say("must not be negative"), key="chop_cycles", value=self.chop_cycles)
        if self.servo is not None and (self.time.timing is not Timing.FIXED or self.hinge is not Hinge.OFF):
            raise ConfigError(say("a label servo needs a fixed learning time and no hinge"), key="servo")
        if not (self.tolerance_V > 0 and math.isfinite(self.tolerance_V)):
            raise ConfigError(say("the tolerance must be above 0 V"), key="tolerance", value=self.tolerance_V)
