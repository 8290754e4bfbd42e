"""Twins: simulated boards made from what a real one was measured to be, and held against it."""
