"""The controller board: serial line, acknowledged requests, blocks run by the board itself."""

from drivers.controller.board import Controller
from drivers.controller.link import RetryPolicy

__all__ = ["Controller", "RetryPolicy"]
