"""Runs on disk: the live store, the finished file, manifest, events, recovery, catalogue.

Each name is imported from its module when it is first used: a client of the engine needs few of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labctl.store.checkpoint import Checkpoint
    from labctl.store.convert import open_run
    from labctl.store.dataset import DecisionMap
    from labctl.store.folder import new_run_folder, slug
    from labctl.store.live import LiveStore, StoreError
    from labctl.store.live_reader import LiveReader
    from labctl.store.manifest import Manifest
    from labctl.store.recorder import Recorder
    from labctl.store.sampling import Sampling, check_room, predicted_size, readable

_MODULES = {
    "Checkpoint": "checkpoint",
    "DecisionMap": "dataset",
    "LiveReader": "live_reader",
    "LiveStore": "live",
    "Manifest": "manifest",
    "Recorder": "recorder",
    "Sampling": "sampling",
    "StoreError": "live",
    "check_room": "sampling",
    "new_run_folder": "folder",
    "open_run": "convert",
    "predicted_size": "sampling",
    "readable": "sampling",
    "slug": "folder",
}

__all__ = [
    "Checkpoint",
    "DecisionMap",
    "LiveReader",
    "LiveStore",
    "Manifest",
    "Recorder",
    "Sampling",
    "StoreError",
    "check_room",
    "new_run_folder",
    "open_run",
    "predicted_size",
    "readable",
    "slug",
]


def __getattr__(name: str) -> Any:
    """Import a name from its module."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
