"""Measurements of the bench by the bench: records with validity. Works on any Bench."""

from calibration.board_under_test import BoardUnderTest, ProgressCallback, opened
from calibration.records import Calibration, Finding, State, Value, Verdict
from calibration.routine import Nominal, Result, Routine, issue
from calibration.routines import ROUTINES
from calibration.store import CalibrationStatus, CalibrationStore, status

__all__ = [
    "ROUTINES",
    "BoardUnderTest",
    "Calibration",
    "CalibrationStatus",
    "CalibrationStore",
    "Finding",
    "Nominal",
    "ProgressCallback",
    "Result",
    "Routine",
    "State",
    "Value",
    "Verdict",
    "issue",
    "opened",
    "status",
]
