"""Jobs: what an engine does with the instruments it owns, one at a time: run, check, calibrate."""
