"""A bench file whose emulators take any free ports: for tests and benchmarks that run side by side."""

from __future__ import annotations

from collections.abc import Mapping

from labctl.bench_files.hardware_file import HardwareBenchFile

ANY_PORT = {
    "supply": "TCPIP0::127.0.0.1::0::SOCKET",
    "meter": "TCPIP0::127.0.0.1::0::SOCKET",
    "controller": "socket://127.0.0.1:0",
    "daq": "grpc://127.0.0.1:0",
}


def with_free_ports(config: HardwareBenchFile) -> HardwareBenchFile:
    """Return the bench with port 0 everywhere; EmulatedBench's `config` has the ports it then takes."""
    return with_addresses(config, ANY_PORT)


def with_addresses(config: HardwareBenchFile, addresses: Mapping[str, str]) -> HardwareBenchFile:
    """Return the bench with these instruments, where it has them, at other addresses."""
    parts = {
        name: part.model_copy(update={"address": address})
        for name, address in addresses.items()
        if (part := getattr(config.instruments, name)) is not None
    }
    return config.model_copy(update={"instruments": config.instruments.model_copy(update=parts)})
