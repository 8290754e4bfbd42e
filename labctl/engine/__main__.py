"""`python -m labctl.engine FOLDER`: an engine process; started by `labctl.engine.launch`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from labctl.engine.places import EnginePlace
from labctl.engine.process import EngineProcess


def main() -> None:
    """Serve clients at the socket in a folder that `labctl.engine.places` has made."""
    parser = argparse.ArgumentParser(prog="labctl.engine", description=__doc__)
    parser.add_argument("folder", type=Path, help="the engine's folder")
    parser.add_argument("--linger", type=float, default=10.0, help="seconds to stay without a client")
    parser.add_argument("--verbose", action="store_true", help="log more")
    given = parser.parse_args()
    EngineProcess(EnginePlace(given.folder), linger_s=given.linger, verbose=given.verbose).serve()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # all is closed: to take the compiled code apart would keep whoever waits for another second


if __name__ == "__main__":
    main()
