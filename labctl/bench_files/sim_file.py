"""The bench file of a simulated bench: the board, its doses, and what the engine and calibrations need."""

from __future__ import annotations

from pydantic import Field

from drivers.corrected_bench import with_corrections
from drivers.corrections import Corrections
from labctl.bench_files.calibration_settings import CalibrationSettings, simulated_serial
from labctl.bench_files.engine_settings import EngineSettings
from labctl.experiment.tables import TomlTable
from protocols.bench import Bench, Limits
from protocols.messages import Message, say
from protocols.tables import ClampCircuit
from protocols.task import Wiring
from sim_backend import BenchConfig, SimBench
from sim_backend.board.build import build_board
from sim_backend.board.imperfections import LedgerEntry

_NOT_OF_THE_BOARD = {"engine", "calibration"}


class SimBenchFile(BenchConfig):
    """A bench file with kind = "sim": what the simulator needs, and what only labctl needs.

    Methods are those of `HardwareBenchFile`; `seed` draws the board.
    """

    engine: EngineSettings = Field(EngineSettings(), description="the process that owns the bench")
    calibration: CalibrationSettings = Field(CalibrationSettings(), description="what runs need of them")

    @property
    def is_hardware(self) -> bool:
        """Tell whether a run on it drives instruments, real or emulated."""
        return False

    @property
    def is_simulated(self) -> bool:
        """Tell whether nothing real stands behind it."""
        return True

    @property
    def has_software_clamps(self) -> bool:
        """Tell whether clamps are set once per cycle from the free reading."""
        return self.board.clamp_circuit is ClampCircuit.SOFTWARE

    def engine_settings(self) -> EngineSettings:
        """Return how the engine behaves on this bench."""
        return self.engine

    def make(self, seed: int, corrections: Corrections | None = None) -> Bench:
        """Return a new, closed bench; without corrections it drives and reads as its converters do."""
        from_readings = self.has_software_clamps
        return with_corrections(SimBench(self, seed), corrections, clamps_from_readings=from_readings)

    def bench_limits(self, seed: int) -> Limits:
        """Return what the bench will not go beyond."""
        return SimBench(self, seed).limits()

    def check(self, wiring: Wiring, seed: int) -> None:
        """Build the board once. Raises ConfigError for what does not fit, such as lists per edge."""
        build_board(self, wiring, seed)

    def wiring(self) -> Wiring | None:
        """Return what is wired: nothing in particular, a simulated board takes any wiring."""
        return None

    def addresses(self) -> dict[str, str]:
        """Return where its instruments are: it has none."""
        return {}

    def in_si(self) -> TomlTable:
        """Return the board's settings in SI units, as JSON holds them: kept in every run's manifest."""
        return self.model_dump(mode="json", exclude=_NOT_OF_THE_BOARD)

    def ledger(self, seed: int) -> list[LedgerEntry]:
        """Return every imperfection with its dose and its draw."""
        return self.imperfections.ledger(seed)

    def calibration_serial(self, seed: int) -> str:
        """Return the serial that its calibrations are filed under."""
        return simulated_serial(self.in_si(), seed)

    def safe_words(self) -> tuple[Message, ...]:
        """Say what the safe state is here besides learning off, sources at 0 V and clamps released."""
        return (say("simulated: nothing is energised"),)
