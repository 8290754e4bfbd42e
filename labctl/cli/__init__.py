"""The command line. `main` is the console script; every command lives in a module of its own."""

from labctl.cli.app import app, main

__all__ = ["app", "main"]
