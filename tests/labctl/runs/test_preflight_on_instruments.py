"""A preflight on instruments moves nothing, and tells a wrong one before anybody says yes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import tomlkit

from drivers.errors import NotConnected
from labctl.emulation import EmulatedBench
from labctl.runs import preflight
from labctl.runs.prepared import prepare
from labctl.runs.request import RunRequest

from ..emulation.benches import CONTROLLER, emulated

EXAMPLE = Path(__file__).parents[3] / "examples" / "xor.toml"


@contextmanager
def served(folder: Path, change: Callable[[dict[str, dict[str, object]]], None]) -> Iterator[EmulatedBench]:
    """Run a bench whose supply is on at 5 V, as somebody left it, and write a file for it."""
    with emulated(CONTROLLER) as running:
        values = tomlkit.loads(Path(CONTROLLER).read_text("utf-8")).unwrap()
        for one in running.listeners():
            values["instruments"][one.instrument]["address"] = one.address
        change(values)
        (folder / "bench.toml").write_text(tomlkit.dumps(values), "utf-8")
        assert running.supply is not None
        output = running.supply.device.outputs[1]
        output.set_V, output.set_A, output.on = 5.0, 0.3, True
        yield running


def checked(folder: Path) -> preflight.PreflightReport:
    request = RunRequest(EXAMPLE, str(folder / "bench.toml"), out=folder / "runs", figures=False)
    return preflight.check(prepare(request), None, guardian="")


@pytest.mark.parametrize("supply_off", [True, False])
def test_a_supply_that_somebody_left_on_stays_on(tmp_path: Path, supply_off: bool) -> None:
    def change(values: dict[str, dict[str, object]]) -> None:
        values["safe_state"] = {"supply_off": supply_off}

    with served(tmp_path, change) as running:
        report = checked(tmp_path)
        assert {part.name for part in report.instruments} == {"supply", "meter", "controller"}
        assert (running.supply.device.outputs[1].on, running.supply.device.outputs[1].set_V) == (True, 5.0)


def test_another_supply_is_told_at_the_preflight_and_left_alone(tmp_path: Path) -> None:
    def change(values: dict[str, dict[str, object]]) -> None:
        values["instruments"]["supply"]["serial"] = "MY12345"  # type: ignore[index]

    with served(tmp_path, change) as running:
        with pytest.raises(NotConnected, match="MY12345"):
            checked(tmp_path)
        assert (running.supply.device.outputs[1].on, running.supply.device.outputs[1].set_V) == (True, 5.0)
        assert not (tmp_path / "runs").exists()
