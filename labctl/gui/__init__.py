"""The technician's window: a client of the engine process, drawn with PyQt6 and pyqtgraph.

Nothing here owns an instrument. What the window shows it has polled; what it wants it asks for.
"""
