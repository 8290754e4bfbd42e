"""The progress bar of a run: error, learning time, cycles per second, time left."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from protocols.engine import EngineState, Event, RunState
from protocols.plan import Plan


class ProgressBar:
    """A session listener that draws one line on stderr, refreshed a few times a second."""

    def __init__(self, plan: Plan, console: Console, *, visible: bool = True) -> None:
        self._progress = Progress(
            TextColumn("{task.fields[state]:>8}"),
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            TextColumn("error {task.fields[error]}"),
            TextColumn("learnt {task.fields[learnt]}"),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("left"),
            console=console,
            disable=not visible,
            refresh_per_second=8,
        )
        self._task = self._progress.add_task(
            "run", total=plan.cycles, state="idle", error="–", learnt="0 s", rate="–"
        )

    def __enter__(self) -> ProgressBar:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def on_event(self, event: Event, state: EngineState) -> None:
        """Show the state after each event."""
        progress = state.progress
        speed = self._progress.tasks[0].speed
        self._progress.update(
            self._task,
            completed=progress.cycle,
            state=str(RunState(state.run)),
            error=format_error(progress.train.error_V2) if progress.train else "–",
            learnt=f"{progress.learning_time_s:.3g} s",
            rate=f"{speed:,.0f} cycles/s" if speed else "–",
        )


def format_error(error_V2: float) -> str:
    """Write an error in V² with two significant digits and what it means in mV."""
    return f"{error_V2:.1e} V² ({1e3 * error_V2**0.5:.2g} mV)"
