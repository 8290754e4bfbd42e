"""Settings for every test: no window, no screen, no deadline for a single hypothesis example."""

import os

import hypothesis

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("MPLBACKEND", "Agg")

# The first example of a test may compile the plant, and CI machines stall: time is pytest-timeout's job.
hypothesis.settings.register_profile("labctl", deadline=None, database=None)
hypothesis.settings.load_profile("labctl")
