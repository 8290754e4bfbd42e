"""Benches made of real instruments: from a bench file to a `protocols.Bench`, and to a safe state."""
