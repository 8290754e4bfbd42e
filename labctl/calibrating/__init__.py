"""Calibrations as runs use them: carried out, stored, required, applied, expired."""
