"""Measurements of labctl's speed, beside the speed of the programs it stands against."""
