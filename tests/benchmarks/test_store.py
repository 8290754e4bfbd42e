import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import store

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.system
@pytest.mark.slow
def test_json_is_one_object_with_every_key():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.store", "--quick", "--json"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert set(store.BARS) <= set(result)
    assert 0.1 < result["throughput_ratio_recording"] < 2.0
    assert result["rows_per_s"] > 1000
    assert result["memory_cycles"] == store.QUICK.memory_cycles
    assert 0.0 < result["abort_median_s"] <= result["abort_p99_s"]
    assert result["quick"] is True


def test_used_memory_is_what_the_system_counts():
    before = store.used_MB()
    block = bytearray(b"x" * 64_000_000)
    assert store.used_MB() - before == pytest.approx(64.0, abs=8.0)
    del block
