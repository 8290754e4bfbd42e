"""The screw terminals of a simulated board: which goes where, and which wires are not where they belong."""

from __future__ import annotations

from dataclasses import dataclass

from protocols.errors import ConfigError
from protocols.messages import say
from protocols.task import Wiring


@dataclass(frozen=True)
class Terminals:
    """Which terminal of the device goes to what on the board.

    Numbers of analog outputs: `sources`, one per source; `clamps`, one per target node, which then holds
    the clamped copy's node at its voltage; `away`, the same for the other copy; or `labels`, one per
    output, for the board's mixing circuit; `charge`, which charges a gate. Numbers of analog inputs: `free`
    and `clamped`, one per target node; `free_mux`, `clamped_mux` and `gate_mux` for what the multiplexer
    points at. Numbers of lines: `address`, least significant first, node or edge; `enable` of the
    multiplexer; `hold`, high: gates hold whatever the pulse; `clamp`, high: the clamps are connected;
    `away_line`, high as well: those of the other copy too; `chop`, high: the copies have changed roles and
    the contrast circuit its sign; `charge_line`, high: the gate addressed is charged.
    """

    sources: tuple[int, ...]
    clamps: tuple[int, ...] = ()
    away: tuple[int, ...] = ()
    labels: tuple[int, ...] = ()
    free: tuple[int, ...] = ()
    clamped: tuple[int, ...] = ()
    free_mux: int | None = None
    clamped_mux: int | None = None
    gate_mux: int | None = None
    address: tuple[int, ...] = ()
    enable: int | None = None
    hold: int | None = None
    clamp: int | None = None
    away_line: int | None = None
    chop: int | None = None
    charge: int | None = None
    charge_line: int | None = None
    inputs: int = 32

    def check(self, wiring: Wiring) -> None:
        """Raise ConfigError unless there is a terminal for every source and every clamp or label."""
        targets = len(wiring.target_nodes)
        for name, have, need in (
            ("sources", self.sources, len(wiring.sources)),
            ("clamps", self.clamps, 0 if self.labels else targets),
            ("away", self.away, targets if self.away else 0),
            ("labels", self.labels, len(wiring.outputs) if self.labels else 0),
            ("free", self.free, targets),
            ("clamped", self.clamped, targets if self.clamped else 0),
        ):
            if len(have) != need:
                raise ConfigError(say("does not fit the wiring"), key=f"terminals.{name}", value=have,
                                  allowed=say("{need} terminals are needed", need=need))  # fmt: skip


@dataclass(frozen=True)
class WiringFaults:
    """Wires as a hasty hand left them, by terminal, such as `ao3` or `ai0`.

    swapped: pairs whose wires are exchanged; off: wires that hang loose; touching: pairs of outputs in
    contact, both then at their mean.
    """

    swapped: tuple[tuple[str, str], ...] = ()
    off: tuple[str, ...] = ()
    touching: tuple[tuple[str, str], ...] = ()
