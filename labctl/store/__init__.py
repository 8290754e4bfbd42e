"""Runs on disk: the live store, the finished file, manifest, events, recovery, catalogue."""

from labctl.store.checkpoint import Checkpoint, Restorable
from labctl.store.convert import convert, open_run
from labctl.store.dataset import DecisionMap
from labctl.store.folder import new_run_folder, slug
from labctl.store.live import LiveStore, StoreError
from labctl.store.live_reader import LiveReader
from labctl.store.manifest import Manifest
from labctl.store.recorder import Recorder
from labctl.store.sampling import Sampling, check_room, predicted_size, readable

__all__ = [
    "Checkpoint",
    "DecisionMap",
    "LiveReader",
    "LiveStore",
    "Manifest",
    "Recorder",
    "Restorable",
    "Sampling",
    "StoreError",
    "check_room",
    "convert",
    "new_run_folder",
    "open_run",
    "predicted_size",
    "readable",
    "slug",
]
