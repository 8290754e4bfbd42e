"""Runs on disk: folders, recorded data, manifest."""

from labctl.store.dataset import DecisionMap, open_run, run_dataset, write_dataset
from labctl.store.folder import new_run_folder, slug
from labctl.store.manifest import Manifest
from labctl.store.recorder import Recorder

__all__ = [
    "DecisionMap",
    "Manifest",
    "Recorder",
    "new_run_folder",
    "open_run",
    "run_dataset",
    "slug",
    "write_dataset",
]
