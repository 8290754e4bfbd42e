"""The NI DAQ device behind nidaqmx's own gRPC interface."""
