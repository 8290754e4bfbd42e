"""Calibrating a bench: routines one after the other, each stored when it is done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from labctl.calibrating.carrying_out import BenchToCalibrate, Done, RoutineFailed, calibrate
from labctl.engine.guardian_lines import WatchBench
from labctl.engine.jobs.job import AttendedJob, Breakable, Strike, failure_of, watch_of
from labctl.engine.messages import CalibrationEnded
from labctl.engine.reports import CalibrationDone, CalibrationReport
from labctl.runs.session import EmergencyOff
from protocols.errors import InstrumentError
from protocols.messages import Message, say

if TYPE_CHECKING:
    from labctl.engine.publish import Published


@dataclass
class _Progress:
    """Tells clients which routine is at work and how far it is."""

    published: Published
    routines: tuple[str, ...]
    bench: str
    breakable: Breakable
    at: int = field(default=0)

    def __call__(self, what: str, done: int, total: int) -> None:
        """Take in what a routine does; here it may be broken off."""
        from labctl.engine.snapshot import JobFacts

        self.breakable.check()
        name = self.routines[self.at]
        job = JobFacts("calibrate", name, self.bench, Message.of(what), done, total, self.at, self.routines)
        self.published.update(job=job)


class CalibrationJob(AttendedJob):
    """Calibration routines on one bench; one that comes to nothing stops no other."""

    def __init__(
        self,
        bench: BenchToCalibrate,
        routines: tuple[str, ...],
        published: Published,
        *,
        figures: bool,
        strike: Strike | None,
    ) -> None:
        self._bench, self._routines, self._figures = bench, routines, figures
        super().__init__(strike, say("a calibration cannot pause; stop it, or wait for its end"))
        self._progress = _Progress(published, routines, bench.loaded.file.name, self._breakable)
        self._done: list[CalibrationDone] = []
        self._failed: list[Message] = []
        self._is_open = False
        self.watched: WatchBench = watch_of(bench.loaded.file, bench.loaded.values)
        self.user = f"labctl calibrate {' '.join(routines)}"
        self.ended = CalibrationEnded()

    @property
    def touched(self) -> bool:
        """Tell whether instruments may have been driven and are not known to be safe."""
        return self._is_open

    @property
    def has_read_safe(self) -> bool:
        """Tell whether the last routine has closed the bench, which reads its safe state back."""
        return bool(self._done or self._failed) and not self._is_open

    def carry_out(self) -> None:
        """Carry the routines out; each leaves the bench safe. Raises InstrumentError when one could not."""
        for at, name in enumerate(self._routines):
            self._progress.at = at
            self._progress(say("starting"), 0, 0)
            self._is_open = self._bench.loaded.is_hardware
            try:
                done = calibrate(self._bench, name, self._progress, self._figures, self._breakable.steps)
                self._done.append(_done(name, done))
            except RoutineFailed as failure:
                self._failed.append(failure.message)
            except EmergencyOff as off:
                why = say("{routine} was broken off: {why}", routine=name, why=Message.of(off.reason))
                raise InstrumentError(self._bench.loaded.file.name, why) from None
            self._is_open = False
        report = CalibrationReport(self._bench.serial, tuple(self._done), tuple(self._failed))
        self.ended = CalibrationEnded(report)

    def over(self, failure: Exception | None, left: Message | None) -> None:
        """Keep the error that ended it, if any, and what the guardian told of the bench if it was asked."""
        if failure is not None:
            self.ended = CalibrationEnded(failure=failure_of(failure, left))


def _done(routine: str, done: Done) -> CalibrationDone:
    return CalibrationDone(routine, done.calibration.model_dump_json(), done.record, done.raw, done.figure)
