"""What can be wrong with bytes from the other side."""

from __future__ import annotations

from protocols.errors import LabError


class WireError(LabError):
    """A frame arrived whole, yet its contents make no sense: the other side misbehaves."""
