"""Words in the language of the window."""
