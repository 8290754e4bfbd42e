"""A DAQ board's drivers, made from its table in the bench file for one experiment's wiring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drivers.hardware.config import LimitSettings, TransistorSettings
from drivers.hardware.daq_settings import DaqSettings
from drivers.hardware.nominal import conductances
from drivers.limits import ChannelLimits, PulseLimits
from drivers.nidaq.board import NidaqBoard
from drivers.nidaq.drive import DriveChannel, NidaqDrive
from drivers.nidaq.edges import NidaqEdgeArray
from drivers.nidaq.lines import DigitalLine, NidaqLines
from drivers.nidaq.pulse import NidaqLearnSwitch
from drivers.nidaq.sense import NidaqSense, SenseChannel
from drivers.nidaq.sweep import NidaqSweep
from drivers.nidaq.watchdog import NidaqWatchdog
from protocols.errors import ConfigError
from protocols.messages import say
from protocols.tables import ClampCircuit
from protocols.task import Wiring

CLAMP, AWAY, HOLD, CHOP, CHARGING, ENABLE = "clamp", "away", "hold", "chop", "charging", "enable"
CHARGE = "charge"
FREE_MUX, CLAMPED_MUX, GATE_MUX = "free multiplexer", "clamped multiplexer", "gate multiplexer"
_INPUT_V = ChannelLimits(-10.0, 10.0)


def source(node: int) -> str:
    """Return the name of the output that drives a node in both copies."""
    return say("source node {node}", node=node)


def clamp(node: int) -> str:
    """Return the name of the output that clamps a node of the clamped copy."""
    return say("clamp node {node}", node=node)


def away(node: int) -> str:
    """Return the name of the output that clamps a node of the other copy."""
    return say("away clamp node {node}", node=node)


def label(node: int) -> str:
    """Return the name of the output with the label of the output whose positive node this is."""
    return say("label node {node}", node=node)


def free(node: int) -> str:
    """Return the name of the input that reads a node of the free copy."""
    return say("free node {node}", node=node)


def clamped(node: int) -> str:
    """Return the name of the input that reads a node of the clamped copy."""
    return say("clamped node {node}", node=node)


def address(bits: int) -> tuple[str, ...]:
    """Return the names of the address lines, least significant first."""
    return tuple(say("address line {bit}", bit=bit) for bit in range(bits))


@dataclass(frozen=True, eq=False)
class DaqParts:
    """The drivers of one board; opened together, made safe in the order of `all`."""

    board: NidaqBoard
    drive: NidaqDrive
    sense: NidaqSense
    lines: NidaqLines
    switch: NidaqLearnSwitch
    sweep: NidaqSweep | None
    watchdog: NidaqWatchdog | None

    @property
    def all(self) -> tuple[NidaqLines | NidaqLearnSwitch | NidaqDrive | NidaqSense, ...]:
        """Return the parts: first what holds the gates and releases the clamps, then what drives."""
        return (self.lines, self.switch, self.drive, self.sense)

    def edges(
        self, settings: DaqSettings, limits: LimitSettings, transistors: TransistorSettings, wiring: Wiring
    ) -> NidaqEdgeArray:
        """Return what reads the gates of this wiring's network."""
        return NidaqEdgeArray(
            f"{self.board.name} multiplexer",
            self.lines,
            self.sense,
            transistors=wiring.network.transistors(),
            gates=limits.gates(),
            law=lambda gates_V: conductances(transistors, wiring.network, gates_V),
            address=address(len(settings.mux.address)),
            enable=ENABLE,
            channel=GATE_MUX,
            gain=settings.gate_gain,
            samples=settings.samples,
            sweep=self.sweep,
            tolerance_V=0.1 * (limits.gate_max - limits.gate_min),
        )


def make_parts(settings: DaqSettings, limits: LimitSettings, name: str) -> DaqParts:
    """Return closed drivers; every output is limited to what the bench file's limits are at its terminal."""
    board = NidaqBoard(
        name,
        settings.device,
        settings.address.rstrip("/"),
        product=settings.product,
        serial=int(settings.serial, 16) if settings.serial else None,
        timeout_s=settings.timeout,
    )
    drive = NidaqDrive(
        f"{name} outputs",
        board,
        _outputs(settings, limits),
        echo=settings.echo,
        echo_tolerance_V=settings.echo_tolerance,
    )
    sense = NidaqSense(f"{name} inputs", board, _inputs(settings), drive=drive, rate_Hz=settings.rate)
    safe = _lines(settings)
    lines = NidaqLines(f"{name} lines", board, safe)
    learn = settings.learn
    switch = NidaqLearnSwitch(
        f"{name} learn switch",
        board,
        learn.counter,
        PulseLimits(learn.shortest, limits.pulse_max, learn.step),
        lines=lines,
        hold_line=HOLD,
        watcher=learn.watcher or "",
    )
    watchdog = None
    if settings.watchdog is not None:
        states = {line.terminal: line.safe for line in safe.values() if line.safe is not None}
        watchdog = NidaqWatchdog(board, states, settings.watchdog)
    bits = address(len(settings.mux.address))
    sweep = NidaqSweep(board, lines, sense, drive, bits) if settings.mux.clocked else None
    return DaqParts(board, drive, sense, lines, switch, sweep, watchdog)


def check_wires(settings: DaqSettings, wiring: Wiring) -> None:
    """Raise ConfigError unless the bench file has every wire that is needed, and none that disturbs.

    A source or clamp wire that the experiment does not know would hold its node where nobody asked for.
    """
    targets = wiring.target_nodes
    _same("daq.sources", settings.sources, wiring.source_nodes)
    _needed("daq.read.free", settings.read.free, targets)
    if settings.clamp.circuit is ClampCircuit.SOFTWARE:
        _same("daq.clamp.toward", settings.clamp.toward, targets)
    else:
        _same("daq.clamp.labels", settings.clamp.labels, [o.positive for o in wiring.outputs])
    reach = 1 << len(settings.mux.address)
    network = wiring.network
    if max(network.nodes, network.n_edges) > reach:
        raise ConfigError(
            say(
                "reaches {reached} nodes and edges; the network has {nodes} and {edges}",
                reached=reach,
                nodes=network.nodes,
                edges=network.n_edges,
            ),
            key="daq.mux.address",
            value=list(settings.mux.address),
            allowed=say("name more address lines"),
        )


def _needed(key: str, wires: Mapping[int, str], nodes: Sequence[int]) -> None:
    for node in nodes:
        if node not in wires:
            raise ConfigError(
                say("has no wire to node {node}, which the experiment needs", node=node),
                key=key,
                value={str(n): terminal for n, terminal in wires.items()},
                allowed=say("plug one in and name it in the bench file"),
            )


def _same(key: str, wires: Mapping[int, str], nodes: Sequence[int]) -> None:
    _needed(key, wires, nodes)
    for node, terminal in wires.items():
        if node not in nodes:
            raise ConfigError(
                say(
                    "wires {terminal} to node {node}, which the experiment leaves alone",
                    terminal=terminal,
                    node=node,
                ),
                key=key,
                value=node,
                allowed=say("take the wire off, and out of the bench file"),
            )


def _outputs(settings: DaqSettings, limits: LimitSettings) -> dict[str, DriveChannel]:
    gain = settings.node_gain
    node = ChannelLimits(limits.node_min * gain, limits.node_max * gain)
    most_V = (limits.node_max - limits.node_min) * gain
    wires = {source(n): DriveChannel(t, node) for n, t in settings.sources.items()}
    wires |= {clamp(n): DriveChannel(t, node) for n, t in settings.clamp.toward.items()}
    wires |= {away(n): DriveChannel(t, node) for n, t in settings.clamp.away.items()}
    # A label may be of a differential output, or lie far beyond it to pull hard.
    wires |= {
        label(n): DriveChannel(t, ChannelLimits(-most_V, most_V)) for n, t in settings.clamp.labels.items()
    }
    gates = ChannelLimits(limits.gate_min * settings.gate_gain, limits.gate_max * settings.gate_gain)
    wires[CHARGE] = DriveChannel(settings.charge.output, gates)
    return wires


def _inputs(settings: DaqSettings) -> dict[str, SenseChannel]:
    wires = {free(n): t for n, t in settings.read.free.items()}
    wires |= {clamped(n): t for n, t in settings.read.clamped.items()}
    mux = settings.mux
    wires |= {FREE_MUX: mux.free, CLAMPED_MUX: mux.clamped, GATE_MUX: mux.gate}
    return {name: SenseChannel(terminal, _INPUT_V) for name, terminal in wires.items()}


def _lines(settings: DaqSettings) -> dict[str, DigitalLine]:
    """Return the lines; the order is that in which they are written, all at once."""
    lines = {
        HOLD: DigitalLine(settings.learn.hold, safe=True),
        CLAMP: DigitalLine(settings.clamp.line, safe=False),
        CHARGING: DigitalLine(settings.charge.line, safe=False),
        ENABLE: DigitalLine(settings.mux.enable, safe=False),
    }
    if settings.clamp.away_line is not None:
        lines[AWAY] = DigitalLine(settings.clamp.away_line, safe=False)
    if settings.learn.chop is not None:
        lines[CHOP] = DigitalLine(settings.learn.chop, safe=False)
    names = address(len(settings.mux.address))
    return lines | {name: DigitalLine(t) for name, t in zip(names, settings.mux.address, strict=True)}
