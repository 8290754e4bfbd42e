"""What NI-DAQmx's errors mean, each in one sentence with its cause and what to do next.

The DAQmx code stays in the sentence, and on the exception that the sentence was made `from`.
"""

from __future__ import annotations

from typing import NamedTuple

from nidaqmx.errors import (
    DaqError,
    DaqFunctionNotSupportedError,
    DaqNotFoundError,
    DaqNotSupportedError,
    RpcError,
)

from drivers.errors import (
    ATTACHED,
    ConnectionLost,
    DriverMissing,
    Garbled,
    InstrumentFault,
    NoAnswer,
    OutOfLimit,
    Overrun,
    Refused,
    WrongInstrument,
)
from protocols.messages import Message, say

NOT_SUPPORTED = frozenset({-200197, -200452, -201087, -200350})


class _Meaning(NamedTuple):
    kind: type[InstrumentFault]
    happened: Message  # a template yet: `{what}` was being done
    cause: Message
    action: Message


_RESERVED = _Meaning(
    Refused,
    say("what it needs to {what} is reserved"),
    say("another program, or another task of this one, is using it"),
    say("close other programs that use the board (NI MAX, LabVIEW, another labctl), or reset it"),
)
_GONE = _Meaning(
    ConnectionLost,
    say("the board is gone while it was to {what}"),
    say("it was unplugged, has lost power, or its driver restarted"),
    say("check cable and power, wait until NI MAX lists it again, and open the bench anew"),
)
_OVERFLOW = _Meaning(
    Overrun,
    say("samples were lost while it was to {what}"),
    say("they came faster than this computer fetched them"),
    say("lower the sample rate or the block length; nothing of this reading was used"),
)
_UNDERFLOW = _Meaning(
    Overrun,
    say("the outputs ran dry while it was to {what}"),
    say("samples were not sent as fast as they were played"),
    say("lower the sample rate; the outputs stopped half-way, so start again from the safe state"),
)
_TIMEOUT = _Meaning(
    NoAnswer,
    say("the time was up before it could {what}"),
    say("the sample clock or the start trigger did not come, or the time limit is too short"),
    say("check what the clock and trigger terminals are wired to, or allow more time"),
)
_NO_DEVICE = _Meaning(
    WrongInstrument,
    say("there is no board of that name"),
    say("it has another name, or is not in this computer"),
    say("see {attached} for the names there are, and correct the bench file", attached=ATTACHED),
)
_NO_CHANNEL = _Meaning(
    WrongInstrument,
    say("the board has no such channel"),
    say("the bench file was written for another board"),
    say("compare the bench file's channels with the board's, or check which board is plugged in"),
)
_VALUE = _Meaning(
    OutOfLimit,
    say("the board refuses a voltage while it was to {what}"),
    say("it is outside the range of the channel"),
    say("ask for less, or correct the channel's limits in the bench file"),
)
_MEANINGS: dict[int, _Meaning] = {
    **dict.fromkeys((-50103, -200022, -200587, -201105, -200324), _RESERVED),
    **dict.fromkeys((-201003, -88709, -88705, -50405, -200544, -88708, -201401, -50400), _GONE),
    **dict.fromkeys((-200279, -200283, -200361, -200010, -209829, -200222), _OVERFLOW),
    **dict.fromkeys((-200621, -200290, -200018, -200016, -200017, -200292), _UNDERFLOW),
    **dict.fromkeys((-200284, -200560, -200474, -200278, -200293), _TIMEOUT),
    **dict.fromkeys((-200220, -200221), _NO_DEVICE),
    **dict.fromkeys((-200170, -200171), _NO_CHANNEL),
    **dict.fromkeys((-200561, -200082), _VALUE),
    -200678: _Meaning(
        Refused,
        say("the board's watchdog has expired: its outputs are locked"),
        say("this computer did not answer it in time"),
        say("make sure that the board under test is well, then open the bench anew"),
    ),
    **dict.fromkeys(
        NOT_SUPPORTED,
        _Meaning(
            Refused,
            say("the board cannot {what}"),
            say("this model does not have it"),
            say("choose another strategy in the bench file, or another board"),
        ),
    ),
}
_RPC: dict[str, _Meaning] = {
    "UNAVAILABLE": _Meaning(
        ConnectionLost,
        say("there is no connection to the device server"),
        say("it is not running, or the network is down"),
        say("start it again, check host and port in the bench file, and open the bench anew"),
    ),
    "DEADLINE_EXCEEDED": _Meaning(
        NoAnswer,
        say("no answer within the time limit while it was to {what}"),
        say("the device server or the board hangs"),
        say("whether it was carried out is not known: go to the safe state, then start the server again"),
    ),
    "UNIMPLEMENTED": _Meaning(
        Refused,
        say("the device server cannot {what}"),
        say("it is older than nidaqmx here, or an emulator"),
        say("bring the NI gRPC device server up to date"),
    ),
    "INTERNAL": _Meaning(
        Garbled,
        say("an answer could not be read while it was to {what}"),
        say("it was damaged on its way, or server and nidaqmx do not fit"),
        say("nothing of it was used; if it happens again, compare their versions"),
    ),
}
_MISSING = _Meaning(
    DriverMissing,
    say("NI-DAQmx is not installed on this computer"),
    say("nidaqmx needs NI's driver underneath"),
    say("install NI-DAQmx from ni.com, or give the bench file the grpc:// address of a computer that has it"),
)


def explain(name: str, address: str, error: Exception, what: str) -> InstrumentFault:
    """Return the sentence for an exception of nidaqmx's; `what` was being done, as in "to read"."""
    if isinstance(error, DaqError):
        code = int(error.error_code)
        meaning = _MEANINGS.get(code)
        if meaning is None:
            return Refused(
                name,
                address,
                say("the board reports an error while it was to {what}", what=what),
                cause=say("DAQmx {code}: {first_line}", code=code, first_line=_first_line(error)),
                action=say("look the code up at ni.com, or send it to whoever keeps this bench"),
            )
        return _sentence(meaning, name, address, what, f"DAQmx {code}")
    if isinstance(error, RpcError):
        status = getattr(error.rpc_code, "name", str(error.rpc_code))
        meaning = _RPC.get(status)
        if meaning is None:
            return Refused(
                name,
                address,
                say("the device server failed while it was to {what}", what=what),
                cause=say("gRPC {status}: {first_line}", status=status, first_line=_first_line(error)),
                action=say("look at the server's own log"),
            )
        return _sentence(meaning, name, address, what, f"gRPC {status}")
    if isinstance(error, DaqNotFoundError | DaqNotSupportedError | DaqFunctionNotSupportedError):
        return _sentence(_MISSING, name, address, what, "")
    return Refused(
        name,
        address,
        say("nidaqmx failed while it was to {what}", what=what),
        cause=say("{kind}: {error}", kind=type(error).__name__, error=error),
    )


def _sentence(meaning: _Meaning, name: str, address: str, what: str, code: str) -> InstrumentFault:
    return meaning.kind(
        name,
        address,
        say(meaning.happened.template, what=what),
        cause=say("{code}: {cause}", code=code, cause=meaning.cause) if code else meaning.cause,
        action=meaning.action,
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0][:200]
