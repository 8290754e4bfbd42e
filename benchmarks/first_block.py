"""Print how many seconds it takes to open a simulated bench and run its first block."""

import time

from benchmarks.workloads import memory_cycle, opened


def main() -> None:
    """Time the first block of this process."""
    work = memory_cycle()
    start = time.perf_counter()
    opened(work, "lattice-paper").run(work.block(2))
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main()
