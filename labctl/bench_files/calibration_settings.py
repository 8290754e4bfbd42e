"""The `[calibration]` table of a bench file: which calibrations a run needs, and where they are kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import Field, field_validator

from calibration import ROUTINES
from protocols.messages import say
from protocols.tables import Table
from sim_backend import BenchConfig


class CalibrationSettings(Table):
    """What a run on this bench asks of its calibrations; without the table, nothing."""

    required: tuple[str, ...] = Field(
        (), description="routines that must be valid before a run: names of 'labctl calibrate'"
    )
    apply: bool | None = Field(
        None,
        description="correct what runs drive, read and report by valid dac, adc and edges calibrations; "
        "left out: on a hardware bench yes, on a simulated one no",
    )
    store: str = Field("", description="folder of the calibrations; left out: the user's data folder")

    @field_validator("required")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in ROUTINES:
                raise ValueError(
                    say(
                        "{name} is no calibration; there are {routines}",
                        name=repr(name),
                        routines=", ".join(ROUTINES),
                    )
                )
        return names

    def folder(self) -> Path:
        """Return the folder of the calibrations."""
        return Path(self.store) if self.store else default_store()


def default_store() -> Path:
    """Return where calibrations are kept unless told otherwise: the user's data folder."""
    return Path(platformdirs.user_data_dir("labctl")) / "calibrations"


ANSWERED = "board that answered"  # a calibration's condition: the instrument's name and serial number


def simulated_serial(settings: Mapping[str, Any], seed: int) -> str:
    """Return the serial that calibrations of a simulated board are filed under.

    settings: in SI. It is another board with every seed, and with other doses or parts.
    """
    serial = str(settings.get("serial", "unknown"))
    usual = BenchConfig().model_dump(mode="json")
    own = {
        f"{table}.{key}": value
        for table in ("board", "imperfections")
        for key, value in (settings.get(table) or {}).items()
        if key != "description" and value != usual[table].get(key)
    }
    if not own:
        return f"{serial} seed {seed}"
    digest = hashlib.sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()[:8]
    return f"{serial} seed {seed} doses {digest}"
