"""Logs: structured lines in a file per run, readable ones on stderr, a trace of instrument writes."""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog

from labctl.engine.messages import LogLine

NAME = "log.jsonl"
TRACE = "drivers.io"  # the standard logger that drivers write to, at DEBUG, before a voltage changes

LogFields = MutableMapping[str, Any]


class RunLog:
    """Writes every line of the process as JSON into the file of the run under way, if there is one.

    A file that cannot be written (a full disk) is given up without a word: a log never fails a run.
    """

    def __init__(self) -> None:
        self._file: TextIO | None = None

    def begin(self, folder: Path) -> None:
        """Append to the log file of this run from now on."""
        self.end()
        with contextlib.suppress(OSError):
            self._file = (folder / NAME).open("a", encoding="utf-8", buffering=1)

    def end(self) -> None:
        """Close the file."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None

    def __call__(self, logger: object, method: str, line: LogFields) -> LogFields:
        """Write a line; a structlog processor."""
        if self._file is not None:
            try:
                self._file.write(json.dumps(dict(line), ensure_ascii=False, default=str) + "\n")
            except (OSError, ValueError):
                self.end()
        return line


class _ToStructlog(logging.Handler):
    """Brings what libraries and drivers log the standard way into our log."""

    def emit(self, record: logging.LogRecord) -> None:
        extra = getattr(record, "traced", {})
        structlog.get_logger(record.name).info(record.getMessage(), **extra)  # whoever asked wants to see it


def configure_engine(run_log: RunLog, publish: Callable[[LogLine], None], *, verbose: bool) -> None:
    """Set up the log of an engine process: the run's file, the clients, and stderr.

    Clients get warnings and worse (everything when verbose); the file everything.
    """
    least = logging.DEBUG if verbose else logging.INFO

    def to_clients(logger: object, method: str, line: LogFields) -> LogFields:
        if verbose or line.get("level") in ("warning", "error", "critical"):
            publish({key: value if _is_plain(value) else str(value) for key, value in line.items()})
        return line

    render = structlog.dev.ConsoleRenderer(colors=False)

    def on_stderr(logger: object, method: str, line: LogFields) -> str:
        if line.get("level") in ("warning", "error", "critical") or verbose:
            return str(render(logger, method, line))
        raise structlog.DropEvent

    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            run_log,
            to_clients,
            on_stderr,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    trace(on=False)


def trace(*, on: bool) -> None:
    """Switch the trace of instrument writes on or off."""
    logger = logging.getLogger(TRACE)
    logger.propagate = False
    logger.setLevel(logging.DEBUG if on else logging.CRITICAL)
    if on and not any(isinstance(handler, _ToStructlog) for handler in logger.handlers):
        logger.addHandler(_ToStructlog())


def readable(line: LogFields) -> str:
    """Write a line of the log for people."""
    rest = {k: v for k, v in line.items() if k not in ("event", "level", "timestamp", "logger")}
    words = ", ".join(f"{key} {value}" for key, value in rest.items())
    return f"{line.get('level', 'info')}: {line.get('event', '')}" + (f" ({words})" if words else "")


def _is_plain(value: object) -> bool:
    return value is None or type(value) is str or isinstance(value, int | float | bool)  # a message is not
