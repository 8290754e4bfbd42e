"""Live views of one run, each in a dock of its own."""
