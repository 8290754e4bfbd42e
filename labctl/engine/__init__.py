"""The engine process: it owns the instruments and runs; windows and command lines are clients of it.

Nothing is imported here: a client needs only `labctl.engine.client`, which is light. How a client
attaches and what it may ask is told in docs/engine-process.md.
"""
