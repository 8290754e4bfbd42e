"""Checks of a bench's wires by the bench itself: sources, outputs, clamps, address lines."""
