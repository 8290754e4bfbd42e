"""What the window knows: the application state, the run shown, the link to the engine."""
