"""What is found out about a run after its end was stored."""

from __future__ import annotations

from pathlib import Path

import structlog

from labctl.store.catalogue import update
from labctl.store.manifest import Manifest

log = structlog.get_logger(__name__)


def add_to_reason(folder: Path, text: str) -> None:
    """Add to why a run ended, in its manifest and in the catalogue; a full disk is told and is no error."""
    manifest = Manifest.load(folder)
    reason = str(manifest.values.get("reason") or "")
    try:
        manifest.add(reason=f"{reason}; {text}" if reason else text)
        update(folder)
    except OSError as error:
        log.error("the manifest could not be added to", folder=str(folder), problem=str(error))
