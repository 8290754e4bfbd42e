"""What the linear theory of an imperfect network predicts: cycles, floors, drift, erasure.

Near its solutions a task pulls the gates back linearly, dG/dt = −M(G − G*) + B, and the bias B does not
shrink with the error (arXiv:2505.22887). `LinearTask` holds one task; the other
modules let tasks take turns (steady_cycle, small_period), give closed forms for two tasks on two edges
(two_tasks, conflict, walls), and make a LinearTask of the two-edge board (two_edge) or of any
network (adjoint). Everything is arrays in SI units; gates in volts, rates per second of learning time.
"""

from labctl.analysis.theory.adjoint import SmallSignal, linearise
from labctl.analysis.theory.linear_task import LinearTask, join_points
from labctl.analysis.theory.small_period import SmallPeriod, doubling_period, small_period
from labctl.analysis.theory.steady_cycle import SteadyCycle, Sweep, steady_cycle, sweep_periods
from labctl.analysis.theory.two_edge import SolutionLine, TwoEdgeBoard

__all__ = [
    "LinearTask",
    "SmallPeriod",
    "SmallSignal",
    "SolutionLine",
    "SteadyCycle",
    "Sweep",
    "TwoEdgeBoard",
    "doubling_period",
    "join_points",
    "linearise",
    "small_period",
    "steady_cycle",
    "sweep_periods",
]
