"""HardwareBench: supply, meter and a timed board as one `protocols.Bench`."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from drivers.errors import EMULATORS, NotConnected
from drivers.hardware.config import HardwareConfig, SupplyChannel
from drivers.hardware.parts import (
    Identifiable,
    TimedBoard,
    make_meter,
    make_supply,
    make_timed_board,
    recognise,
)
from drivers.hardware.safety import NotSafe, attempt_all
from drivers.visa import MeterDriver, SupplyDriver
from protocols.bench import Identity, InstrumentIdentity, Limits, NodeReading, SafeState
from protocols.block import CycleBlock, CycleRecord, FloatArray
from protocols.errors import InstrumentError, LabError, ProtocolError
from protocols.messages import say
from protocols.task import Wiring


class HardwareBench:
    """A bench of real instruments; implements `protocols.Bench`.

    `open` connects to everything, switches the supply on where the file says so, measures that it is there,
    and only then wires the board. In the safe state the supply is off; the next call that needs the board
    switches it on again. `safe_state` tries every part whatever happens in the others, connects anew where
    nothing is connected, and raises NotSafe naming all that did not get there. Commands and readings are what
    the instruments make of them; `drivers.corrected_bench` puts right what calibrations know to be off.
    """

    def __init__(self, config: HardwareConfig) -> None:
        self.config = config
        instruments = config.instruments
        self._supply = make_supply(instruments.supply) if instruments.supply is not None else None
        self._meter = make_meter(instruments.meter) if instruments.meter is not None else None
        self._board: TimedBoard = make_timed_board(config)
        self._wiring: Wiring | None = None
        self._connected = False
        self._powered = False

    # ── life ─────────────────────────────────────────────────────────────────────────────────────

    def open(self, wiring: Wiring) -> None:
        """Identify, switch on, verify, wire; nothing is driven but the supply.

        Nothing is written before every part has said who it is and is the one expected: until then all are
        left as they were found. Raises NotConnected with a branch for each part that does not answer,
        WrongInstrument for another one than the file names, or InstrumentError for one that is not as it
        should be; the bench is then closed, and safe if anything was written.
        """
        if self._connected:
            raise ProtocolError(say("the bench is already open: close it first"))
        self._connect(lambda: self._board.open(wiring))
        self._wiring = wiring

    def connect(self) -> None:
        """Connect and switch on without a wiring: to identify every part."""
        if self._connected:
            raise ProtocolError(say("the bench is already open: close it first"))
        self._connect(self._board.connect)

    def close(self) -> None:
        """Reach the safe state and let every instrument go, whatever happens; closing twice is harmless.

        Raises NotSafe naming the parts that did not get to their safe state.
        """
        if not self._connected:
            return
        try:
            self._disconnect()
        finally:
            self._wiring = None
            self._connected = self._powered = False

    def safe_state(self) -> SafeState:
        """Learning off, sources 0 V, clamps released, then the supply off; return what was read back."""
        states: list[SafeState] = []

        def board() -> str:
            states.append(self._board.safe_state())
            return "safe"

        steps: dict[str, Callable[[], str]] = {self._board_name: board}
        if self._supply is not None and self.config.safe_state.supply_off:
            steps["supply"] = self._switch_supply_off
        errors = {name: error for name, (_, error) in attempt_all(steps).items() if error is not None}
        if errors:
            raise NotSafe(self.config.name, errors)
        return states[0]

    # ── what it is ───────────────────────────────────────────────────────────────────────────────

    def keep_alive(self) -> None:
        """Tell the board that somebody is there, or its dead-man timer makes it safe."""
        self._ready().keep_alive()

    def limits(self) -> Limits:
        """Return what the bench file allows; the drivers hold every value against it."""
        return self.config.limits.of_bench()

    def identity(self) -> Identity:
        """Return who the bench is, as the file says; what its parts say, `identities` tells."""
        c = self.config
        return Identity(f"hardware bench, {c.timing}-timed", c.name, c.serial, c.simulated)

    def identities(self) -> dict[str, InstrumentIdentity]:
        """Return who every part says it is; raises ProtocolError before it is open."""
        if not self._connected:
            raise ProtocolError(say("the bench is not open"))
        return {name: part.identity() for name, part in self._parts().items()}

    def supply_readings(self) -> dict[str, tuple[float, float]]:
        """Measure every supply channel in use: name → (volts, amperes)."""
        settings, supply = self.config.instruments.supply, self._supply
        if settings is None or supply is None:
            return {}
        return {
            c.label: (supply.measure_voltage(c.channel), supply.measure_current(c.channel))
            for c in settings.channels
        }

    def metered_node(self) -> int | None:
        """Return which node of the free copy the meter measures; None without one."""
        meter = self.config.instruments.meter
        return meter.across_node if meter is not None else None

    def meter_reading(self) -> float | None:
        """Take a reading of the meter, in volts; None without one."""
        return float(self._meter.measure_voltage()[0]) if self._meter is not None else None

    # ── what a bench does ────────────────────────────────────────────────────────────────────────

    def reset_gates(self, gates_V: FloatArray) -> None:
        """Charge every gate to its voltage, shape (E,), in volts."""
        self._ready().reset_gates(gates_V)

    def run(self, block: CycleBlock) -> CycleRecord:
        """Run a block of training cycles and return what happened."""
        return self._ready().run(block)

    def measure(self, inputs_V: FloatArray) -> FloatArray:
        """Read the free outputs (P, T) for inputs (P, S) without learning, in volts."""
        return self._ready().measure(inputs_V)

    def read_gates(self) -> FloatArray:
        """Read every gate voltage, shape (E,), in volts; fixed resistors read NaN."""
        return self._ready().read_gates()

    def read_nodes(self, inputs_V: FloatArray) -> NodeReading:
        """Read all node voltages of both copies, clamps released, for inputs (P, S), in volts."""
        return self._ready().read_nodes(inputs_V)

    def conductances(self, gates_V: FloatArray) -> FloatArray:
        """Turn gate voltages (…, E) into conductances near 0 V by the nominal law, in siemens (…, E)."""
        return self._board.conductances(gates_V)

    # ── connecting ───────────────────────────────────────────────────────────────────────────────

    @property
    def _board_name(self) -> str:
        return "controller" if self.config.timing == "controller" else "daq"

    def _parts(self) -> dict[str, Identifiable]:
        parts: dict[str, Identifiable] = {}
        if self._supply is not None:
            parts["supply"] = self._supply
        if self._meter is not None:
            parts["meter"] = self._meter
        parts[self._board_name] = self._board
        return parts

    def _connect(self, open_board: Callable[[], None]) -> None:
        self._identify_all()
        self._connected = True  # from here on there may be something to make safe
        try:
            self._open_all(open_board)
        except BaseException as problem:
            try:
                self.close()
            except LabError as unsafe:
                problem.add_note(f"nor could it be left safe: {unsafe}")
            raise

    def _identify_all(self) -> None:
        """Ask every part who it is, and let all go as they are unless each is the one expected.

        Before the first setting is written: the wrong instrument may feed something else, and even its safe
        state is then somebody else's harm.
        """
        absent: dict[str, InstrumentError] = {}
        wrong: dict[str, InstrumentError] = {}
        try:
            for name, part in self._parts().items():
                try:
                    found = part.identify()
                except InstrumentError as error:
                    absent[name] = error
                    continue
                try:
                    recognise(self.config, name, found)
                except InstrumentError as error:
                    wrong[name] = error
            if absent:
                raise self._not_connected(absent | wrong)
            if wrong:
                raise next(iter(wrong.values()))
        except BaseException:
            for part in self._parts().values():
                with suppress(InstrumentError):  # the connection broke: there is nothing to let go
                    part.release()
            raise

    def _not_connected(self, failures: dict[str, InstrumentError]) -> NotConnected:
        emulated = say(
            "its instruments are emulators: is {emulators} running with this bench file?", emulators=EMULATORS
        )
        return NotConnected(self.config.name, failures, emulated if self.config.simulated else "")

    def _open_all(self, open_board: Callable[[], None]) -> None:
        """Open supply and meter, switch on, then the board, which the supply may feed; try all of them."""
        failures: dict[str, InstrumentError] = {}

        def attempt(name: str, step: Callable[[], None]) -> None:
            try:
                step()
            except InstrumentError as error:
                failures[name] = error

        if self._supply is not None:
            attempt("supply", self._supply.open)
        if self._meter is not None:
            attempt("meter", self._meter.open)
        if not failures:
            attempt("supply", self._switch_on)
        attempt(self._board_name, open_board)
        if failures:
            raise self._not_connected(failures)

    def _disconnect(self) -> None:
        """Let go of every part; each reaches its safe state on the way, the board first."""
        steps: dict[str, Callable[[], str]] = {self._board_name: _done(self._board.close)}
        if self._supply is not None:
            steps["supply"] = _done(self._close_supply)
        if self._meter is not None:
            steps["meter"] = _done(self._meter.close)
        errors = {name: error for name, (_, error) in attempt_all(steps).items() if error is not None}
        if errors:
            raise NotSafe(self.config.name, errors)

    # ── power ────────────────────────────────────────────────────────────────────────────────────

    def _ready(self) -> TimedBoard:
        if self._wiring is None:
            raise ProtocolError(say("the bench is not open"))
        if not self._powered:
            self._switch_on()
        return self._board

    def _switch_on(self) -> None:
        settings, supply = self.config.instruments.supply, self._supply
        if settings is not None and supply is not None and settings.switch_on:
            for channel in settings.channels:
                supply.set_current_limit(channel.channel, channel.max_current)
                supply.set_voltage(channel.channel, channel.voltage)
                supply.switch_output(channel.channel, True)
            time.sleep(settings.settle)
            for channel in settings.channels:
                self._verify(supply, channel)
        self._powered = True

    def _verify(self, supply: SupplyDriver, channel: SupplyChannel) -> None:
        """Raise InstrumentError unless the channel, and the meter across it, read what was set."""
        settings = self.config.instruments.meter
        read_V = supply.measure_voltage(channel.channel)
        if abs(read_V - channel.voltage) > channel.tolerance:
            drawn_A = supply.measure_current(channel.channel)
            raise InstrumentError(
                "supply",
                say(
                    "{label} is set to {voltage:.4g} V and gives {read_V:.4g} V at {drawn_A:.3g} A",
                    label=channel.label,
                    voltage=channel.voltage,
                    read_V=read_V,
                    drawn_A=drawn_A,
                ),
                say("look for a short on the board, or raise max_current in the bench file"),
            )
        meter: MeterDriver | None = self._meter
        if meter is None or settings is None or settings.across_channel != channel.channel:
            return
        seen_V = float(meter.measure_voltage()[0])
        if abs(seen_V - read_V) > max(settings.tolerance, channel.tolerance):
            raise InstrumentError(
                "meter",
                say(
                    "it reads {seen_V:.4g} V across {label} of the supply, which gives {read_V:.4g} V",
                    seen_V=seen_V,
                    label=channel.label,
                    read_V=read_V,
                ),
                say("check the meter's wires, or correct across_channel in the bench file"),
            )

    def _switch_supply_off(self) -> str:
        self._powered = False
        if self._supply is not None and self._connected:
            self._supply.safe_state()  # which connects anew where the connection broke
        elif self._supply is not None:
            self._supply.open()
            self._supply.close()  # which switches off and reads back
        return "off"

    def _close_supply(self) -> None:
        supply = self._supply
        if supply is None:
            return
        if self.config.safe_state.supply_off:
            supply.close()
        else:
            supply.release()


def _done(step: Callable[[], None]) -> Callable[[], str]:
    def carried_out() -> str:
        step()
        return "done"

    return carried_out
