"""Multimeters through VISA, for DC volts: Keysight 34460 and Keithley 2000 families."""

from __future__ import annotations

import numpy as np

from drivers.errors import InstrumentFault, OutOfLimit
from drivers.limits import ChannelLimits
from drivers.visa.answers import Unreadable, is_overload, read_number, read_numbers
from drivers.visa.families import MeterFamily
from drivers.visa.session import SerialSettings, VisaSession
from protocols.bench import InstrumentIdentity
from protocols.block import FloatArray
from protocols.errors import ConfigError, InstrumentError
from protocols.messages import Message, say

_OVERRANGE = 1.21  # all of them read up to 20 % beyond the range they are set to
_LINE_PERIOD_S = 1 / 50  # the longer of the two in the world
_SETTING_TOLERANCE = 1e-3  # relative, of a range or integration time read back


class MeterDriver:
    """A Multimeter of one family at one VISA address, on one fixed range.

    Every reading comes twice, from `:READ?` and `:FETC?` in one message, and is used only when both agree.
    Identity is simulated when the serial number begins with SIM.
    """

    def __init__(
        self,
        name: str,
        address: str,
        family: MeterFamily,
        *,
        range_V: float = 10.0,
        power_line_cycles: float = 1.0,
        timeout_s: float = 2.0,
        backend: str = "@py",
        terminator: str = "\n",
        line: SerialSettings | None = None,
    ) -> None:
        if range_V not in family.ranges_V:
            raise ConfigError(
                say("{model} has no such range, in volts", model=family.name),
                key=f"{name}.range",
                value=range_V,
                allowed=", ".join(f"{value:g}" for value in family.ranges_V),
            )
        self._name = name
        self._address = address
        self._family = family
        self._range_V = range_V
        self._cycles = power_line_cycles
        self._last: tuple[str, int] = ("", 0)
        self._session = VisaSession(
            name,
            address,
            makers=family.makers,
            models=family.models,
            timeout_s=timeout_s,
            backend=backend,
            terminator=terminator,
            line=line,
        )

    # ── the port ────────────────────────────────────────────────────────────────────────────────

    def identify(self) -> InstrumentIdentity:
        """Connect and ask who answers; nothing is set. `open` goes on from here, `release` lets it go."""
        return self._session.identify().identity("multimeter")

    def open(self) -> None:
        """Connect, identify, choose DC volts, range and integration time, each read back."""
        family = self._family
        self._check_cycles(self._cycles)
        self._session.open()
        deadline = self._session.deadline()
        try:
            self._session.ask(*family.start, *self._sync(), deadline=deadline)
            self._set(family.set_range, family.ask_range, self._range_V, "range", deadline)
            self._set(family.set_cycles, family.ask_cycles, self._cycles, "integration time", deadline)
        except InstrumentError:
            self._session.close()
            raise
        self._last = ("", 0)

    def close(self) -> None:
        """Let the meter go."""
        self._session.close()

    def release(self) -> None:
        """Let the meter go as it is; nothing is sent."""
        self._session.close()

    def safe_state(self) -> None:
        """Do nothing: a meter drives nothing."""

    def identity(self) -> InstrumentIdentity:
        """Return who answered when the meter was opened."""
        return self._session.identification().identity("multimeter")

    def limits(self) -> ChannelLimits:
        """Return the range the meter is set to, in volts."""
        return ChannelLimits(-self._range_V, self._range_V)

    def set_integration(self, power_line_cycles: float) -> float:
        """Set how long a reading integrates; return the setting read back, in power line cycles."""
        self._check_cycles(power_line_cycles)
        family = self._family
        self._cycles = self._set(
            family.set_cycles,
            family.ask_cycles,
            power_line_cycles,
            "integration time",
            self._session.deadline(),
        )
        return self._cycles

    def measure_voltage(self, samples: int = 1) -> FloatArray:
        """Take readings one after another; shape (samples,), in volts.

        Raises InstrumentFault when the input is beyond the range or the meter repeats one reading to the last
        digit, which a working one does not.
        """
        if not 1 <= samples <= self._family.most_samples:
            raise OutOfLimit(
                self._name,
                self._address,
                say(
                    "{samples} readings at once are asked for, it takes 1 to {most}",
                    samples=samples,
                    most=self._family.most_samples,
                ),
                action=say("ask for fewer, several times"),
            )
        deadline = self._session.deadline(samples * self._reading_s())
        if self._family.samples_in_one:
            texts = self._read(samples, deadline)
        else:
            texts = [text for _ in range(samples) for text in self._read(1, deadline)]
        for text in texts:
            self._watch_for_stuck(text)
        return np.array([self._in_range(text) for text in texts])

    # ── inside ──────────────────────────────────────────────────────────────────────────────────

    def _reading_s(self) -> float:
        """Return how long one reading may take: input and zero, each integrated, and some switching."""
        return 2 * self._cycles * _LINE_PERIOD_S + 0.01

    def _sync(self) -> tuple[str, ...]:
        return (self._family.sync,) if self._family.sync else ()

    def _check_cycles(self, cycles: float) -> None:
        family = self._family
        least, most = family.cycles[0], family.cycles[-1]
        if family.cycles_between:
            good = least <= cycles <= most
            allowed = say("{least:g} to {most:g}", least=least, most=most)
        else:
            good = cycles in family.cycles
            allowed = Message.of(", ".join(f"{value:g}" for value in family.cycles))
        if not good:
            raise OutOfLimit(
                self._name,
                self._address,
                say("it cannot integrate for {cycles:g} power line cycles", cycles=cycles),
                action=say("choose {allowed}", allowed=allowed),
            )

    def _set(self, command: str, question: str, value: float, what: str, deadline: float) -> float:
        (*_, answer) = self._session.ask(
            command.format(value=value), *self._sync(), question, deadline=deadline
        )
        try:
            reads = read_number(answer)
        except Unreadable as reason:
            raise self._session.garbled(question, reason.why) from reason
        if abs(reads - value) > _SETTING_TOLERANCE * value:
            raise self._session.not_taken(f"{what} {value:g}", f"{reads:g}")
        return reads

    def _read(self, samples: int, deadline: float) -> list[str]:
        """Take readings in one message, and return them as text when both copies agree."""
        family = self._family
        count = (family.set_samples.format(value=samples),) if family.samples_in_one else ()
        first, again = self._session.ask(*count, family.read, family.again, deadline=deadline)
        if first != again:
            raise self._session.garbled(
                family.read, say("{first}, then {again}", first=repr(first[:20]), again=repr(again[:20]))
            )
        try:
            read_numbers(first, samples)
        except Unreadable as reason:
            raise self._session.garbled(family.read, reason.why) from reason
        return [text.strip() for text in first.split(",")]

    def _in_range(self, text: str) -> float:
        value = read_number(text)
        if is_overload(value):
            raise InstrumentFault(
                self._name,
                self._address,
                say("the input is beyond its range of {range_V:g} V", range_V=self._range_V),
                cause=say("a loose or wrong wire, or a range too small"),
                action=say("check the wire, or choose a larger range in the bench file"),
            )
        if abs(value) > _OVERRANGE * self._range_V:
            raise self._session.garbled(
                self._family.read,
                say("{read_V:g} V in a range of {range_V:g} V", read_V=value, range_V=self._range_V),
            )
        return value

    def _watch_for_stuck(self, text: str) -> None:
        """Raise when a reading has come too often in a row to be a measurement."""
        last, times = self._last
        self._last = (text, times + 1 if text == last else 1)
        most = self._family.stuck_after
        if most is not None and self._last[1] >= most:
            raise InstrumentFault(
                self._name,
                self._address,
                say(
                    "{count} readings in a row are {reading} to the last digit",
                    count=self._last[1],
                    reading=text,
                ),
                cause=say("it has stopped measuring, or holds its reading"),
                action=say("switch it off and on again, then compare it with another meter"),
            )
