"""Many 4×4 boards at once: the memory cycle on boards that differ by their seed."""

from __future__ import annotations

from benchmarks.timing import Effort, Spread, seconds
from benchmarks.workloads import PULSE_S, board, memory_cycle
from sim_backend import Ensemble


def many_boards(effort: Effort) -> dict[str, Spread]:
    """Measure cycles per second summed over the boards, seeds 0, 1, …, published imperfections."""
    work = memory_cycle()
    boards = Ensemble(board("lattice-paper"), range(effort.ensemble_boards))
    boards.open(work.wiring)
    block = work.block(effort.ensemble_cycles)
    taken = seconds(
        lambda: boards.run(block), effort.repetitions, before=lambda: boards.reset_gates(work.gates_V)
    )
    boards.close()
    rate = Spread.of(taken).rate(effort.ensemble_cycles * effort.ensemble_boards)
    return {"ensemble_cycles_per_s": rate, "ensemble_times_hardware": rate.times(PULSE_S)}
