"""Measurements of the bench by the bench: records with validity. Works on any Bench."""

from calibration.board import Board, Told, opened
from calibration.records import Calibration, Finding, State, Value, Verdict
from calibration.routine import Nominal, Result, Routine, issue
from calibration.routines import ROUTINES
from calibration.store import CalibrationStore, status

__all__ = [
    "ROUTINES",
    "Board",
    "Calibration",
    "CalibrationStore",
    "Finding",
    "Nominal",
    "Result",
    "Routine",
    "State",
    "Told",
    "Value",
    "Verdict",
    "issue",
    "opened",
    "status",
]
