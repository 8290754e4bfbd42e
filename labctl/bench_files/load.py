"""Which bench a run uses: `sim`, or a bench file."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from drivers.corrected_bench import with_corrections
from drivers.corrections import Corrections
from labctl.bench_files.calibration_settings import CalibrationSettings
from labctl.bench_files.engine_settings import EngineSettings
from labctl.experiment.build import build_network
from labctl.experiment.load import override, read_toml, validate
from protocols.bench import Bench, Limits
from protocols.errors import ConfigError
from protocols.tables import ClampCircuit
from protocols.task import Wiring
from sim_backend import BenchConfig, SimBench, read_doses
from sim_backend.board.build import build_board
from sim_backend.board.nominal import law_text

if TYPE_CHECKING:  # instruments' libraries are slow to import, and a simulated run needs none of them
    from labctl.bench_files.hardware_file import HardwareFile


class Maker(Protocol):
    """Makes a bench."""

    def __call__(self, corrections: Corrections | None = None) -> Bench:
        """Return a new, closed bench; without corrections it drives and reads as its converters do."""


@dataclass(frozen=True)
class LoadedBench:
    """A bench that can be made, its limits, and everything the run stores about it.

    values: the bench file as run; settings: all values in SI; ledger: the imperfections, if simulated.
    check: raises ConfigError for a wiring the bench does not fit, such as lists per edge of another length.
    file: the bench file, or "sim". doses: options that change the simulated board it tells of. wiring: of a
    hardware bench, what its file says is wired; may raise ConfigError.
    """

    make: Maker
    check: Callable[[Wiring], None]
    limits: Limits
    values: dict[str, Any]
    settings: dict[str, Any]
    ledger: list[dict[str, Any]]
    imperfections: str
    conductance_law: str
    engine: EngineSettings = field(default_factory=EngineSettings)
    calibration: CalibrationSettings = field(default_factory=CalibrationSettings)
    file: str = "sim"
    doses: str = ""
    wiring: Callable[[], Wiring] | None = None

    def options(self, seed: int) -> str:
        """Return the options by which `labctl calibrate` finds this board, a space before each."""
        return calibrate_options(self.file, self.values, seed) + self.doses


def calibrate_options(file: str, values: dict[str, Any], seed: int) -> str:
    """Return the options by which `labctl calibrate` finds a board: its bench file and its seed."""
    bench = "" if file == "sim" else f" --bench {shlex.quote(file)}"
    return f"{bench} --seed {seed}" if values.get("kind", "sim") == "sim" and seed else bench


def load_bench(
    bench: str,
    imperfections: str | None,
    seed: int,
    bench_overrides: Sequence[str] = (),
    dose_overrides: Sequence[str] = (),
) -> LoadedBench:
    """Read a bench: "sim" or a bench file, an imperfection preset or file, and overrides.

    Doses come from the bench file, are replaced as a whole by `imperfections`, then changed one by
    one by `dose_overrides`. Raises ConfigError.
    """
    values: dict[str, Any] = {"kind": "sim"} if bench == "sim" else read_toml(Path(bench))
    file = "bench sim" if bench == "sim" else bench
    kind = values.get("kind", "sim")
    if kind == "hardware":
        if imperfections is not None or dose_overrides:
            raise ConfigError(
                "a hardware bench has the imperfections it has",
                key="--imperfections",
                value=imperfections or dose_overrides[0],
                allowed="give doses to 'labctl emulate', or run with --bench sim",
            )
        return load_hardware(values, file, bench_overrides)
    if kind != "sim":
        raise ConfigError(
            "no such kind of bench", file=file, key="kind", value=kind, allowed='it is "sim" or "hardware"'
        )
    source = "ideal" if bench == "sim" else f"as in {bench}"
    doses = values.setdefault("imperfections", {})
    if imperfections is not None:
        doses = values["imperfections"] = read_doses(imperfections)
        source, file = imperfections, imperfections if Path(imperfections).suffix else file
    for text in bench_overrides:
        override(values, text)
    for text in dose_overrides:
        override(doses, text)
        source += f" with {text}"
    engine = validate(EngineSettings, values.get("engine", {}), file)
    calibration = validate_calibration(values, file)
    ours = ("engine", "calibration")  # tables the bench itself does not see
    config = validate(BenchConfig, {k: v for k, v in values.items() if k not in ours}, file)

    def make(corrections: Corrections | None = None) -> Bench:
        software = config.board.clamp_circuit is ClampCircuit.SOFTWARE
        return with_corrections(SimBench(config, seed), corrections, clamps_from_readings=software)

    return LoadedBench(
        make=make,
        check=lambda wiring: _check(config, wiring, seed, file),
        limits=SimBench(config, seed=seed).limits(),
        values=values,
        settings=config.model_dump(mode="json"),
        ledger=config.imperfections.ledger(seed),
        imperfections=source,
        conductance_law=law_text(config.board),
        engine=engine,
        calibration=calibration,
        file=bench,
        doses=_dose_options(imperfections, bench_overrides, dose_overrides),
    )


def _dose_options(
    imperfections: str | None, bench_overrides: Sequence[str], dose_overrides: Sequence[str]
) -> str:
    """Return the options that make this simulated board out of the bench file's, a space before each."""
    found = [] if imperfections is None else ["--imperfections", imperfections]
    changed = [f"bench.{text}" for text in bench_overrides if text.startswith("board.")]
    for text in (*changed, *(f"imperfections.{text}" for text in dose_overrides)):
        found += ["--set", text]
    return "".join(f" {shlex.quote(word)}" for word in found)


def validate_calibration(values: dict[str, Any], file: str) -> CalibrationSettings:
    """Return what a bench file asks of its calibrations. Raises ConfigError."""
    table = values.get("calibration", {})
    try:
        return validate(CalibrationSettings, table, file)
    except ConfigError as error:
        raise error.at(key="calibration") from None


def read_hardware(bench: str, overrides: Sequence[str] = ()) -> tuple[HardwareFile, dict[str, Any]]:
    """Read a bench file that must be of a hardware bench; return it and its values. Raises ConfigError."""
    from labctl.bench_files.hardware_file import HardwareFile

    values = read_toml(Path(bench))
    if values.get("kind") != "hardware":
        raise ConfigError(
            "is no hardware bench",
            file=bench,
            key="kind",
            value=values.get("kind", "sim"),
            allowed='it must be "hardware"; simulated benches have no instruments',
        )
    for text in overrides:
        override(values, text.removeprefix("bench."))  # as `labctl run` wants it; here it may be left out
    return validate(HardwareFile, values, bench), values


def load_hardware(values: dict[str, Any], file: str, overrides: Sequence[str] = ()) -> LoadedBench:
    """Make a hardware bench of the values of its file. Raises ConfigError."""
    from drivers.hardware import HardwareBench
    from drivers.hardware.parts import clamps_from_readings
    from labctl.bench_files.hardware_file import HardwareFile

    for text in overrides:
        override(values, text)
    config = validate(HardwareFile, values, file)

    def make(corrections: Corrections | None = None) -> Bench:
        return with_corrections(
            HardwareBench(config), corrections, clamps_from_readings=clamps_from_readings(config)
        )

    behind = "as emulated" if config.simulated else "as on the bench"
    return LoadedBench(
        make=make,
        check=lambda wiring: check_wires(config, wiring, file),
        limits=config.limits.of_bench(),
        values=values,
        settings=config.model_dump(mode="json"),
        ledger=[],
        imperfections=behind,
        conductance_law="square law at 0 V, measured threshold and strength where calibrations tell them, "
        "else nominal ones",
        engine=config.engine_settings(),
        calibration=config.calibration,
        file=file,
        wiring=config.wiring,
    )


def check_wires(config: HardwareFile, wiring: Wiring, file: str) -> None:
    """Raise ConfigError unless the board has the experiment's network and a wire for each of its nodes."""
    board, asked = build_network(config.network), wiring.network
    if (board.nodes, board.edges, board.fixed_resistance) != (
        asked.nodes,
        asked.edges,
        asked.fixed_resistance,
    ):
        raise ConfigError(
            f"the board has another network ({board.nodes} nodes, {board.n_edges} edges) "
            f"than the experiment ({asked.nodes} nodes, {asked.n_edges} edges)",
            file=file,
            key="network",
            allowed="run the experiment on the board it is made for",
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
                    f"no wire goes to node {node}, which the experiment needs for {name}",
                    file=file,
                    key=f"wires.{key}",
                    allowed=f"plug one in and add it; wires go to nodes {_listed(wired)}",
                )

    if config.timing == "daq" and config.instruments.daq is not None:
        from drivers.hardware.daq_wires import check_wires as check_terminals

        try:
            check_terminals(config.instruments.daq, wiring)
        except ConfigError as error:
            raise error.at(file=file, key="instruments") from None


def _listed(nodes: set[int]) -> str:
    return ", ".join(map(str, sorted(nodes)))


def _check(config: BenchConfig, wiring: Wiring, seed: int, file: str) -> None:
    """Build the board once, for its mistakes."""
    try:
        build_board(config, wiring, seed)
    except ConfigError as error:
        raise error.at(file=file) from None
