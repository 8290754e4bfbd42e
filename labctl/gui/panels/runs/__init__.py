"""The run browser, and comparing runs."""
