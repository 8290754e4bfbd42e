"""Read published drift tests of the two-edge board for its twin."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from scipy.io import loadmat

from labctl.importing.small_network import DRIFT_NAME, drift_task_V
from labctl.twins.drift_fit import DriftTest, drift_twin, split_drift_test, twin_doses
from labctl.twins.preset import write_twin
from protocols.block import FloatArray
from protocols.errors import ConfigError, DataError
from protocols.messages import say


def read_drift_tests(files: Sequence[Path]) -> list[DriftTest]:
    """Return the drift tests in two files, named as published. Raises ConfigError."""
    return [_read(file) for file in files]


def write_drift_twin(files: Sequence[Path], path: Path) -> Path:
    """Write the twin of the two-edge board of two drift tests as a preset. Raises ConfigError, DataError."""
    tests = read_drift_tests(files)
    boards = {str(_matched(file)[1]) for file in files}
    if len(boards) != 1:
        raise ConfigError(
            say("the drift tests are of two experiments"), key="--drift", value=[str(f) for f in files]
        )
    doses = twin_doses(drift_twin(tests), label=f" of experiment {boards.pop()}")
    return write_twin(doses, path)


def _matched(file: Path) -> re.Match[str]:
    found = DRIFT_NAME.match(file.stem)
    if found is None:
        raise ConfigError(
            say("its name does not tell the experiment and the task"),
            file=str(file),
            allowed=say("keep the published name, exp1DriftTest_1.mat"),
        )
    return found


def read_samples(file: Path) -> tuple[FloatArray, FloatArray]:
    """Return learning times (n,) in s and gates (n, 2) as (G₋, G₊) in volts. Raises ConfigError."""
    try:
        with file.open("rb") as stream:
            held = loadmat(cast(Any, stream))  # takes streams, its stubs do not say so
        time, minus, plus = (np.asarray(held[k], dtype=float).ravel() for k in ("time", "GMINUS", "GPLUS"))
    except FileNotFoundError:
        raise ConfigError(say("file not found"), file=str(file), allowed=say("check the path")) from None
    except (KeyError, ValueError, OSError, NotImplementedError) as error:
        raise ConfigError(say("is no drift test: {error}", error=error), file=str(file)) from None
    if not len(time) == len(minus) == len(plus):
        raise ConfigError(say("its three arrays differ in length"), file=str(file))
    return time, np.column_stack([minus, plus])


def _read(file: Path) -> DriftTest:
    name = _matched(file)
    time, gates = read_samples(file)
    try:
        return split_drift_test(time, gates, *drift_task_V(int(name[1]), int(name[2])))
    except DataError as error:
        raise ConfigError(str(error), file=str(file)) from None
