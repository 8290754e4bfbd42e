"""The whole hardware bench file: instruments and wires, the board's network, and how it is emulated."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field, model_validator

from drivers.corrected_bench import with_corrections
from drivers.corrections import Corrections
from drivers.hardware import HardwareConfig
from drivers.hardware.config import BlockTiming
from labctl.bench_files.calibration_settings import CalibrationSettings
from labctl.bench_files.engine_settings import UNWATCHED_S, EngineSettings
from labctl.experiment.build import build_network
from labctl.experiment.model import LatticeSettings, NetworkSettings
from labctl.experiment.tables import TomlTable
from protocols.bench import Bench, Limits
from protocols.errors import ConfigError
from protocols.messages import Message, say
from protocols.tables import Table
from protocols.task import Output, Source, Wiring
from protocols.units import Ampere, Ratio, Second
from sim_backend import BoardSettings, Imperfections, preset_values
from sim_backend.board.imperfections import LedgerEntry
from sim_backend.emulators.faults import Fault, FaultKind

INSTRUMENTS = ("supply", "meter", "controller", "daq")


class Unwatched(StrEnum):
    """What a run does when the program that watches it is gone."""

    CONTINUE = "continue"
    STOP = "stop"


class FaultSettings(Table):
    """A fault on an instrument's line: which kind, at which message, how often."""

    instrument: Literal["supply", "meter", "controller", "daq"]
    kind: FaultKind
    at: int = Field(0, ge=0, description="first message it may strike, counted from 0")
    count: int | None = Field(1, ge=1, description="how many messages it strikes")
    always: bool = Field(False, description="strike every message from then on")
    probability: Ratio = Field(1.0, gt=0, le=1)
    match: str = Field("", description="only messages that contain this text, such as SET_SOURCES or :VOLT")
    delay: Second = Field(0.0, ge=0, description="for the kind delay")
    seed: int = Field(0, ge=0)

    def fault(self) -> Fault:
        """Return it as emulators take it."""
        count = None if self.always else self.count
        return Fault(self.kind, self.at, count, self.probability, self.match, self.delay, self.seed)


class EmulationSettings(Table):
    """What stands behind the emulated instruments; nothing here reaches a real bench.

    Wires are named as in `[wires]`, those of a DAQ board's clamps "clamp node 3", "away clamp node 3" and
    "label node 3", its multiplexer's "address line 0": `swapped` pairs have changed places, `off` ones hang
    loose, `touching` pairs of source wires are in contact.
    """

    seed: int = Field(0, ge=0, description="draws the board and its noise, as --seed does for --bench sim")
    board: BoardSettings = BoardSettings()
    imperfections: Imperfections = Field(Imperfections(), description="doses, or the name of a preset")
    board_current: Ampere = Field(0.12, ge=0, description="what the board draws from each supply channel")
    swapped: tuple[tuple[str, str], ...] = ()
    off: tuple[str, ...] = ()
    touching: tuple[tuple[str, str], ...] = ()
    faults: tuple[FaultSettings, ...] = ()
    real_time: bool = Field(
        False, description="on a DAQ board, time passes between calls too: gates leak as on a bench"
    )

    @model_validator(mode="before")
    @classmethod
    def _preset(cls, values: Any) -> Any:
        if isinstance(values, dict) and isinstance(values.get("imperfections"), str):
            try:
                return values | {"imperfections": preset_values(values["imperfections"])}
            except ConfigError as error:
                raise ValueError(error.sentence()) from error
        return values


class HardwareBenchFile(HardwareConfig):
    """A bench file with kind = "hardware": what the drivers need, and what only labctl needs.

    Methods are those of `SimBenchFile`; a board that is soldered does not ask for a seed, and ignores it.
    """

    network: NetworkSettings = Field(LatticeSettings(), description="what is soldered on the board")
    emulation: EmulationSettings | None = None
    when_unwatched: Unwatched = Field(
        Unwatched.CONTINUE, description="what a run does when no program watches it any more"
    )
    engine: EngineSettings = Field(EngineSettings(), description="the process that owns the bench")
    calibration: CalibrationSettings = Field(CalibrationSettings(), description="what runs need of them")

    def wiring(self) -> Wiring:
        """Return what is physically wired: a source per output terminal, the outputs of `[wires]`.

        Raises ConfigError when no one experiment could be wired so.
        """
        daq = self.instruments.daq
        names = {wire.node: name for name, wire in self.wires.sources.items()}
        nodes = daq.sources if daq is not None else names
        outputs = tuple(
            Output(name, wire.positive, wire.negative) for name, wire in self.wires.outputs.items()
        )
        if not outputs and daq is not None:
            outputs = tuple(Output(f"node {node}", node) for node in daq.read.free)
        try:
            sources = tuple(Source(node, names.get(node, f"node {node}")) for node in nodes)
            return Wiring(build_network(self.network), sources, outputs)
        except ConfigError as error:
            raise error.at(key="wires") from None

    @property
    def is_hardware(self) -> bool:
        """Tell whether a run on it drives instruments, real or emulated."""
        return True

    @property
    def is_simulated(self) -> bool:
        """Tell whether nothing real stands behind it."""
        return self.simulated

    @property
    def has_software_clamps(self) -> bool:
        """Tell whether clamps are set once per cycle from the free reading."""
        daq = self.instruments.daq
        return self.timing is BlockTiming.DAQ and daq is not None and daq.clamp.circuit == "software"

    def make(self, seed: int, corrections: Corrections | None = None) -> Bench:
        """Return a new, closed bench; without corrections it drives and reads as its converters do."""
        from drivers.hardware import HardwareBench
        from drivers.hardware.parts import clamps_from_readings

        from_readings = clamps_from_readings(self)
        return with_corrections(HardwareBench(self), corrections, clamps_from_readings=from_readings)

    def bench_limits(self, seed: int) -> Limits:
        """Return what the bench will not go beyond."""
        return self.limits.of_bench()

    def check(self, wiring: Wiring, seed: int) -> None:
        """Raise ConfigError unless the board has this network and a wire for each of its nodes."""
        check_wires(self, wiring)

    def addresses(self) -> dict[str, str]:
        """Return where its instruments are, each with a name of what is there.

        Some share an address; a local DAQ board's is its device.
        """
        return instrument_addresses(self)

    def in_si(self) -> TomlTable:
        """Return all settings in SI units, as JSON holds them: kept in every run's manifest."""
        return self.model_dump(mode="json")

    def ledger(self, seed: int) -> list[LedgerEntry]:
        """Return every imperfection with its dose: of a board on a bench none is known."""
        return []

    def calibration_serial(self, seed: int) -> str:
        """Return the serial that its calibrations are filed under."""
        return self.serial

    def safe_words(self) -> tuple[Message, ...]:
        """Say what the safe state is here besides learning off, sources at 0 V and clamps released."""
        supply = self.instruments.supply
        if supply is None:
            return ()
        numbers = ", ".join(str(channel.channel) for channel in supply.channels)
        if self.safe_state.supply_off:
            return (say("supply channels {numbers} off and set to 0 V", numbers=numbers),)
        return (say("supply channels {numbers} stay on", numbers=numbers),)

    def engine_settings(self) -> EngineSettings:
        """Return how the engine behaves; `when_unwatched = "stop"` waits a while unless told how long."""
        if self.engine.stop_when_unwatched is None and self.when_unwatched is Unwatched.STOP:
            return self.engine.model_copy(update={"stop_when_unwatched": UNWATCHED_S})
        return self.engine

    @model_validator(mode="after")
    def _wires_there(self) -> HardwareBenchFile:
        emulation = self.emulation
        if emulation is None:
            return self
        sources, outputs, daq = set(self.wires.sources), set(self.wires.outputs), self.instruments.daq
        clamps = set(daq.clamp.wires()) if daq is not None else set()
        addresses = {f"address line {k}" for k in range(len(daq.mux.address) if daq is not None else 0)}
        kinds = sources, outputs, clamps, addresses
        for one, other in emulation.swapped:
            if not any({one, other} <= kind for kind in kinds):
                what = "two source wires, output wires, clamps or address lines"
                names = "; ".join(", ".join(sorted(kind)) for kind in kinds if kind)
                raise ValueError(
                    say(
                        "emulation.swapped: {one} and {other} are no {what} of this bench; there are {names}",
                        one=repr(one),
                        other=repr(other),
                        what=what,
                        names=names,
                    )
                )
        moved = [name for pair in emulation.swapped for name in pair]
        if twice := next((name for name in moved if moved.count(name) > 1), None):
            raise ValueError(
                say("emulation.swapped: {twice} is in two swaps; name each wire once", twice=repr(twice))
            )
        for one, other in emulation.touching:
            if not {one, other} <= sources:
                raise ValueError(
                    say(
                        "emulation.touching: {one} and {other} are no source wires of this bench; "
                        "there are {sources}",
                        one=repr(one),
                        other=repr(other),
                        sources=", ".join(sorted(sources)),
                    )
                )
        loose = sorted(wire for wire in set().union(*kinds) if not wire.startswith("away"))
        for name in emulation.off:
            if name not in loose:
                wrong = say("there is no wire {name} that can hang loose", name=repr(name))
                raise ValueError(
                    say("emulation.off: {wrong}; there are {loose}", wrong=wrong, loose=", ".join(loose))
                )
        return self


def instrument_addresses(config: HardwareConfig) -> dict[str, str]:
    """Return the addresses of a bench's instruments, each with a name of what is there."""
    parts = {name: getattr(config.instruments, name) for name in sorted(INSTRUMENTS)}
    return {
        str(part.address or getattr(part, "device", "")): name
        for name, part in parts.items()
        if part is not None
    }


def check_wires(config: HardwareBenchFile, wiring: Wiring) -> None:
    """Raise ConfigError unless the board has the experiment's network and a wire for each of its nodes."""
    board, asked = build_network(config.network), wiring.network
    if (board.nodes, board.edges, board.fixed_resistance) != (
        asked.nodes,
        asked.edges,
        asked.fixed_resistance,
    ):
        raise ConfigError(
            say(
                "the board has another network ({nodes} nodes, {edges} edges) "
                "than the experiment ({asked_nodes} nodes, {asked_edges} edges)",
                nodes=board.nodes,
                edges=board.n_edges,
                asked_nodes=asked.nodes,
                asked_edges=asked.n_edges,
            ),
            key="network",
            allowed=say("run the experiment on the board it is made for"),
        )
    sources = {wire.node for wire in config.wires.sources.values()}
    outputs = {node for wire in config.wires.outputs.values() for node in wire.nodes}
    for key, wired, needed in (
        ("sources", sources, [(s.name, s.node) for s in wiring.sources]),
        ("outputs", outputs, [(o.name, node) for o in wiring.outputs for node in o.nodes]),
    ):
        for name, node in needed:
            if wired and node not in wired:
                raise ConfigError(
                    say(
                        "no wire goes to node {node}, which the experiment needs for {name}",
                        node=node,
                        name=name,
                    ),
                    key=f"wires.{key}",
                    allowed=say(
                        "plug one in and add it; wires go to nodes {nodes}",
                        nodes=", ".join(map(str, sorted(wired))),
                    ),
                )
    if config.timing is BlockTiming.DAQ and config.instruments.daq is not None:
        from drivers.hardware.daq_wires import check_wires as check_terminals

        try:
            check_terminals(config.instruments.daq, wiring)
        except ConfigError as error:
            raise error.at(key="instruments") from None
