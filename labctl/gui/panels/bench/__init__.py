"""The bench panel: instruments, board and calibrations."""
