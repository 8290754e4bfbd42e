"""Starting an engine: a fresh process in a session of its own, so that no terminal takes it along."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

from labctl.engine.errors import EngineGone
from labctl.engine.places import EnginePlace, new_place
from protocols.messages import say

START_S = 30.0


def launch(name: str | None = None, *, linger_s: float = 10.0, verbose: bool = False) -> EnginePlace:
    """Start an engine process and wait until it lets clients in. Raises EngineGone with what it said."""
    place = new_place(name)
    command = [sys.executable, "-m", "labctl.engine", str(place.folder), "--linger", f"{linger_s:g}"]
    if verbose:
        command.append("--verbose")
    with place.log.open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    deadline = time.monotonic() + START_S
    while not (place.folder / "process.json").exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            said = place.log.read_text("utf-8", "replace")[-2000:]
            place.leave()
            raise EngineGone(
                say("the engine did not start: {said}", said=(said.strip() or say("it said nothing")))
            )
        time.sleep(0.005)
    threading.Thread(target=process.wait, name="engine-ends", daemon=True).start()  # or it stays a zombie
    return place
