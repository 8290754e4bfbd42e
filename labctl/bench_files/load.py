"""Which bench a run uses: `sim`, or a bench file; read once, validated once, typed from then on."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from drivers.corrections import Corrections
from labctl.bench_files.calibration_settings import CalibrationSettings
from labctl.bench_files.engine_settings import EngineSettings
from labctl.bench_files.sim_file import SimBenchFile
from labctl.experiment.load import override, read_toml, validate
from labctl.experiment.tables import TomlTable
from protocols.bench import Bench, Limits
from protocols.errors import ConfigError
from protocols.messages import Message, say
from protocols.task import Wiring
from sim_backend import read_doses

if TYPE_CHECKING:  # instruments' libraries are slow to import, and a simulated run needs none of them
    from labctl.bench_files.hardware_file import HardwareBenchFile

    BenchFile: TypeAlias = SimBenchFile | HardwareBenchFile

SIM = "sim"  # the bench without a file
KINDS = ("sim", "hardware")


@dataclass(frozen=True)
class LoadedBench:
    """A bench for a run: its file, typed, which board it means, and what the run stores about it.

    path: of the bench file, or "sim". values: as written, overrides applied. seed: draws a simulated board.
    imperfections: where its doses come from, in words. doses: the options that change the simulated board
    from what the file says, a space before each. blamed: the file that messages name, if it is another one.
    """

    file: BenchFile
    path: str
    values: TomlTable
    seed: int
    imperfections: Message
    doses: str = ""
    blamed: str = ""

    @property
    def is_hardware(self) -> bool:
        """Tell whether a run on it drives instruments, real or emulated."""
        return self.file.is_hardware

    @property
    def limits(self) -> Limits:
        """Return what the bench will not go beyond."""
        return self.file.bench_limits(self.seed)

    @property
    def engine(self) -> EngineSettings:
        """Return how the engine behaves on this bench."""
        return self.file.engine_settings()

    @property
    def calibration(self) -> CalibrationSettings:
        """Return what runs need of this bench's calibrations."""
        return self.file.calibration

    @property
    def calibration_serial(self) -> str:
        """Return the serial that calibrations of this board are filed under."""
        return self.file.calibration_serial(self.seed)

    def make(self, corrections: Corrections | None = None) -> Bench:
        """Return a new, closed bench; without corrections it drives and reads as its converters do."""
        return self.file.make(self.seed, corrections)

    def check(self, wiring: Wiring) -> None:
        """Raise ConfigError for a wiring that the bench does not fit."""
        try:
            self.file.check(wiring, self.seed)
        except ConfigError as error:
            raise error.at(file=self.blamed or _named(self.path)) from None

    def options(self) -> str:
        """Return the options by which `labctl calibrate` finds this board, a space before each."""
        bench = "" if self.path == SIM else f" --bench {shlex.quote(self.path)}"
        seed = f" --seed {self.seed}" if self.seed and not self.is_hardware else ""
        return f"{bench}{seed}{self.doses}"


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
    values: TomlTable = {"kind": SIM} if bench == SIM else read_toml(Path(bench))
    if _kind(values, _named(bench)) == "hardware":
        if imperfections is not None or dose_overrides:
            raise ConfigError(
                say("a hardware bench has the imperfections it has"),
                key="--imperfections",
                value=imperfections or dose_overrides[0],
                allowed=say("give doses to 'labctl emulate', or run with --bench sim"),
            )
        return load_hardware(values, bench, bench_overrides, seed)
    source, file = Message.of("ideal") if bench == SIM else say("as in {bench}", bench=bench), _named(bench)
    doses = values.setdefault("imperfections", {})
    if imperfections is not None:
        doses = values["imperfections"] = read_doses(imperfections)
        source, file = Message.of(imperfections), imperfections if Path(imperfections).suffix else file
    for text in bench_overrides:
        override(values, text)
    for text in dose_overrides:
        override(doses, text)
        source = say("{doses} with {change}", doses=source, change=text)
    options = _dose_options(imperfections, bench_overrides, dose_overrides)
    return LoadedBench(validate(SimBenchFile, values, file), bench, values, seed, source, options, file)


def load_hardware(values: TomlTable, path: str, overrides: Sequence[str] = (), seed: int = 0) -> LoadedBench:
    """Make a hardware bench of the values of its file. Raises ConfigError."""
    from labctl.bench_files.hardware_file import HardwareBenchFile

    for text in overrides:
        override(values, text)
    file = validate(HardwareBenchFile, values, path)
    return LoadedBench(
        file, path, values, seed, say("as emulated") if file.simulated else say("as on the bench")
    )


def read_hardware(path: str, overrides: Sequence[str] = ()) -> tuple[HardwareBenchFile, TomlTable]:
    """Read a bench file that must be of a hardware bench; return it and its values. Raises ConfigError."""
    from labctl.bench_files.hardware_file import HardwareBenchFile

    values = read_toml(Path(path))
    if _kind(values, path) != "hardware":
        raise ConfigError(
            say("is no hardware bench"),
            file=path,
            key="kind",
            value=SIM,
            allowed=say('it must be "hardware"; simulated benches have no instruments'),
        )
    for text in overrides:
        override(values, text.removeprefix("bench."))  # as `labctl run` wants it; here it may be left out
    return validate(HardwareBenchFile, values, path), values


def _kind(values: TomlTable, file: str) -> str:
    """Return which of the two models a file is of: the only look at a bench file that is not typed yet."""
    kind = values.get("kind", SIM)
    if kind not in KINDS:
        raise ConfigError(
            say("no such kind of bench"),
            file=file,
            key="kind",
            value=kind,
            allowed=say('it is "sim" or "hardware"'),
        )
    return str(kind)


def _named(path: str) -> str:
    """Return what messages call a bench file."""
    return "bench sim" if path == SIM else path


def _dose_options(
    imperfections: str | None, bench_overrides: Sequence[str], dose_overrides: Sequence[str]
) -> str:
    """Return the options that make this simulated board out of the bench file's, a space before each."""
    found = [] if imperfections is None else ["--imperfections", imperfections]
    changed = [f"bench.{text}" for text in bench_overrides if text.startswith("board.")]
    for text in (*changed, *(f"imperfections.{text}" for text in dose_overrides)):
        found += ["--set", text]
    return "".join(f" {shlex.quote(word)}" for word in found)
