"""The progress bar of a run: error, learning time, cycles per second, time left."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from labctl.engine.snapshot import Snapshot


class ProgressBar:
    """One line on stderr, drawn from an engine's snapshots."""

    def __init__(self, cycles: int, console: Console, *, visible: bool = True) -> None:
        self.console = console
        self._progress = Progress(
            TextColumn("{task.fields[state]:>9}"),
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            TextColumn("error {task.fields[error]}"),
            TextColumn("learnt {task.fields[learnt]}"),
            TextColumn("{task.fields[rate]}"),
            TextColumn("{task.fields[left]}"),
            console=console,
            disable=not visible,
            refresh_per_second=8,
        )
        self._task = self._progress.add_task(
            "run", total=cycles, state="idle", error="–", learnt="0 s", rate="–", left=""
        )

    def __enter__(self) -> ProgressBar:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        left_s, speed = snapshot.time_left_s, snapshot.cycles_per_s
        doing = "storing" if snapshot.activity == "storing" else str(snapshot.state)
        self._progress.update(
            self._task,
            completed=snapshot.cycle,
            state=doing,
            error=format_error(snapshot.train.error_V2) if snapshot.train else "–",
            learnt=f"{snapshot.learning_time_s:.3g} s",
            rate=f"{speed:,.0f} cycles/s" if speed else "–",
            left=f"{format_time(left_s)} left" if left_s is not None else "",
        )


def format_error(error_V2: float) -> str:
    """Write an error in V² with two significant digits and what it means in mV."""
    return f"{error_V2:.1e} V² ({1e3 * error_V2**0.5:.2g} mV)"


def format_time(time_s: float) -> str:
    """Write a time as h:mm:ss or m:ss."""
    minutes, seconds = divmod(round(time_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
