"""Where compiled code is kept, and how it is compiled.

numba notices a change in the file of a cached function but not in the functions it calls. So the
cache folder carries a digest of every source file of this package: any change starts a fresh one.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numba
import platformdirs
from numba.core import config as numba_config
from numba.core.cpu import CPUTargetOptions
from numba.core.options import TargetOptions

# No "reassoc" or "nnan" among the fast-math flags: the same seed must give the same numbers.
JIT: dict[str, Any] = {
    "cache": True,
    "no_cfunc_wrapper": True,  # nothing calls them by address
    "error_model": "numpy",
    "fastmath": {"contract", "nsz", "arcp"},
    "boundscheck": False,
    "nogil": True,
}

# For functions that allocate no array: without numba's reference counts. They stand around every
# use of an array that came in a tuple and cost several times the arithmetic of a small network.
JIT_NO_ALLOCATION: dict[str, Any] = {**JIT, "_nrt": False}

# For functions only compiled code calls: no way in from Python, nothing kept on disk for them alone, which
# halves the time to compile. Called from Python all the same, such a function crashes the process.
JIT_INNER: dict[str, Any] = {
    **JIT_NO_ALLOCATION,
    "cache": False,
    "no_cpython_wrapper": True,
}

# numba's compiler can promise LLVM that no two arrays overlap, its decorator has no word for it. Without
# the promise every inner loop starts with tests for overlaps, or is not made of vector instructions.
_options: Any = TargetOptions
CPUTargetOptions.noalias = _options.Mapping("noalias")

# For inner functions of which no two arguments share memory that they write.
JIT_APART: dict[str, Any] = {**JIT_INNER, "noalias": True}


def use_cache_of_these_sources() -> Path:
    """Point numba at the cache folder of exactly these sources and return it."""
    digest = hashlib.sha256(numba.__version__.encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    root = Path(platformdirs.user_cache_dir("labctl")) / "compiled"
    folder = root / digest.hexdigest()[:16]
    settings: Any = numba_config  # its settings are made at run time, unknown to type checkers
    if not settings.CACHE_DIR:
        settings.CACHE_DIR = str(folder)
    return Path(settings.CACHE_DIR)


def is_compiled(function: str = "cycle.run_cycles") -> bool:
    """Tell whether compiled code of these sources is already there: no wait on first use."""
    return any(use_cache_of_these_sources().rglob(f"{function}*.nbi"))


use_cache_of_these_sources()
