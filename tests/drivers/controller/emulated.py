"""An emulated controller board on the 4×4 lattice, at either kind of port."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields

import numpy as np

from drivers.controller import Controller, RetryPolicy
from protocols import CycleBlock, CycleRecord, Method, Snapshots, Wiring
from sim_backend import BenchConfig, Imperfections, SimBench
from sim_backend.emulators.controller.device import ControllerEmulator
from sim_backend.emulators.controller.plant import BoardParts
from sim_backend.emulators.faults import FaultInjector

from ...sim_backend.boards import gates_for, lattice_wiring

WIRING = lattice_wiring()
GATES_V = gates_for(WIRING)
QUICK = RetryPolicy(reply_s=0.05, attempts=4)
QUICK_LIMIT_S = QUICK.reply_s * QUICK.attempts
LIVELY = {"adc_noise": "0.2 mV", "pulse_jitter": "1 us", "threshold_mismatch": "2 mV", "bias_mean": "0.4 V/s"}


def sim_bench(doses: dict[str, str] | None = None, seed: int = 0) -> SimBench:
    """Return a simulated bench that is not opened."""
    return SimBench(BenchConfig(imperfections=Imperfections.model_validate(doses or {})), seed)


@contextmanager
def emulator(
    kind: str = "pty", doses: dict[str, str] | None = None, seed: int = 0, **parts: object
) -> Iterator[ControllerEmulator]:
    """Run an emulated board at a "pty" or "tcp" port."""
    made = BoardParts(WIRING.network, **parts)  # type: ignore[arg-type]
    start = ControllerEmulator.on_pty if kind == "pty" else ControllerEmulator.on_tcp
    with start(sim_bench(doses, seed), made, faults=FaultInjector()) as running:
        yield running


@contextmanager
def controller(
    emulated: ControllerEmulator, wiring: Wiring | None = WIRING, **settings: object
) -> Iterator[Controller]:
    """Open a driver for an emulated board, wired unless told otherwise; gates as in GATES_V."""
    settings.setdefault("retry_policy", QUICK)
    driver = Controller(emulated.url, **settings)  # type: ignore[arg-type]
    driver.open()
    try:
        if wiring is not None:
            driver.wire(wiring)
            driver.reset_gates(GATES_V)
        yield driver
    finally:
        driver.close()


def make_block(
    cycles: int = 200,
    *,
    first: int = 0,
    noise_V: float = 0.0,
    snapshots: tuple[int, ...] = (0, 57, 199),
    method: Method | None = None,
    seed: int = 5,
) -> CycleBlock:
    """Return cycles over four data points; noise makes every cycle's inputs its own."""
    rng = np.random.default_rng(seed)
    points = rng.integers(0, 4, cycles)
    inputs = np.array([[0.11, 0.33, x, y] for x in (0.05, 0.4) for y in (0.05, 0.4)])[points]
    inputs = inputs + noise_V * rng.uniform(-1, 1, inputs.shape)
    labels = np.array([0.06, -0.02, 0.01, 0.04])[points][:, None]
    return CycleBlock(
        first,
        points,
        inputs,
        labels,
        method or Method(),
        np.full((4, 1), 0.01),
        np.array([True, False, True, True]),
        np.array([s for s in snapshots if s < cycles], dtype=np.int64),
    )


def joined(records: list[CycleRecord]) -> CycleRecord:
    """Join records end to end."""

    def along(name: str) -> np.ndarray:
        return np.concatenate([getattr(r, name) for r in records])

    kept = Snapshots(
        *(np.concatenate([getattr(r.snapshots, f.name) for r in records]) for f in fields(Snapshots))
    )
    names = ("points", "free_outputs", "clamped_outputs", "learning_time_s", "start_s", "lateness_s")
    return CycleRecord(
        records[0].first_cycle,
        **{name: along(name) for name in names},
        wrong=records[-1].wrong,
        snapshots=kept,
    )


def assert_same(got: CycleRecord, expected: CycleRecord, volts: float) -> None:
    """Hold two records against each other: voltages within `volts`, times within a nanosecond."""
    assert got.first_cycle == expected.first_cycle
    np.testing.assert_array_equal(got.points, expected.points)
    np.testing.assert_array_equal(got.wrong, expected.wrong)
    np.testing.assert_array_equal(got.snapshots.cycles, expected.snapshots.cycles)
    for name in ("free_outputs", "clamped_outputs"):
        np.testing.assert_allclose(getattr(got, name), getattr(expected, name), rtol=0, atol=volts)
    for name in ("gates", "free_nodes", "clamped_nodes"):
        ours, theirs = getattr(got.snapshots, name), getattr(expected.snapshots, name)
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=volts)
    for name in ("learning_time_s", "lateness_s"):
        np.testing.assert_allclose(getattr(got, name), getattr(expected, name), rtol=0, atol=0.51e-9)
    since, planned = got.start_s - got.start_s[0], expected.start_s - expected.start_s[0]
    np.testing.assert_allclose(since, planned, rtol=0, atol=1.1e-9)
