"""Commands are tried with an engine in this process, but for those marked `system`."""

from ..engine_here import engine_here

__all__ = ["engine_here"]
