"""The window itself: what starts it, arranges it and closes it."""
