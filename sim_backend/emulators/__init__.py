"""Emulators of real instruments: each speaks its wire protocol, and none knows who is calling."""
