"""Measurements of the bench by the bench: records with validity. Works on any Bench."""
