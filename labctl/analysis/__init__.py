"""What runs show: pure functions of a run's dataset, or of arrays, whoever recorded them.

They take what `labctl.store.open_run` returns, of simulated, hardware and imported runs alike. SI
units; gates in volts, times in seconds of learning time unless said otherwise.
"""

from labctl.analysis.drift import (
    DriftClock,
    GateDrift,
    fitted_velocity,
    gate_drift,
    mean_velocity,
    path_speeds,
    speed_growth,
    split_velocity,
)
from labctl.analysis.erasure import Erasure, erasure_in_turns, erasure_rate
from labctl.analysis.learning import Settled, noise_free_error, reduction, settled_error
from labctl.analysis.lines import SolutionLineFit, fit_line
from labctl.analysis.losses import ClassLoss, accuracies, class_loss, hinge_losses, mean_square_errors
from labctl.analysis.manifold import output_jacobian, path_tangents, split_by_tangents
from labctl.analysis.modes import Modes, mode_errors, modes_of
from labctl.analysis.overlap import overlap_with_round, state_overlap, state_overlaps
from labctl.analysis.power_law import PowerLaw, crossing, fit_power_law, geometric_mean, rms_dex
from labctl.analysis.scaling import (
    FloorFit,
    crossover_period,
    doubling_period,
    error_floor,
    fit_floor,
    saturation,
)
from labctl.analysis.span import MeasuredCycle, Span, cycle_span, path_diameter, steady_cycle, switch_pairs
from labctl.analysis.walls import drift_end, on_walls, saturated_span2, walls_share

__all__ = [
    "ClassLoss",
    "DriftClock",
    "Erasure",
    "FloorFit",
    "GateDrift",
    "MeasuredCycle",
    "Modes",
    "PowerLaw",
    "Settled",
    "SolutionLineFit",
    "Span",
    "accuracies",
    "class_loss",
    "crossing",
    "crossover_period",
    "cycle_span",
    "doubling_period",
    "drift_end",
    "erasure_in_turns",
    "erasure_rate",
    "error_floor",
    "fit_floor",
    "fit_line",
    "fit_power_law",
    "fitted_velocity",
    "gate_drift",
    "geometric_mean",
    "hinge_losses",
    "mean_square_errors",
    "mean_velocity",
    "mode_errors",
    "modes_of",
    "noise_free_error",
    "on_walls",
    "output_jacobian",
    "overlap_with_round",
    "path_diameter",
    "path_speeds",
    "path_tangents",
    "reduction",
    "rms_dex",
    "saturated_span2",
    "saturation",
    "settled_error",
    "speed_growth",
    "split_by_tangents",
    "split_velocity",
    "state_overlap",
    "state_overlaps",
    "steady_cycle",
    "switch_pairs",
    "walls_share",
]
