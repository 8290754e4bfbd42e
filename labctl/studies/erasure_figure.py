"""The figure of the erasure study: the error of a stored task while the other one is trained."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from labctl.figures import style
from labctl.studies.boards import TASK_NAMES, TITLES
from labctl.studies.drift_figure import COLORS, SHOWN_S, SPARSE, handles, open_look
from labctl.studies.found import Alone, Expected


def draw(board: str, runs: Sequence[Alone], expected: Sequence[Expected], path: Path) -> Path:
    """Draw a panel per trained task: |error| of the stored task against the time of training."""
    with style.look():
        figure = style.new_figure(11.4, 5.2)
        axes = figure.subplots(1, 2, sharey=True)
        for task, (ax, known) in enumerate(zip(axes, expected, strict=True)):
            time, _, error = known.path
            ax.plot(time, 1e3 * np.abs(error), color=style.MUTED, linewidth=1.6, zorder=2)
            if known.measured is not None and known.measured_erasure_V is not None:
                missed = 1e3 * np.abs(known.measured_erasure_V[::2])
                ax.plot(known.measured.time_s[::2], missed, "o", color=COLORS[task], markersize=4.0, zorder=3)
            for run in runs:
                if run.task == task:
                    missed = 1e3 * np.abs(run.other_error_V[::SPARSE])
                    ax.plot(run.time_s[::SPARSE], missed, zorder=4, **open_look(run))
            trained, stored = TASK_NAMES[task], TASK_NAMES[1 - task]
            ax.set_title(f"{stored} is forgotten while {trained} is trained")
            ax.set_xlim(-0.04, SHOWN_S)
            ax.set_xlabel("time of training (s of pulses)")
        axes[0].set_ylabel("error of the stored task (mV)")
        shown = [np.abs(run.other_error_V).max() for run in runs]
        axes[0].set_ylim(-0.04e3 * max(shown), 1.25e3 * max(shown))
        figure.legend(
            handles=handles(expected, runs, "outputs at the published gates"),
            loc="outside lower center",
            ncols=4,
        )
        figure.suptitle(f"Erasure: {TITLES[board]}", x=0.01, ha="left", fontweight="bold")
        return style.save(figure, path, f"erasure, {TITLES[board]}")
