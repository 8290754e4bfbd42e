"""Studies: published results reproduced by ordinary runs, each from experiment file to figure."""

from __future__ import annotations

from dataclasses import dataclass

from labctl.studies import drift, limit_cycle, methods, overclamping, scaling
from labctl.studies.study import Study


@dataclass(frozen=True)
class StudyEntry:
    """A study and the boards it can be asked for; the first is the default, none means no choice."""

    study: Study
    boards: tuple[str, ...] = ()


STUDIES = {
    "scaling": StudyEntry(scaling.study, ("exp1", "exp2", "lattice")),
    "limit-cycle": StudyEntry(limit_cycle.study, ("exp1", "exp2", "lattice")),
    "drift": StudyEntry(drift.drift_study, ("exp1", "exp2")),
    "erasure": StudyEntry(drift.erasure_study, ("exp1", "exp2")),
    "overclamping": StudyEntry(overclamping.study),
    "methods": StudyEntry(methods.study),
}

__all__ = ["STUDIES", "StudyEntry"]
