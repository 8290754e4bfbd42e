"""Read published drift tests of the two-edge board for its twin."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from scipy.io import loadmat

from calibration.drift_twin import DriftTest, drift_twin, split_drift_test, twin_doses
from labctl.calibration_twin import write_twin
from protocols.errors import ConfigError, DataError

_NAME = re.compile(r"exp([12])DriftTest_([12])$")
# Input and label of the task that is trained, in volts: _1 is β, _2 is α.
_TASKS = {(1, 2): (0.4351, 0.31), (1, 1): (0.0181, 0.14), (2, 2): (0.4351, 0.31), (2, 1): (0.0181, 0.18)}


def read_drift_tests(files: Sequence[Path]) -> list[DriftTest]:
    """Return the drift tests in two files, named as published. Raises ConfigError."""
    return [_read(file) for file in files]


def write_drift_twin(files: Sequence[Path], path: Path) -> Path:
    """Write the twin of the two-edge board of two drift tests as a preset. Raises ConfigError, DataError."""
    tests = read_drift_tests(files)
    boards = {str(_matched(file)[1]) for file in files}
    if len(boards) != 1:
        raise ConfigError(
            "the drift tests are of two experiments", key="--drift", value=[str(f) for f in files]
        )
    doses = twin_doses(drift_twin(tests), label=f" of experiment {boards.pop()}")
    return write_twin(doses, path)


def _matched(file: Path) -> re.Match[str]:
    found = _NAME.match(file.stem)
    if found is None:
        raise ConfigError(
            "its name does not tell the experiment and the task",
            file=str(file),
            allowed="keep the published name, exp1DriftTest_1.mat",
        )
    return found


def _read(file: Path) -> DriftTest:
    name = _matched(file)
    try:
        with file.open("rb") as stream:
            held = loadmat(cast(Any, stream))  # takes streams, its stubs do not say so
        time, minus, plus = (np.asarray(held[k], dtype=float).ravel() for k in ("time", "GMINUS", "GPLUS"))
    except FileNotFoundError:
        raise ConfigError("file not found", file=str(file), allowed="check the path") from None
    except (KeyError, ValueError, OSError, NotImplementedError) as error:
        raise ConfigError(f"is no drift test: {error}", file=str(file)) from None
    if not len(time) == len(minus) == len(plus):
        raise ConfigError("its three arrays differ in length", file=str(file))
    try:
        return split_drift_test(time, np.column_stack([minus, plus]), *_TASKS[int(name[1]), int(name[2])])
    except DataError as error:
        raise ConfigError(str(error), file=str(file)) from None
