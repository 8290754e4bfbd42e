"""The whole hardware bench file: instruments and wires, the board's network, and how it is emulated."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from drivers.hardware import HardwareConfig
from drivers.hardware.config import Unwatched
from labctl.bench_files.calibration_settings import CalibrationSettings
from labctl.bench_files.engine_settings import UNWATCHED_S, EngineSettings
from labctl.experiment.build import build_network
from labctl.experiment.model import LatticeSettings, NetworkSettings
from protocols.errors import ConfigError
from protocols.tables import Table
from protocols.task import Output, Source, Wiring
from protocols.units import Ampere, Ratio, Second
from sim_backend import BoardSettings, Imperfections, preset_values
from sim_backend.emulators.faults import Fault, FaultKind

INSTRUMENTS = ("supply", "meter", "controller", "daq")


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


class HardwareFile(HardwareConfig):
    """A bench file with kind = "hardware": what the drivers need, and what only labctl needs."""

    network: NetworkSettings = Field(LatticeSettings(), description="what is soldered on the board")
    emulation: EmulationSettings | None = None
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

    def engine_settings(self) -> EngineSettings:
        """Return how the engine behaves; `when_unwatched = "stop"` waits a while unless told how long."""
        if self.engine.stop_when_unwatched is None and self.when_unwatched is Unwatched.STOP:
            return self.engine.model_copy(update={"stop_when_unwatched": UNWATCHED_S})
        return self.engine

    @model_validator(mode="after")
    def _wires_there(self) -> HardwareFile:
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
                    f"emulation.swapped: {one!r} and {other!r} are no {what} of this bench; there are {names}"
                )
        moved = [name for pair in emulation.swapped for name in pair]
        if twice := next((name for name in moved if moved.count(name) > 1), None):
            raise ValueError(f"emulation.swapped: {twice!r} is in two swaps; name each wire once")
        for one, other in emulation.touching:
            if not {one, other} <= sources:
                raise ValueError(
                    f"emulation.touching: {one!r} and {other!r} are no source wires of this bench; "
                    f"there are {', '.join(sorted(sources))}"
                )
        loose = sorted(wire for wire in set().union(*kinds) if not wire.startswith("away"))
        for name in emulation.off:
            if name not in loose:
                wrong = f"there is no wire {name!r} that can hang loose"
                raise ValueError(f"emulation.off: {wrong}; there are {', '.join(loose)}")
        return self
