"""One 4×4 board: training cycles per second of the published memory cycle."""

from __future__ import annotations

from functools import cache

from benchmarks.timing import Effort, Spread, seconds
from benchmarks.workloads import PULSE_S, memory_cycle, opened


@cache
def cycles_per_s(preset: str, effort: Effort) -> Spread:
    """Measure one board; every repetition trains anew from the starting gates."""
    work = memory_cycle()
    bench = opened(work, preset)
    block = work.block(effort.block_cycles)

    def train() -> None:
        for _ in range(effort.blocks):
            bench.run(block)

    taken = seconds(train, effort.repetitions, before=lambda: bench.reset_gates(work.gates_V))
    return Spread.of(taken).rate(effort.block_cycles * effort.blocks)


def paper_board(effort: Effort) -> dict[str, Spread]:
    """Measure the board with the published imperfections, and against the real board's pulses."""
    rate = cycles_per_s("lattice-paper", effort)
    return {"single_cycles_per_s": rate, "single_times_hardware": rate.times(PULSE_S)}


def ideal_board(effort: Effort) -> dict[str, Spread]:
    """Measure the ideal board."""
    rate = cycles_per_s("ideal", effort)
    return {"single_ideal_cycles_per_s": rate, "single_ideal_times_hardware": rate.times(PULSE_S)}


def ideal_s_per_cycle(effort: Effort) -> Spread:
    """Return seconds per cycle of the ideal board, what peers are held against."""
    return cycles_per_s("ideal", effort).rate(1.0)
