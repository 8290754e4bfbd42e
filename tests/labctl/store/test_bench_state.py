"""The simulated bench goes back to any state it was in, bit for bit, whatever its imperfections."""

from __future__ import annotations

import numpy as np
import pytest

from protocols.errors import DataError, ProtocolError
from sim_backend import BenchConfig, Imperfections, SimBench, preset_values

from .runs import small_run


def bench_of(preset: str, seed: int = 5) -> SimBench:
    return SimBench(BenchConfig(imperfections=Imperfections.model_validate(preset_values(preset))), seed=seed)


@pytest.mark.parametrize("preset", ["ideal", "lattice-paper", "harsh"])
def test_a_restored_bench_gives_the_same_future(tmp_path, preset: str) -> None:
    plan = small_run(tmp_path).plan
    none = np.ones(len(plan.task.train), bool)
    one, other = bench_of(preset), bench_of(preset)
    for bench in (one, other):
        bench.open(plan.task.wiring)
    one.reset_gates(plan.initial_gates_V)
    one.run(plan.block(0, 60, 0, none))
    one.measure(plan.task.train.inputs)
    state = one.state()
    assert one.state() == state  # looking changes nothing

    def future(bench: SimBench) -> list[np.ndarray]:
        record = bench.run(plan.block(60, 500, 0, none))
        nodes = bench.read_nodes(plan.task.train.inputs)
        looks = bench.read_gates(), bench.measure(plan.task.train.inputs), nodes.free, nodes.clamped
        return [record.free_outputs, record.clamped_outputs, record.start_s, record.lateness_s, *looks]

    expected = future(one)
    other.restore(state)
    one.restore(state)
    for bench in (other, one):
        for a, b in zip(future(bench), expected, strict=True):
            assert a.tobytes() == b.tobytes()


def test_a_state_of_another_bench_is_refused(tmp_path) -> None:
    plan = small_run(tmp_path).plan
    bench = bench_of("harsh")
    bench.open(plan.task.wiring)
    state = bench.state()
    for stranger in (bench_of("harsh", seed=6), bench_of("ideal")):
        stranger.open(plan.task.wiring)
        with pytest.raises(DataError, match="another simulated board"):
            stranger.restore(state)
    for damaged in (b"", state[:100], b"x" * 1000):
        with pytest.raises(DataError, match="cannot be read"):
            bench.restore(damaged)
    with pytest.raises(ProtocolError, match="not open"):
        bench_of("ideal").state()
