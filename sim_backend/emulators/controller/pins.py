"""Pins of the emulated controller board: what it drives, what it reads, and the requests for both."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np

from protocols.bench import Limits
from protocols.block import CycleBlock, FloatArray
from protocols.messages import say
from protocols.method import ClampRule, Hinge, Method, TimeRule
from protocols.wire import ErrorCode, FrameKind, WireError
from protocols.wire.fields import Fields, pack_reals, parse, to_ns
from protocols.wire.messages import ErrorReply, WireUp
from sim_backend.emulators.controller.block import SLACK_V
from sim_backend.emulators.controller.plant import Astray, BoardParts, BoardPlant, wiring_of

MAX_ETA = 16.0
FAR_PAST_V = -1e9  # a margin that every output has passed: it rests, unclamped


class Refusal(Exception):
    """A request that is answered with an error and not carried out."""

    def __init__(self, code: ErrorCode, words: str) -> None:
        super().__init__(words)
        self.failure = ErrorReply(code, words)


class Pins:
    """Sources, labels and η as they are set, and the plant behind them; `width` of reals in bytes.

    Every request handler takes a body and `stuck`: acknowledge without taking, repeat the last reading.
    """

    def __init__(self, plant: BoardPlant, parts: BoardParts, limits: Limits) -> None:
        self.plant, self._parts, self._limits = plant, parts, limits
        self.width = max(parts.widths)
        self.wired: WireUp | None = None
        self._astray: Astray = {}
        self.sources: FloatArray = np.zeros(0)
        self.labels: FloatArray = np.zeros(0)
        self.eta = 1.0
        self._readings = 0
        self._latched: dict[FrameKind, FloatArray] = {}
        self._last_reading: dict[FrameKind, bytes] = {}
        self._staged: FloatArray = np.zeros(0)
        self.handlers: dict[FrameKind, Callable[[bytes, bool], bytes]] = {
            FrameKind.WIRE: self._wire,
            FrameKind.SET_SOURCES: self._set_sources,
            FrameKind.SET_LABELS: self._set_labels,
            FrameKind.SET_ETA: self._set_eta,
            FrameKind.LEARN_PULSE: self._learn_pulse,
            FrameKind.READ_NODES: self._read_nodes,
            FrameKind.READ_GATES: self._read_gates,
            FrameKind.RESET_GATES: self._reset_gates,
            FrameKind.MEASURE: self._measure,
        }

    def rest(self) -> None:
        """Put sources and labels to 0 V and hold the gates."""
        self.sources = np.zeros_like(self.sources)
        self.labels = np.zeros_like(self.labels)
        if self.wired is not None:
            self.plant.safe_state()

    def _wire(self, body: bytes, stuck: bool) -> bytes:
        told = WireUp.parse(body)
        if len(told.sources) > self._parts.max_sources or len(told.outputs) > self._parts.max_outputs:
            raise Refusal(ErrorCode.LIMIT, "more sources or outputs than the board has")
        if not stuck and told != self.wired:
            wiring, astray = wiring_of(told, self._parts)
            self.wired = None
            self.plant.close()
            self.plant.open(wiring)
            self.wired, self._astray = told, astray
            self.sources, self.labels = np.zeros(len(told.sources)), np.zeros(len(told.outputs))
        return (self.wired or WireUp((), ())).body()

    def _set_sources(self, body: bytes, stuck: bool) -> bytes:
        asked = self._reals(body, len(self.sources))
        low, high = self._limits.node_min_V - SLACK_V, self._limits.node_max_V + SLACK_V
        if not np.all((asked >= low) & (asked <= high)):
            raise Refusal(ErrorCode.LIMIT, f"a source is outside {low:.4g}…{high:.4g} V")
        if not stuck:
            self.sources = asked
        return pack_reals(self.sources, self.width)

    def _set_labels(self, body: bytes, stuck: bool) -> bytes:
        asked = self._reals(body, len(self.labels))
        span = self._limits.node_max_V - self._limits.node_min_V + SLACK_V
        if not np.all(np.abs(asked) <= span):
            raise Refusal(ErrorCode.LIMIT, f"a label is outside ±{span:.4g} V")
        if not stuck:
            self.labels = asked
        return pack_reals(self.labels, self.width)

    def _set_eta(self, body: bytes, stuck: bool) -> bytes:
        eta = float(parse(body, lambda f: f.one("d")))
        if not abs(eta) <= MAX_ETA:
            raise Refusal(ErrorCode.LIMIT, f"η is outside ±{MAX_ETA:g}")
        if not stuck:
            self.eta = eta
        return struct.pack("<d", self.eta)

    def _learn_pulse(self, body: bytes, stuck: bool) -> bytes:
        length_s = parse(body, lambda f: f.one("I")) / 1e9
        if not 0.0 < length_s <= self._limits.pulse_max_s:
            raise Refusal(ErrorCode.LIMIT, f"the longest pulse is {self._limits.pulse_max_s:g} s")
        if stuck:
            return struct.pack("<I", 0)
        self.check_clampable()
        record = self.plant.run(self._single(length_s))
        return struct.pack("<I", to_ns(float(record.learning_time_s[0])))

    def check_clampable(self) -> None:
        """Raise Refusal when an output's wire is on a node that a source drives: it cannot be clamped."""
        if self._astray:
            raise Refusal(ErrorCode.HARDWARE, "the wire of an output is on a node that a source drives")

    def _single(self, length_s: float) -> CycleBlock:
        """Return a block of one cycle with what is set; η = 0 lets the gates learn without a nudge."""
        unclamped = self.eta == 0.0
        clamp = ClampRule(eta=abs(self.eta) or 1.0, direction=-1 if self.eta < 0 else 1)
        margins = np.full((1, len(self.labels)), FAR_PAST_V if unclamped else 0.0)
        return CycleBlock(
            first_cycle=0,
            points=np.zeros(1, dtype=np.int64),
            inputs=self.sources[None],
            labels=self.labels[None],
            method=Method(
                "pulse", clamp, TimeRule(pulse_s=length_s), Hinge.UNCLAMP if unclamped else Hinge.OFF
            ),
            margins=margins,
            wrong=np.ones(1, dtype=np.bool_),
        )

    def _reading(self, kind: FrameKind, stuck: bool, take: Callable[[], bytes]) -> bytes:
        """Return a reading with its number in front; a stuck converter repeats the last one."""
        if stuck and kind in self._last_reading:
            return self._last_reading[kind]
        self._readings = (self._readings + 1) & 0xFFFFFFFF
        self._last_reading[kind] = struct.pack("<I", self._readings) + take()
        return self._last_reading[kind]

    def _read_nodes(self, body: bytes, stuck: bool) -> bytes:
        first, count = self._page(body, self._parts.network.nodes, 2)

        def take() -> bytes:
            if first == 0 or FrameKind.READ_NODES not in self._latched:
                nodes = self.plant.read_nodes(self.sources[None])
                self._latched[FrameKind.READ_NODES] = np.array([nodes.free[0], nodes.clamped[0]])
            return pack_reals(self._latched[FrameKind.READ_NODES][:, first : first + count], self.width)

        return self._reading(FrameKind.READ_NODES, stuck, take)

    def _read_gates(self, body: bytes, stuck: bool) -> bytes:
        first, count = self._page(body, self._parts.network.n_edges, 1)

        def take() -> bytes:
            if first == 0 or FrameKind.READ_GATES not in self._latched:
                self._latched[FrameKind.READ_GATES] = self.plant.read_gates()
            return pack_reals(self._latched[FrameKind.READ_GATES][first : first + count], self.width)

        return self._reading(FrameKind.READ_GATES, stuck, take)

    def _page(self, body: bytes, total: int, per_item: int) -> tuple[int, int]:
        first, count = parse(body, lambda f: f.take("IH"))
        if count == 0 or first + count > total or 4 + per_item * count * self.width > self._parts.max_body:
            raise Refusal(ErrorCode.LIMIT, f"{count} values from {first} on cannot be read at once")
        return first, count

    def _measure(self, body: bytes, stuck: bool) -> bytes:
        sources = len(self.sources)
        rows = parse(body, lambda f: f.all_reals(self.width))
        if len(rows) == 0 or len(rows) % sources or not np.all(np.isfinite(rows)):
            raise WireError(say("inputs come as rows of {sources} numbers", sources=sources))
        inputs: FloatArray = rows.reshape(-1, sources)
        low, high = self._limits.node_min_V - SLACK_V, self._limits.node_max_V + SLACK_V
        if not np.all((inputs >= low) & (inputs <= high)):
            raise Refusal(ErrorCode.LIMIT, f"an input is outside {low:.4g}…{high:.4g} V")

        def take() -> bytes:
            self.sources = inputs[-1]
            outputs = self.plant.measure(inputs)
            if self._astray:
                free = self.plant.read_nodes(inputs).free
                for number, (positive, *negative) in self._astray.items():
                    outputs[:, number] = free[:, positive] - free[:, negative].sum(axis=1)
            return pack_reals(outputs, self.width)

        return self._reading(FrameKind.MEASURE, stuck, take)

    def _reset_gates(self, body: bytes, stuck: bool) -> bytes:
        def read(f: Fields) -> tuple[int, FloatArray]:
            return f.one("I"), f.all_reals(self.width)

        first, gates = parse(body, read)
        low, high = self._limits.gate_min_V - SLACK_V, self._limits.gate_max_V + SLACK_V
        if not np.all((gates >= low) & (gates <= high)):
            raise Refusal(ErrorCode.LIMIT, f"a gate is outside {low:.4g}…{high:.4g} V")
        edges = self._parts.network.n_edges
        staged = np.zeros(edges) if first == 0 else self._staged
        if first + len(gates) > edges or len(staged) != edges:
            raise Refusal(ErrorCode.LIMIT, f"the board has {edges} edges; begin with the first")
        staged[first : first + len(gates)] = gates
        self._staged = staged
        if first + len(gates) == edges and not stuck:
            self.plant.reset_gates(staged)
        return struct.pack("<I", first + len(gates))

    def _reals(self, body: bytes, count: int) -> FloatArray:
        values = parse(body, lambda f: f.reals(self.width, count))
        if not np.all(np.isfinite(values)):
            raise WireError(say("a voltage is no number"))
        return values
