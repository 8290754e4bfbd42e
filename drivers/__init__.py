"""Real instruments, each behind a small port: the only place that drives nidaqmx, pyvisa and serial."""
