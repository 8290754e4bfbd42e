"""National Instruments DAQ boards through nidaqmx, in this computer or behind a gRPC device server."""
