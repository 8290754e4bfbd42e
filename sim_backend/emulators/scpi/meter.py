"""Emulated multimeters for DC volts: Keysight Truevolt and Keithley 2000 dialects.

What they measure is a function that returns volts, so that a plant can be at the other end of the wires.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from sim_backend.emulators.scpi.scpi import (
    ILLEGAL_VALUE,
    OUT_OF_RANGE,
    Dialect,
    ScpiDevice,
    ScpiError,
    boolean,
    number,
    one,
)

MeasuredInput = Callable[[], float]

_OVERLOAD = 9.9e37
_OVERRANGE = 1.2
_RANGES_V = (0.1, 1.0, 10.0, 100.0, 1000.0)


class ScpiMeter(ScpiDevice):
    """What both families share: range, integration, noise that falls with it, the last reading."""

    def __init__(self, dialect: Dialect, source: MeasuredInput, *, noise_V: float, seed: int) -> None:
        super().__init__(dialect)
        self._source = source
        self._noise_V = noise_V
        self._random = random.Random(seed)
        self.range_V = 10.0
        self.cycles = 1.0
        self.samples = 1
        self._readings = [0.0]

    def reset(self) -> None:
        """Return to the 10 V range, 1 power line cycle, one reading."""
        self.range_V, self.cycles, self.samples = 10.0, 1.0, 1

    def measure(self) -> list[float]:
        """Take as many readings as are set; noise is per root power line cycle, in volts."""
        if self.stuck:
            self._readings = [self._readings[-1]] * self.samples
        else:
            self._readings = [self._reading() for _ in range(self.samples)]
        return self._readings

    def fetch(self) -> list[float]:
        """Return the last readings again."""
        return self._readings

    def choose_range(self, arguments: list[str]) -> None:
        """Take the least range that holds the value; raises ScpiError -222 beyond the largest."""
        value = abs(number(one(arguments)))
        if value > _RANGES_V[-1]:
            raise ScpiError(*OUT_OF_RANGE)
        if not self.stuck:
            self.range_V = next(limit for limit in _RANGES_V if value <= limit)

    def choose_samples(self, most: int, arguments: list[str]) -> None:
        """Set how many readings a trigger takes; raises ScpiError -222 beyond the most."""
        value = number(one(arguments))
        if not 1 <= value <= most or value != int(value):
            raise ScpiError(*OUT_OF_RANGE)
        self.samples = int(value)

    def configure(self, arguments: list[str]) -> None:
        """Return to DC volts at defaults, on a range when one is given."""
        self.cycles, self.samples = 1.0, 1
        if arguments:
            self.choose_range(arguments[:1])

    def _reading(self) -> float:
        value = self._source() + self._random.gauss(0.0, self._noise_V / self.cycles**0.5)
        if abs(value) > _OVERRANGE * self.range_V:
            return _OVERLOAD if value > 0 else -_OVERLOAD
        return value


class Keysight34465A(ScpiMeter):
    """Six and a half digits; readings of a trigger come as one list."""

    _CYCLES = (0.02, 0.06, 0.2, 1.0, 10.0, 100.0)

    def __init__(
        self, source: MeasuredInput, *, serial: str = "SIM-34465A-1", noise_V: float = 1e-6, seed: int = 0
    ) -> None:
        identification = f"Keysight Technologies,34465A,{serial},A.03.02-02.40-03.02-00.52-03-02"
        super().__init__(Dialect(identification, signed=True), source, noise_V=noise_V, seed=seed)
        self.define(":CONFigure[:VOLTage][:DC]", lambda n, a: self.configure(a))
        self.define("[:SENSe]:VOLTage[:DC]:RANGe[:UPPer]", lambda n, a: self.choose_range(a))
        self.define("[:SENSe]:VOLTage[:DC]:RANGe[:UPPer]?", lambda n, a: f"{self.range_V:+.8E}")
        self.define("[:SENSe]:VOLTage[:DC]:NPLCycles", self._set_cycles)
        self.define("[:SENSe]:VOLTage[:DC]:NPLCycles?", lambda n, a: f"{self.cycles:+.8E}")
        self.define(":SAMPle:COUNt", lambda n, a: self.choose_samples(1_000_000, a))
        self.define(":READ?", lambda n, a: _listed(self.measure(), 8))
        self.define(":FETCh?", lambda n, a: _listed(self.fetch(), 8))

    def _set_cycles(self, n: int, arguments: list[str]) -> None:
        value = number(one(arguments))
        if not self._CYCLES[0] <= value <= self._CYCLES[-1]:
            raise ScpiError(*OUT_OF_RANGE)
        if not self.stuck:
            self.cycles = next(cycles for cycles in self._CYCLES if value <= cycles)


class Keithley2000(ScpiMeter):
    """Six and a half digits; powers up measuring by itself, and then answers no `*OPC?`."""

    def __init__(
        self, source: MeasuredInput, *, serial: str = "SIM-2000-1", noise_V: float = 2e-6, seed: int = 0
    ) -> None:
        identification = f"KEITHLEY INSTRUMENTS INC.,MODEL 2000,{serial},A20 /A02"
        dialect = Dialect(identification, signed=False, queue_length=10, input_bytes=256)
        super().__init__(dialect, source, noise_V=noise_V, seed=seed)
        self._continuous = True
        self.define(":INITiate:CONTinuous", self._set_continuous)
        self.define(":ABORt", lambda n, a: None)
        self.define(":CONFigure:VOLTage[:DC]", self._configure)
        self.define("[:SENSe]:VOLTage[:DC]:RANGe[:UPPer]", lambda n, a: self.choose_range(a))
        self.define("[:SENSe]:VOLTage[:DC]:RANGe[:UPPer]?", lambda n, a: f"{self.range_V:.6f}")
        self.define("[:SENSe]:VOLTage[:DC]:NPLCycles", self._set_cycles)
        self.define("[:SENSe]:VOLTage[:DC]:NPLCycles?", lambda n, a: f"{self.cycles:.2f}")
        self.define(":FORMat[:DATA]", self._set_format)
        self.define(":FORMat:ELEMents", self._set_elements)
        self.define(":SAMPle:COUNt", lambda n, a: self.choose_samples(1024, a))
        self.define(":READ?", self._read)
        self.define(":FETCh?", lambda n, a: _listed(self.fetch()[-1:], 6))

    def operation_complete(self) -> bool:
        """Say whether `*OPC?` is answered: not while it goes on measuring by itself."""
        return not self._continuous

    def reset(self) -> None:
        """Return to defaults; a reset also stops measuring."""
        super().reset()
        self._continuous = False

    def _configure(self, n: int, arguments: list[str]) -> None:
        self.configure(arguments)
        self._continuous = False

    def _set_continuous(self, n: int, arguments: list[str]) -> None:
        self._continuous = boolean(one(arguments))

    def _set_cycles(self, n: int, arguments: list[str]) -> None:
        value = number(one(arguments))
        if not 0.01 <= value <= 10:
            raise ScpiError(*OUT_OF_RANGE)
        if not self.stuck:
            self.cycles = value

    def _set_format(self, n: int, arguments: list[str]) -> None:
        if one(arguments).upper() not in ("ASC", "ASCII"):
            raise ScpiError(*ILLEGAL_VALUE)

    def _set_elements(self, n: int, arguments: list[str]) -> None:
        if one(arguments).upper() not in ("READ", "READING"):  # time stamps and channels are not emulated
            raise ScpiError(*ILLEGAL_VALUE)

    def _read(self, n: int, arguments: list[str]) -> str:
        if self._continuous:
            raise ScpiError(-213, "Init ignored")
        return _listed(self.measure()[-1:], 6)


def _listed(readings: list[float], digits: int) -> str:
    return ",".join(f"{value:+.{digits}E}" for value in readings)
