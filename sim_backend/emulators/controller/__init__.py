"""The controller board at the wire: port, frames, pins, blocks."""
