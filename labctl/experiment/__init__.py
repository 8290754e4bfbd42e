"""Experiments: the file a run is described by, and the protocol objects it becomes."""

from labctl.experiment.build import build_method, build_network, build_plan, build_task
from labctl.experiment.load import (
    LoadedExperiment,
    load_experiment,
    override,
    read_toml,
    split_overrides,
    validate,
)
from labctl.experiment.model import Experiment

__all__ = [
    "Experiment",
    "LoadedExperiment",
    "build_method",
    "build_network",
    "build_plan",
    "build_task",
    "load_experiment",
    "override",
    "read_toml",
    "split_overrides",
    "validate",
]
