"""`labctl emulate`: the instruments of a bench file, emulated at their addresses."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from labctl.cli.options import BenchOverrides
from protocols.errors import ConfigError

if TYPE_CHECKING:  # slow to import
    from labctl.emulation import EmulatedBench, FaultSettings, HardwareBenchFile
    from labctl.experiment.tables import TomlTable

_WIRES = {"swap": "swapped", "touch": "touching"}


def emulate(
    bench: Annotated[
        Path, typer.Argument(help="Bench file of a hardware bench, TOML.", metavar="BENCH.toml")
    ],
    imperfections: Annotated[
        str | None,
        typer.Option(help="Preset or TOML file of doses for the board behind.", metavar="PRESET|FILE"),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Draws the board and its noise.", min=0)] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            help="A fault on a line: controller:corrupt, supply:timeout:at=5, controller:drop:match=STREAM.",
            metavar="INSTRUMENT:KIND[:KEY=VALUE…]",
        ),
    ] = None,
    swap: Annotated[
        list[str] | None, typer.Option(help="Two wires of the bench file that changed places.", metavar="A,B")
    ] = None,
    touch: Annotated[
        list[str] | None, typer.Option(help="Two source wires in contact.", metavar="A,B")
    ] = None,
    off: Annotated[list[str] | None, typer.Option(help="A wire that hangs loose.", metavar="WIRE")] = None,
    real_time: Annotated[
        bool, typer.Option("--real-time", help="On a DAQ board, let gates leak between calls too.")
    ] = False,
    overrides: BenchOverrides = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object once everything listens.")
    ] = False,
) -> None:
    """Emulate every instrument of a bench file until Ctrl-C, all on one simulated board.

    Example: labctl emulate benches/emulated.toml --imperfections lattice-paper --swap V1,V2
    """
    from labctl.emulation import EmulatedBench

    keys = [*(overrides or ()), *(["emulation.real_time=true"] if real_time else ())]
    config = emulated_config(str(bench), keys, imperfections, seed, swap, touch, off)
    faults = [read_fault(text) for text in fault or ()]
    console = Console(highlight=False, soft_wrap=True)
    with EmulatedBench(config, faults) as emulated:
        over = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _sets(over))
        if as_json:
            found = {one.instrument: one.address for one in emulated.listeners()}
            print(
                json.dumps({"bench": config.name, "timing": str(config.timing), "listening": found}),
                flush=True,
            )
        else:
            _say(console, config, emulated, str(bench), faults)
        while not over.wait(0.5):  # a plain wait would keep signals waiting too
            pass
    if not as_json:
        console.print("stopped")


def emulated_config(
    bench: str,
    overrides: list[str] | tuple[()] = (),
    imperfections: str | None = None,
    seed: int | None = None,
    swap: list[str] | None = None,
    touch: list[str] | None = None,
    off: list[str] | None = None,
) -> HardwareBenchFile:
    """Read a bench file and change what is emulated. Raises ConfigError."""
    from labctl.bench_files.load import read_hardware
    from labctl.emulation import HardwareBenchFile
    from labctl.experiment.load import override, split_overrides, validate
    from sim_backend import read_doses

    plain, of_bench, doses = split_overrides(overrides)  # "bench." and "emulation." may be left out
    keys = [*plain, *of_bench, *(f"emulation.imperfections.{text}" for text in doses)]
    config, values = read_hardware(bench, [k for k in keys if not k.startswith("emulation.imperfections.")])
    emulation: TomlTable = dict(values.get("emulation") or {})
    if "emulation" not in values:
        return config  # EmulatedBench says what is missing
    if imperfections is not None:
        emulation["imperfections"] = read_doses(imperfections)
    elif isinstance(emulation.get("imperfections"), str):
        emulation["imperfections"] = read_doses(emulation["imperfections"])
    if seed is not None:
        emulation["seed"] = seed
    for option, pairs in (("swap", swap), ("touch", touch)):
        if pairs:
            emulation[_WIRES[option]] = [_pair(option, text) for text in pairs]
    if off:
        emulation["off"] = list(off)
    changed = values | {"emulation": emulation}
    for text in keys:
        if text.startswith("emulation.imperfections."):
            override(changed, text)
    return validate(HardwareBenchFile, changed, bench)


def read_fault(text: str) -> FaultSettings:
    """Read INSTRUMENT:KIND[:KEY=VALUE…]. Raises ConfigError."""
    from labctl.emulation import FaultSettings
    from labctl.experiment.load import validate
    from sim_backend.emulators.faults import FaultKind

    instrument, _, rest = text.partition(":")
    kind, *settings = rest.split(":")
    values: TomlTable = {"instrument": instrument, "kind": kind.replace("-", "_")}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise ConfigError(
                "is no setting of a fault", key=f"--fault {text}", value=setting, allowed="KEY=VALUE"
            )
        values[key] = int(value) if value.isdecimal() else value
    try:
        return validate(FaultSettings, values, f"--fault {text}")
    except ConfigError as error:
        kinds = ", ".join(FaultKind)
        raise ConfigError(
            error.problem,
            key=f"--fault {text}: {error.key}",
            value=error.value,
            allowed=error.allowed or f"kinds are {kinds}",
        ) from None


def _pair(option: str, text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if len(names) != 2:
        raise ConfigError("names two wires", key=f"--{option}", value=text, allowed="write A,B")
    return names


def _say(
    console: Console,
    config: HardwareBenchFile,
    emulated: EmulatedBench,
    file: str,
    faults: list[FaultSettings],
) -> None:
    from drivers.hardware.config import BlockTiming
    from labctl.experiment.load import read_toml

    emulation = config.emulation
    console.print(f"[bold]{config.name}[/], {config.timing}-timed, emulated")
    for one in emulated.listeners():
        console.print(f"  [dim]{one.instrument:>10}[/]  {one.address}  [dim]{one.is_a}[/]")
    if emulation is not None:
        for what, wires in (("swapped", emulation.swapped), ("touching", emulation.touching)):
            for pair in wires:
                console.print(f"  [yellow]{what:>10}[/]  {' and '.join(pair)}")
        for wire in emulation.off:
            console.print(f"  [yellow]{'off':>10}[/]  {wire}")
        for fault in (*emulation.faults, *faults):
            console.print(f"  [yellow]{'fault':>10}[/]  {fault.instrument}: {fault.kind}")
    in_file = str(read_toml(Path(file)).get("timing", BlockTiming.CONTROLLER))
    timing = "" if config.timing == in_file else f" --set bench.timing={config.timing}"
    console.print(f"Now, in another window: labctl run EXPERIMENT.toml --bench {file}{timing}")
    console.print("Ctrl-C ends it.")


def _sets(over: threading.Event) -> Any:
    def handle(number: int, frame: FrameType | None) -> None:
        over.set()

    return handle
