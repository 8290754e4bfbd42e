"""The controller board's wire format: bytes in, messages out, and back (docs/controller-protocol.md).

Pure: whoever owns a serial port, a real driver or an emulated board, brings the bytes and the time.
"""

from protocols.wire.errors import WireError
from protocols.wire.frames import BadFrame, Frame, FrameReader, encode_frame
from protocols.wire.kinds import MODEL, REPLY, VERSION, BoardState, EndStatus, ErrorCode, FrameKind

__all__ = [
    "MODEL",
    "REPLY",
    "VERSION",
    "BadFrame",
    "BoardState",
    "EndStatus",
    "ErrorCode",
    "Frame",
    "FrameKind",
    "FrameReader",
    "WireError",
    "encode_frame",
]
