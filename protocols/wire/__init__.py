"""The controller board's wire format: bytes in, messages out, and back (docs/controller-protocol.md).

Pure: whoever owns a serial port, a real driver or an emulated board, brings the bytes and the time.
"""

from protocols.wire.errors import WireError
from protocols.wire.frames import BadFrame, Frame, FrameReader, encode_frame
from protocols.wire.kinds import MODEL, REPLY, VERSION, EndStatus, ErrorCode, FrameKind, State

__all__ = [
    "MODEL",
    "REPLY",
    "VERSION",
    "BadFrame",
    "EndStatus",
    "ErrorCode",
    "Frame",
    "FrameKind",
    "FrameReader",
    "State",
    "WireError",
    "encode_frame",
]
