"""The technician's window: a client of the engine process, drawn with PyQt6 and pyqtgraph.

Nothing here owns an instrument. What the window shows it has polled; what it wants it asks for. Its rooms,
each of which knows only those below it (a contract of import-linter holds that):

    app      the window: starting, arranging, closing it; menus, keys, boxes
    panels   what somebody works with; no panel knows another or the window
    plots    views of the run that is shown
    state    what the window knows, as objects with signals, and the link to the engine; no widgets
    widgets  fields, bars, questions and colours that any panel or plot may use
    text     words in the language of the window
"""
