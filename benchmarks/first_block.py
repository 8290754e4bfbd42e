"""Print how many seconds it takes to open a simulated bench, or an ensemble, and run its first block."""

import sys
import time

from benchmarks.workloads import board, memory_cycle, opened
from sim_backend import Ensemble
from sim_backend.plant.lanes import LANES


def main() -> None:
    """Time the first block of this process."""
    work = memory_cycle()
    start = time.perf_counter()
    if sys.argv[1:] == ["ensemble"]:
        boards = Ensemble(board("lattice-paper"), range(LANES))
        boards.open(work.wiring)
        boards.run(work.block(2))
    else:
        opened(work, "lattice-paper").run(work.block(2))
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main()
