"""The hardware bench as a file: limits, instruments, wires, and what it does when left alone."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field, model_validator

from drivers.hardware.daq_settings import DaqSettings
from drivers.limits import ChannelLimits
from drivers.visa import METERS, SUPPLIES
from protocols.bench import Limits
from protocols.messages import say
from protocols.tables import Table
from protocols.units import Ampere, Ratio, Second, Strength, Volt


class BlockTiming(StrEnum):
    """Who keeps the time of a training cycle."""

    CONTROLLER = "controller"  # the controller board runs blocks by itself
    DAQ = "daq"  # the sample clock and a counter of a DAQ board


class LimitSettings(Table):
    """What the board stands; checked in the drivers, last before the wire. Nothing runs above it."""

    node_min: Volt = Field(0.0, description="least voltage of sources and targets")
    node_max: Volt = Field(0.4532, description="most voltage of sources and targets")
    gate_min: Volt = Field(0.75, ge=0, description="lower wall of the gates")
    gate_max: Volt = Field(5.03, gt=0, description="upper wall of the gates")
    pulse_max: Second = Field(0.1, gt=0, description="longest learning pulse")
    block_cycles: int = Field(
        1000, ge=1, description="most cycles handed over at once; pause and stop act between blocks"
    )

    @model_validator(mode="after")
    def _in_order(self) -> LimitSettings:
        for least, most in (("node_min", "node_max"), ("gate_min", "gate_max")):
            if getattr(self, least) >= getattr(self, most):
                raise ValueError(say("limits.{least} must be below {most}", least=least, most=most))
        return self

    def nodes(self) -> ChannelLimits:
        """Return the range of sources and targets."""
        return ChannelLimits(self.node_min, self.node_max)

    def gates(self) -> ChannelLimits:
        """Return the range of gates."""
        return ChannelLimits(self.gate_min, self.gate_max)

    def of_bench(self) -> Limits:
        """Return them as a bench tells them."""
        return Limits(
            self.node_min, self.node_max, self.gate_min, self.gate_max, self.pulse_max, self.block_cycles
        )


class TransistorSettings(Table):
    """Nominal square law by which gate voltages are shown as conductances."""

    threshold: Volt = Field(0.62, ge=0)
    strength: Strength = Field(8.5e-4, gt=0)


class SupplyChannel(Table):
    """One output of the supply: what it is set to, and what it may give at most."""

    channel: int = Field(ge=1)
    name: str = Field("", description="what it feeds, for messages")
    voltage: Volt
    max_current: Ampere = Field(gt=0)
    max_voltage: Volt | None = Field(None, description="limit in the driver; the voltage itself if left out")
    tolerance: Volt = Field(0.05, gt=0, description="how far the terminals may be from the voltage")

    @property
    def label(self) -> str:
        """Return what a message calls it."""
        return (
            say("channel {channel} ({name})", channel=self.channel, name=self.name)
            if self.name
            else say("channel {channel}", channel=self.channel)
        )

    def limits(self) -> ChannelLimits:
        """Return what the driver lets through."""
        most = self.voltage if self.max_voltage is None else self.max_voltage
        return ChannelLimits(min(0.0, self.voltage, most), max(0.0, self.voltage, most), self.max_current)

    @model_validator(mode="after")
    def _within(self) -> SupplyChannel:
        if self.max_voltage is not None and abs(self.voltage) > abs(self.max_voltage):
            raise ValueError(say("voltage is above max_voltage"))
        return self


class SupplySettings(Table):
    """A SCPI power supply at any VISA address. It is off in the safe state, and on when a run begins."""

    address: str = Field(
        description="VISA resource, such as TCPIP0::10.0.0.5::5025::SOCKET or USB0::...::INSTR"
    )
    family: str = Field(description=f"one of {', '.join(SUPPLIES)}")
    serial: str = Field("", description="serial number it must have; empty: any")
    channels: tuple[SupplyChannel, ...] = Field(min_length=1)
    switch_on: bool = Field(True, description="switch the outputs on when the bench is opened")
    settle: Second = Field(0.0, ge=0, le=60, description="time the board needs after switching on")
    timeout: Second = Field(2.0, gt=0, description="of a call: half to do it, half to make safe if it fails")

    @model_validator(mode="after")
    def _known(self) -> SupplySettings:
        _one_of("family", self.family, SUPPLIES)
        numbers = [c.channel for c in self.channels]
        if len(set(numbers)) != len(numbers):
            raise ValueError(say("channels names one channel twice: {numbers}", numbers=numbers))
        return self


class MeterSettings(Table):
    """A SCPI multimeter at any VISA address, across one supply channel or one node of the free copy."""

    address: str = Field(description="VISA resource")
    family: str = Field(description=f"one of {', '.join(METERS)}")
    serial: str = Field("", description="serial number it must have; empty: any")
    range: Volt = Field(10.0, gt=0)
    power_line_cycles: float = Field(1.0, gt=0)
    across_channel: int | None = Field(None, description="supply channel it measures")
    across_node: int | None = Field(None, ge=0, description="node of the free copy it measures")
    tolerance: Volt = Field(0.02, gt=0, description="how far it may be from what it should read")
    timeout: Second = Field(2.0, gt=0, description="of a call: half to do it, half to make safe if it fails")

    @model_validator(mode="after")
    def _known(self) -> MeterSettings:
        _one_of("family", self.family, METERS)
        if self.across_channel is not None and self.across_node is not None:
            raise ValueError(say("across_channel and across_node exclude each other"))
        return self


class ControllerSettings(Table):
    """A controller board at any address pyserial opens."""

    address: str = Field(description="/dev/ttyACM0, COM3, socket://host:port")
    serial: str = Field("", description="serial number it must have; empty: any")
    baud: int = Field(115_200, gt=0)
    deadman: Second = Field(2.0, gt=0, description="silence after which the board makes itself safe")
    timeout: Second = Field(2.0, gt=0, description="of a call: half to do it, half to make safe if it fails")
    single_precision: bool = Field(False, description="reals of 4 bytes on the line: half the traffic")


class InstrumentSettings(Table):
    """What is on the bench; leave out what is not there."""

    supply: SupplySettings | None = None
    meter: MeterSettings | None = None
    controller: ControllerSettings | None = None
    daq: DaqSettings | None = None


class SourceWire(Table):
    """A wire that drives one node in both copies."""

    node: int = Field(ge=0)
    terminal: str = Field("", description="where it is plugged in, for messages")


class OutputWire(Table):
    """One or two wires that read an output: V(node), or V(positive) − V(negative)."""

    positive: int = Field(ge=0)
    negative: int | None = Field(None, ge=0)
    terminal: str = Field("", description="where it is plugged in, for messages")

    @property
    def nodes(self) -> tuple[int, ...]:
        """Return the nodes it is plugged to."""
        return (self.positive,) if self.negative is None else (self.positive, self.negative)


class WireSettings(Table):
    """The wires as plugged in, by name; `labctl bench check` tests them and names the wrong ones.

    Which terminal of a DAQ board a node's wire goes to, `[instruments.daq]` says.
    """

    sources: dict[str, SourceWire] = Field({})
    outputs: dict[str, OutputWire] = Field({})
    test_voltage: Volt = Field(0.2, gt=0, description="what the self-test drives a wire to")
    tolerance: Ratio = Field(
        0.05, gt=0, lt=0.4, description="how far a reading may be from what was driven, as a part of it"
    )

    @model_validator(mode="after")
    def _each_node_once(self) -> WireSettings:
        sources = [(f"sources.{n}", w.node) for n, w in self.sources.items()]
        outputs = [(f"outputs.{n}", node) for n, w in self.outputs.items() for node in w.nodes]
        for wires in (sources, outputs):  # a node may have one of each; an experiment uses one of them
            owner: dict[int, str] = {}
            for name, node in wires:
                if node in owner:
                    raise ValueError(
                        say(
                            "{name} and {other} are both on node {node}",
                            name=name,
                            other=owner[node],
                            node=node,
                        )
                    )
                owner[node] = name
        return self


class SafeSettings(Table):
    """What the safe state is here, besides: learning off, sources 0 V, clamps released."""

    supply_off: bool = Field(True, description="switch the supply off and set it to 0 V")


class HardwareConfig(Table):
    """A bench of real instruments (or of emulators at other addresses)."""

    kind: Literal["hardware"] = "hardware"
    name: str = "hardware bench"
    serial: str = Field("unnumbered", min_length=1, description="of the bench, not of an instrument")
    timing: BlockTiming = BlockTiming.CONTROLLER
    simulated: bool = Field(
        False, description="its instruments are emulators; a bench that is not what it says is refused"
    )
    limits: LimitSettings = LimitSettings()
    transistors: TransistorSettings = TransistorSettings()
    instruments: InstrumentSettings = InstrumentSettings()
    wires: WireSettings = WireSettings()
    safe_state: SafeSettings = SafeSettings()

    @model_validator(mode="after")
    def _timed(self) -> HardwareConfig:
        if self.timing is BlockTiming.CONTROLLER and self.instruments.controller is None:
            raise ValueError(say('timing = "controller" needs [instruments.controller]'))
        if self.timing is BlockTiming.DAQ and self.instruments.daq is None:
            raise ValueError(say('timing = "daq" needs [instruments.daq]'))
        return self

    @model_validator(mode="after")
    def _meter_has_its_channel(self) -> HardwareConfig:
        meter, supply = self.instruments.meter, self.instruments.supply
        if meter is None or meter.across_channel is None:
            return self
        channels = [c.channel for c in supply.channels] if supply is not None else []
        if meter.across_channel not in channels:
            raise ValueError(
                say(
                    "instruments.meter.across_channel: the supply has no channel {across_channel} here",
                    across_channel=meter.across_channel,
                )
            )
        return self


def _one_of(key: str, value: str, families: object) -> None:
    allowed = list(families)  # type: ignore[call-overload]
    if value not in allowed:
        raise ValueError(
            say(
                "{key} must be one of {allowed} (got {value})",
                key=key,
                allowed=", ".join(allowed),
                value=repr(value),
            )
        )
