"""Engines of system tests live in a folder of their own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def runtime_folder() -> Iterator[None]:
    """Keep engines of tests apart from the user's; socket paths must be short."""
    folder = tempfile.mkdtemp(prefix="lt-")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABCTL_RUNTIME_DIR", folder)
        yield
    shutil.rmtree(folder, ignore_errors=True)
