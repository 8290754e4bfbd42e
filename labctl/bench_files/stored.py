"""The bench of a stored run, as its manifest tells of it: settings in SI, perhaps of an older labctl."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labctl.bench_files.calibration_settings import CalibrationSettings, simulated_serial


@dataclass(frozen=True)
class StoredBench:
    """What is known of the bench a run was made on.

    in_si: the manifest's "bench", as `BenchFile.in_si` wrote it; empty for a run from elsewhere. seed: drew a
    simulated board. Read here rather than as a bench file: keys of an older labctl are no mistake.
    """

    in_si: Mapping[str, Any]
    seed: int

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> StoredBench:
        """Return the bench of a run's manifest."""
        bench = manifest.get("bench")
        seed = int((manifest.get("seeds") or {}).get("board", 0))
        return cls(bench if isinstance(bench, dict) else {}, seed)

    @property
    def is_hardware(self) -> bool:
        """Tell whether the run drove instruments, real or emulated."""
        return str(self.in_si.get("kind", "sim")) != "sim"

    @property
    def has_software_clamps(self) -> bool:
        """Tell whether a DAQ board's clamps were set once per cycle from the free reading."""
        daq = (self.in_si.get("instruments") or {}).get("daq") or {}
        return bool(self.in_si.get("timing") == "daq" and daq.get("clamp", {}).get("circuit") == "software")

    @property
    def calibration_serial(self) -> str:
        """Return the serial that calibrations of its board are filed under."""
        if self.is_hardware:
            return str(self.in_si.get("serial", "unknown"))
        return simulated_serial(self.in_si, self.seed)

    def calibrations(self) -> Path:
        """Return the folder of its calibrations."""
        return CalibrationSettings(**(self.in_si.get("calibration") or {})).folder()
