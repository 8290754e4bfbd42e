"""What comes with labctl: files beside the checkout, files inside the wheel."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import labctl
from labctl.experiment.shipped import shipped

ROOT = Path(__file__).parents[3]


def test_a_checkout_has_its_examples_at_the_top() -> None:
    assert shipped("examples") == ROOT / "examples"
    assert shipped("benches") == ROOT / "benches"


def test_an_installed_package_has_them_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "labctl"
    (package / "examples").mkdir(parents=True)
    monkeypatch.setattr(labctl, "__file__", str(package / "__init__.py"))
    assert shipped("examples") == package / "examples"


def test_a_wheel_holds_the_examples_that_studies_need(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    told = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert told.returncode == 0, told.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    for kind in ("examples", "benches"):
        assert {f"labctl/{kind}/{f.name}" for f in (ROOT / kind).glob("*.toml")} <= names
    assert "labctl/studies/pipeline.py" in names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/"))]
