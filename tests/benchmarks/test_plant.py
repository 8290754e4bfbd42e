import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import measures, plant, timing
from benchmarks.lattices import s_per_cycle
from benchmarks.quantities import HEADLINES
from benchmarks.workloads import xor_lattice

ROOT = Path(__file__).resolve().parents[2]
QUICK_ONES = ("single", "ideal", "growth", "least-squares")


@pytest.mark.system
def test_json_is_one_object_with_every_key(tmp_path):
    only = [word for name in QUICK_ONES for word in ("--only", name)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.plant", "--json", "--quick", *only, "--out", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    result = json.loads(done.stdout)
    assert {q.name for q in HEADLINES} | {"medians", "extra", "skipped", "machine"} <= set(result)
    assert result["single_cycles_per_s"] > 0
    assert result["single_ideal_cycles_per_s"] > 0
    assert result["speedup_vs_least_squares"] > 0
    assert isinstance(result["growth_exponent"], float)
    assert result["speedup_vs_ngspice"] is None
    assert result["skipped"]["speedup_vs_ngspice"] == "not asked for"
    for detail in result["medians"].values():
        assert detail["min"] <= detail["median"] <= detail["max"]
    assert result["machine"]["cores"] >= 1
    assert json.loads((tmp_path / "plant.json").read_text("utf-8")) == result
    assert "least squares" in (tmp_path / "plant.md").read_text("utf-8")


def test_a_peer_that_cannot_run_is_skipped_with_its_reason(monkeypatch, capsys):
    def refuse(effort):
        raise timing.CannotRun("no such program")

    monkeypatch.setitem(measures.MEASURES, "ngspice", ("speedup_vs_ngspice", refuse))
    plant.main(["--json", "--quick", "--only", "ngspice"])
    result = json.loads(capsys.readouterr().out)
    assert result["speedup_vs_ngspice"] is None
    assert result["skipped"]["speedup_vs_ngspice"] == "no such program"


def test_without_json_a_table_is_printed(capsys):
    plant.main(["--quick", "--only", "single"])
    shown = capsys.readouterr()
    assert "published imperfections" in shown.out
    assert "numba" in shown.out
    assert "measuring single" in shown.err


def test_an_unknown_name_is_refused(capsys):
    with pytest.raises(SystemExit):
        plant.main(["--only", "everything"])
    assert "growth" in capsys.readouterr().err


def test_lattice_times_are_positive():
    assert all(taken > 0 for taken in s_per_cycle(8, timing.QUICK))


def test_the_lattice_task_is_placed_as_published():
    wiring = xor_lattice(8).wiring
    assert wiring.source_nodes == (9, 15, 63, 57)
    assert wiring.target_nodes == (36, 0)
