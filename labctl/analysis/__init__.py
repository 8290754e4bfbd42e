"""What runs show: pure functions of a run's dataset, or of arrays, whoever recorded them.

They take what `labctl.store.open_run` returns, of simulated, hardware and imported runs alike. SI
units; gates in volts, times in seconds of learning time unless said otherwise.
"""

from labctl.analysis.learning import Settled, noise_free_error, reduction, settled_error
from labctl.analysis.lines import LineFit, fit_line
from labctl.analysis.losses import ClassLoss, accuracies, class_loss, hinge_losses, mean_square_errors
from labctl.analysis.power_law import PowerLaw, crossing, fit_power_law, geometric_mean, rms_dex
from labctl.analysis.scaling import (
    FloorFit,
    crossover_period,
    doubling_period,
    error_floor,
    fit_floor,
    saturation,
)
from labctl.analysis.span import Span, SteadyCycle, cycle_span, path_diameter, steady_cycle, switch_pairs

__all__ = [
    "ClassLoss",
    "FloorFit",
    "LineFit",
    "PowerLaw",
    "Settled",
    "Span",
    "SteadyCycle",
    "accuracies",
    "class_loss",
    "crossing",
    "crossover_period",
    "cycle_span",
    "doubling_period",
    "error_floor",
    "fit_floor",
    "fit_line",
    "fit_power_law",
    "geometric_mean",
    "hinge_losses",
    "mean_square_errors",
    "noise_free_error",
    "path_diameter",
    "reduction",
    "rms_dex",
    "saturation",
    "settled_error",
    "steady_cycle",
    "switch_pairs",
]
