"""The controller board: serial line, acknowledged requests, blocks run by the board itself."""

from drivers.controller.board import Controller
from drivers.controller.link import Patience

__all__ = ["Controller", "Patience"]
