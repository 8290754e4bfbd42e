"""How a DAQ-timed bench clamps: which method its wires can carry out, and what to drive in a cycle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from drivers.hardware import daq_wires as wire
from drivers.hardware.config import LimitSettings
from drivers.hardware.daq_settings import DaqSettings
from protocols.block import FloatArray
from protocols.cycle_rules import Decision, target_displacements
from protocols.errors import ProtocolError
from protocols.messages import say
from protocols.method import Contrast, Method, Nudge
from protocols.tables import ClampCircuit
from protocols.task import Wiring

ETA_STEP = 1 / 129  # of the mixing circuit's potentiometer


@dataclass(frozen=True, eq=False)
class HeldClamps:
    """What clamps in a cycle: outputs by name in volts at the terminal, and the lines that connect them."""

    volts: dict[str, float]
    lines: dict[str, bool]


class Clamps:
    """The clamps of a bench with these wires, for one wiring."""

    def __init__(self, settings: DaqSettings, limits: LimitSettings, wiring: Wiring) -> None:
        self._wires, self._gain = settings.clamp, settings.node_gain
        self._chops = settings.learn.chop is not None
        self._limits, self._wiring = limits, wiring

    def check(self, method: Method) -> None:
        """Raise ProtocolError for a method that the wires cannot carry out."""
        clamp, wires = method.clamp, self._wires
        problem = ""
        if method.chop_cycles > 0 and not self._chops:
            problem = say("chopping needs a wire at daq.learn.chop")
        elif wires.circuit is ClampCircuit.ANALOG:
            if clamp.contrast is Contrast.SYMMETRIC or clamp.direction != 1 or clamp.nudge is Nudge.CONSTANT:
                problem = say(
                    "its mixing circuit only pulls toward a label: use software clamps for this method"
                )
            elif abs(clamp.eta - wires.eta) > 0.5 * ETA_STEP:
                problem = say(
                    "its mixing circuit is set to η = {eta:.4g}, the method wants {wanted:.4g}",
                    eta=wires.eta,
                    wanted=clamp.eta,
                )
        elif clamp.contrast is Contrast.SYMMETRIC and not wires.away:
            problem = say("a symmetric contrast clamps both copies and needs wires at daq.clamp.away")
        if problem:
            raise ProtocolError(
                say(
                    "this bench cannot carry out the method {method}: {problem}",
                    method=repr(method.name),
                    problem=problem,
                )
            )

    def held(
        self,
        method: Method,
        labels_V: FloatArray,
        free_V: FloatArray,
        outputs_V: FloatArray,
        decision: Decision,
    ) -> HeldClamps:
        """Return what to drive after a free reading: target nodes (targets,), outputs (T,), in volts."""
        lines = {wire.CLAMP: True}
        if self._wires.circuit is ClampCircuit.ANALOG:
            aims_V = _aims(method, outputs_V, labels_V, decision)
            names = [wire.label(o.positive) for o in self._wiring.outputs]
            volts = dict(zip(names, (float(v) for v in aims_V), strict=True))
        else:
            moved_V = target_displacements(decision.displacement_V, self._wiring.output_matrix())
            volts = self._at_nodes(wire.clamp, free_V + moved_V)
            if method.clamp.contrast is Contrast.SYMMETRIC:
                volts |= self._at_nodes(wire.away, free_V - moved_V)
                lines[wire.AWAY] = True
        return HeldClamps({name: self._gain * v for name, v in volts.items()}, lines)

    def _at_nodes(self, name: Callable[[int], str], volts: FloatArray) -> dict[str, float]:
        within = np.clip(volts, self._limits.node_min, self._limits.node_max)
        return {name(n): float(v) for n, v in zip(self._wiring.target_nodes, within, strict=True)}


def _aims(method: Method, outputs_V: FloatArray, labels_V: FloatArray, decision: Decision) -> FloatArray:
    """Return the labels (T,) the mixing circuit is to pull toward; an output that rests, toward itself."""
    clamp = method.clamp
    if clamp.nudge is Nudge.FAR_LABEL:
        aims = np.where(labels_V >= outputs_V, clamp.amplitude_V, -clamp.amplitude_V)
    else:
        aims = labels_V
    return np.where(decision.resting, outputs_V, aims)
