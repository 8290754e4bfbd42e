"""What to do with a bench: networks, tasks, training methods, plans, the engine and the Bench port.

Pure: no input or output, no clock, no threads. Everything here is data and arithmetic.
"""

from protocols.bench import Bench, Identity, Limits, NodeReading, SafeState
from protocols.block import CycleBlock, CycleRecord, Snapshots
from protocols.errors import ConfigError, DataError, InstrumentError, LabError, ProtocolError
from protocols.method import ClampRule, Contrast, Hinge, Method, Nudge, TimeRule, Timing
from protocols.network import Network, lattice, periodic_lattice, two_edge_board
from protocols.order import Order, OrderKind
from protocols.plan import Noise, Plan, Spacing, measurement_rounds
from protocols.task import DataSet, Output, Source, Task, TaskKind, Wiring

__all__ = [
    "Bench",
    "ClampRule",
    "ConfigError",
    "Contrast",
    "CycleBlock",
    "CycleRecord",
    "DataError",
    "DataSet",
    "Hinge",
    "Identity",
    "InstrumentError",
    "LabError",
    "Limits",
    "Method",
    "Network",
    "NodeReading",
    "Noise",
    "Nudge",
    "Order",
    "OrderKind",
    "Output",
    "Plan",
    "ProtocolError",
    "SafeState",
    "Snapshots",
    "Source",
    "Spacing",
    "Task",
    "TaskKind",
    "TimeRule",
    "Timing",
    "Wiring",
    "lattice",
    "measurement_rounds",
    "periodic_lattice",
    "two_edge_board",
]
