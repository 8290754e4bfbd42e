"""Bench files: read once, typed once, and locked while somebody uses the bench."""
