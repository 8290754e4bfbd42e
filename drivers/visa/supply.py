"""Bench power supplies through VISA: Keysight E36300 and Rigol DP800 families."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.errors import OutOfLimit
from drivers.limits import ChannelLimits
from drivers.visa.answers import Unreadable, read_number
from drivers.visa.families import SupplyFamily
from drivers.visa.session import SerialSettings, VisaSession
from protocols.bench import InstrumentIdentity
from protocols.errors import ConfigError, InstrumentError
from protocols.messages import say

_RELATIVE_NOISE = 1e-3  # between two measurements in a row


class SupplyDriver:
    """A PowerSupply of one family at one VISA address.

    `limits` are the bench file's, by channel: a channel without limits cannot be driven, and is left alone by
    `safe_state`. Together with the model's own they are checked last before the wire. Every setting is one
    exchange: command, read-back, error queue. Identity is simulated when the serial number begins with SIM.
    """

    def __init__(
        self,
        name: str,
        address: str,
        family: SupplyFamily,
        limits: Mapping[int, ChannelLimits],
        *,
        timeout_s: float = 2.0,
        backend: str = "@py",
        terminator: str = "\n",
        line: SerialSettings | None = None,
    ) -> None:
        self._name = name
        self._address = address
        self._family = family
        if not limits:
            raise ConfigError(
                say("no channel has limits"), key=f"{name}.channels", allowed=say("name at least one")
            )
        self._asked_limits = dict(limits)
        self._limits: dict[int, ChannelLimits] = {}
        self._session = VisaSession(
            name,
            address,
            makers=family.makers,
            models=tuple(family.models),
            timeout_s=timeout_s,
            backend=backend,
            terminator=terminator,
            line=line,
        )

    # ── the port ────────────────────────────────────────────────────────────────────────────────

    def identify(self) -> InstrumentIdentity:
        """Connect and ask who answers; nothing is set. `open` goes on from here, `release` lets it go."""
        return self._session.identify().identity("power supply")

    def open(self) -> None:
        """Connect and identify; raises ConfigError when the model has no such channel or range."""
        found = self._session.open()
        try:
            self._limits = self._fit_limits(self._family.models[found.model.upper()], found.model)
        except ConfigError:
            self._session.close()
            raise

    def close(self) -> None:
        """Reach the safe state and let the supply go, even when the safe state fails."""
        if not self._session.is_open:
            return
        try:
            self.safe_state()
        finally:
            self._session.close()

    def release(self) -> None:
        """Let the supply go as it is, outputs and all; nothing is sent."""
        self._session.close()

    def safe_state(self) -> None:
        """Switch the outputs off, set them to 0 V, and read both back.

        Raises InstrumentError when the supply cannot be reached or does not follow; a second attempt is made
        before that, within the same time limit.
        """
        deadline = self._session.deadline()
        try:
            self._make_safe(self._session.deadline(share=0.5))
        except InstrumentError:
            self._make_safe(max(deadline, self._session.deadline(share=0.5)))

    def identity(self) -> InstrumentIdentity:
        """Return who answered when the supply was opened."""
        return self._session.identification().identity("power supply")

    def limits(self) -> Mapping[int, ChannelLimits]:
        """Return what each channel may be set to: bench file and, once open, model together."""
        return dict(self._limits or self._asked_limits)

    def set_voltage(self, channel: int, voltage_V: float) -> float:
        """Set a channel; return the setting read back, in volts."""
        family = self._family
        self._limits_of(channel).check_V(
            self._name, self._address, say("channel {channel}", channel=channel), voltage_V
        )
        return self._set(
            channel,
            family.set_voltage,
            family.ask_voltage,
            voltage_V,
            family.readback_V,
            say("{voltage_V:.6g} V", voltage_V=voltage_V),
        )

    def set_current_limit(self, channel: int, current_A: float) -> float:
        """Set the current a channel gives at most; return the setting read back, in amperes."""
        family = self._family
        self._limits_of(channel).check_A(
            self._name, self._address, say("channel {channel}", channel=channel), current_A
        )
        return self._set(
            channel,
            family.set_current,
            family.ask_current,
            current_A,
            family.readback_A,
            say("{current_A:.6g} A", current_A=current_A),
        )

    def switch_output(self, channel: int, on: bool) -> None:
        """Switch a channel's output and read it back.

        Switching on is refused when the supply holds settings beyond the limits, from its keys for example.
        """
        self._limits_of(channel)
        deadline = self._session.deadline()
        if on:
            self._check_settings(channel, deadline)
        wanted = "ON" if on else "OFF"
        command = self._family.switch.format(channel=channel, value=wanted)
        question = self._family.ask_output.format(channel=channel)
        (*_, state) = self._session.ask(command, *self._sync(), question, deadline=deadline)
        if self._state(question, state) is not on:
            raise self._session.not_taken(
                say("output {channel} {wanted}", channel=channel, wanted=wanted), state
            )

    def measure_voltage(self, channel: int) -> float:
        """Measure the voltage at a channel's terminals, in volts."""
        return self._measure(channel, self._family.measure_voltage, self._family.noise_V)

    def measure_current(self, channel: int) -> float:
        """Measure the current out of a channel, in amperes."""
        return self._measure(channel, self._family.measure_current, self._family.noise_A)

    # ── inside ──────────────────────────────────────────────────────────────────────────────────

    def _fit_limits(self, own: tuple[ChannelLimits, ...], model: str) -> dict[int, ChannelLimits]:
        fitted = {}
        for channel, asked in self._asked_limits.items():
            if not 1 <= channel <= len(own):
                raise ConfigError(
                    say("{model} has no such channel", model=model),
                    key=f"{self._name}.channels",
                    value=channel,
                    allowed=say("its channels are 1 to {count}", count=len(own)),
                )
            fitted[channel] = asked.within(own[channel - 1])
        return fitted

    def _limits_of(self, channel: int) -> ChannelLimits:
        limits = self._limits if self._session.is_open else self._asked_limits
        if channel not in limits:
            raise OutOfLimit(
                self._name,
                self._address,
                say("channel {channel} has no limits, so it must not be driven", channel=channel),
                action=say("nothing was sent; give it limits in the bench file"),
            )
        return limits[channel]

    def _sync(self) -> tuple[str, ...]:
        return (self._family.sync,) if self._family.sync else ()

    def _set(
        self, channel: int, command: str, question: str, value: float, readback: float, said: str
    ) -> float:
        question = question.format(channel=channel)
        (*_, answer) = self._session.ask(
            command.format(channel=channel, value=value), *self._sync(), question
        )
        reads = self._number(question, answer)
        if abs(reads - value) > readback:
            raise self._session.not_taken(
                say("{said} on channel {channel}", said=said, channel=channel), f"{reads:.6g}"
            )
        return reads

    def _measure(self, channel: int, question: str, noise: float) -> float:
        """Measure twice in one message: a bad bit in one of them shows in their difference."""
        self._limits_of(channel)
        question = question.format(channel=channel)
        first, second = (self._number(question, answer) for answer in self._session.ask(question, question))
        if abs(first - second) > noise + _RELATIVE_NOISE * abs(first):
            raise self._session.garbled(
                question, say("{first:.6g}, then {second:.6g}", first=first, second=second)
            )
        return (first + second) / 2

    def _check_settings(self, channel: int, deadline: float) -> None:
        """Raise OutOfLimit unless what the channel is set to lies within its limits."""
        family, limits = self._family, self._limits_of(channel)
        questions = [text.format(channel=channel) for text in (family.ask_voltage, family.ask_current)]
        answers = self._session.ask(*questions, deadline=deadline)
        voltage_V, current_A = map(self._number, questions, answers)
        within_V = limits.min_V <= voltage_V <= limits.max_V
        if not within_V or (limits.max_A is not None and current_A > limits.max_A):
            raise OutOfLimit(
                self._name,
                self._address,
                say(
                    "channel {channel} holds {voltage_V:.6g} V and {current_A:.6g} A, beyond its limits",
                    channel=channel,
                    voltage_V=voltage_V,
                    current_A=current_A,
                ),
                cause=say("it was set by hand, or never"),
                action=say("the output stays off; set voltage and current limit before switching on"),
            )

    def _make_safe(self, deadline: float) -> None:
        """Switch all channels off and to 0 V in one message, off first, and check what is read back."""
        family, session, channels = self._family, self._session, list(self._asked_limits)
        commands = [family.switch.format(channel=channel, value="OFF") for channel in channels]
        commands += [family.set_voltage.format(channel=channel, value=0.0) for channel in channels]
        asks_state = [family.ask_output.format(channel=channel) for channel in channels]
        asks_voltage = [family.ask_voltage.format(channel=channel) for channel in channels]
        answers = session.ask(*commands, *self._sync(), *asks_state, *asks_voltage, deadline=deadline)
        states, voltages = answers[-2 * len(channels) : -len(channels)], answers[-len(channels) :]
        for channel, question, answer in zip(channels, asks_state, states, strict=True):
            if self._state(question, answer):
                raise session.not_taken(say("output {channel} OFF", channel=channel), answer)
        for channel, question, answer in zip(channels, asks_voltage, voltages, strict=True):
            if abs(self._number(question, answer)) > family.readback_V:
                raise session.not_taken(say("0 V on channel {channel}", channel=channel), answer)

    def _number(self, question: str, answer: str) -> float:
        try:
            return read_number(answer)
        except Unreadable as reason:
            raise self._session.garbled(question, reason.why) from reason

    def _state(self, question: str, answer: str) -> bool:
        state = self._family.states.get(answer.upper())
        if state is None:
            raise self._session.garbled(question, say("{answer} is neither on nor off", answer=repr(answer)))
        return state
