"""`labctl runs import|list|show|export`, as a user types them."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.io
from typer.testing import CliRunner, Result

from labctl.cli import app
from labctl.store import open_run


def labctl(*words: object) -> Result:
    return CliRunner().invoke(app, [str(w) for w in words])


def drift(folder: Path) -> Path:
    """Write a drift test of 30 samples."""
    file = folder / "exp2DriftTest_1.mat"
    time_s = 1 + 0.03 * np.arange(30)
    scipy.io.savemat(file, {"GMINUS": 2.6 + 0.1 * time_s, "GPLUS": 3.9 + 0.2 * time_s, "time": time_s})
    return file


def bowtie(folder: Path) -> Path:
    """Write an averaged cycle of four samples."""
    file = folder / "bowtie-exp1-0.02s.csv"
    file.write_text("3.0,3.1,3.2,3.1\n4.0,4.2,4.4,4.2\n", "utf-8")
    return file


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """Return a folder of runs with two imported ones, number 1 a drift test and number 2 a cycle."""
    out = tmp_path / "runs"
    result = labctl("runs", "import", drift(tmp_path), bowtie(tmp_path), "--out", out, "--no-figures")
    assert result.exit_code == 0, result.output
    return out


def test_several_files_get_a_line_each(tmp_path: Path) -> None:
    out = tmp_path / "runs"
    result = labctl("runs", "import", drift(tmp_path), bowtie(tmp_path), "--out", out, "--no-figures")
    lines = result.stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["imported", "exp2DriftTest_1.mat"],
        ["imported", "bowtie-exp1-0.02s.csv"],
    ]
    assert sorted(p.name[:5] for p in out.glob("*/*")) == ["00001", "00002"]


def test_a_bad_file_among_good_ones_is_told_and_the_others_are_imported(tmp_path: Path) -> None:
    whole = drift(tmp_path)
    bad = tmp_path / "cut.mat"
    bad.write_bytes(whole.read_bytes()[:-200])
    out = tmp_path / "runs"
    result = labctl("runs", "import", bad, whole, tmp_path / "none.mat", "--out", out, "--no-figures")
    assert result.exit_code == 2
    assert len(result.stdout.splitlines()) == 1
    told = result.stderr.splitlines()
    assert len(told) == 2
    assert "cut.mat" in told[0]
    assert "cut short" in told[0]
    assert "none.mat" in told[1]
    assert [p.name for p in out.glob("*/*")] == ["00001-drift-exp2-task-beta"]


def test_import_prints_one_json_object(tmp_path: Path) -> None:
    empty = tmp_path / "empty.mat"
    empty.touch()
    result = labctl("runs", "import", drift(tmp_path), empty, "--out", tmp_path / "runs", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 2
    assert (found["imported"], found["refused"]) == (1, 1)
    good, bad = found["files"]
    assert open_run(Path(good["path"])).attrs["run_id"] == good["run_id"]
    assert [Path(f).name for f in good["figures"]] == ["summary.png", "gates.png", "network.png"]
    assert (bad["status"], "the file is empty" in bad["error"]) == ("refused", True)


def test_import_into_a_place_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file, not a folder", "utf-8")
    result = labctl("runs", "import", drift(tmp_path), "--out", tmp_path / "runs")
    assert result.exit_code == 2
    assert "choose another --out" in result.stderr


@pytest.mark.system
def test_a_refused_file_leaves_one_sentence_and_no_folder(tmp_path: Path) -> None:
    file, out = tmp_path / "picture.png", tmp_path / "runs"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    command = [sys.executable, "-c", "from labctl.cli import main; main()", "runs", "import", str(file)]
    done = subprocess.run([*command, "--out", str(out)], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert not out.exists()


def test_list_shows_runs_newest_first(stored: Path) -> None:
    lines = labctl("runs", "list", "--out", stored).stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["2", "1"]
    assert "drift exp2 task beta" in lines[2]
    found = json.loads(labctl("runs", "list", "--out", stored, "--json").stdout)["runs"]
    assert [r["number"] for r in found] == [2, 1]
    assert {r["status"] for r in found} == {"completed"}
    assert {r["method"] for r in found} == {"standard"}


def test_list_looks_for_words_and_says_when_there_is_nothing(stored: Path, tmp_path: Path) -> None:
    found = json.loads(labctl("runs", "list", "bowtie", "--out", stored, "--json").stdout)["runs"]
    assert [r["number"] for r in found] == [2]
    assert "that fit" in labctl("runs", "list", "nothing-like-it", "--out", stored).stdout
    assert labctl("runs", "list", "--out", tmp_path / "none").stdout.startswith("no runs in")
    assert json.loads(labctl("runs", "list", "--out", tmp_path / "none", "--json").stdout) == {"runs": []}


def test_tags_are_given_taken_listed_and_found(stored: Path) -> None:
    try:
        assert labctl("runs", "tag", "1", "good", "for the paper", "--out", stored).stdout == (
            "good, for the paper\n"
        )
        assert "for the paper" in labctl("runs", "list", "--out", stored).stdout
        found = json.loads(labctl("runs", "list", "PAPER", "--out", stored, "--json").stdout)["runs"]
        assert [r["number"] for r in found] == [1]
        assert "good, for the paper" in labctl("runs", "show", "1", "--out", stored).stdout
    finally:
        taken = labctl("runs", "tag", "1", "--remove", "good", "--remove", "for the paper", "--out", stored)
    assert taken.stdout == "no tags\n"


def test_show_tells_where_a_run_came_from(stored: Path) -> None:
    said = labctl("runs", "show", "1", "--out", stored).stdout
    for part in ("drift exp2 task beta", "exp2DriftTest_1.mat", "arXiv:2505.22887", "inferred", "30 round"):
        assert part in said
    found = json.loads(labctl("runs", "show", "latest", "--out", stored, "--json").stdout)
    assert found["manifest"]["origin"]["file"] == "bowtie-exp1-0.02s.csv"
    assert found["contents"]["sizes"]["round"] == 4
    assert found["contents"]["variables"]["gate_voltage"]["units"] == "V"
    assert found["events"][0]["what"] == "run imported"


@pytest.mark.parametrize("words", [("show", "9"), ("export", "9"), ("show", "nowhere")])
def test_a_run_that_is_not_there_is_bad_input(words: tuple[str, str], stored: Path) -> None:
    command = [
        sys.executable,
        "-c",
        "from labctl.cli import main; main()",
        "runs",
        *words,
        "--out",
        str(stored),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no such run" in done.stderr


def test_show_of_a_damaged_run_says_what_is_damaged(stored: Path) -> None:
    folder = next(stored.glob("*/00001-*"))
    (folder / "run.nc").write_bytes(b"not a netCDF file")
    result = labctl("runs", "show", folder)
    assert "run.nc cannot be read" in str(result.exception)
    (folder / "run.nc").unlink()
    assert labctl("runs", "show", folder).exit_code == 0
    assert "no run.nc" in str(labctl("runs", "export", folder).exception)


@pytest.mark.parametrize("text", ["{}", "null"])
def test_an_odd_manifest_is_listed_and_told_as_unreadable(stored: Path, text: str) -> None:
    folder = next(stored.glob("*/00001-*"))
    (folder / "manifest.json").write_text(text, "utf-8")
    listed = labctl("runs", "list", "--rebuild", "--out", stored)
    assert listed.exit_code == 0, listed.output
    assert "unreadable" in listed.stdout
    shown = labctl("runs", "show", folder)
    assert "the manifest cannot be read" in str(shown.exception)
    assert "runs recover" in str(shown.exception)


def test_export_as_csv_holds_every_number_in_full(stored: Path, tmp_path: Path) -> None:
    result = labctl("runs", "export", "1", "--out", stored, "--to", tmp_path / "tables", "--json")
    assert result.exit_code == 0
    files = {Path(f).name for f in json.loads(result.stdout)["files"]}
    assert {"round.csv", "edge.csv", "train_point.csv"} <= files
    with (tmp_path / "tables" / "round.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    run = open_run(next(stored.glob("*/00001-*")))
    assert [float(r["gate_voltage[1] (V)"]) for r in rows] == run["gate_voltage"].values[:, 1].tolist()
    assert [float(r["learning_time (s)"]) for r in rows] == run["learning_time"].values.tolist()
    assert {r["train_output[0, 0] (V)"] for r in rows} == {""}  # never measured


def test_export_as_json_round_trips(stored: Path) -> None:
    result = labctl("runs", "export", "2", "--format", "json", "--out", stored)
    assert result.exit_code == 0
    file = Path(result.stdout.strip())
    assert file.parent.name == "export"
    run, found = open_run(file.parent.parent), json.loads(file.read_text("utf-8"))
    for name, variable in found["variables"].items():
        values = np.array(variable["values"], dtype=object)
        assert tuple(variable["dims"]) == run[name].dims
        if run[name].dtype.kind == "f":
            np.testing.assert_array_equal(values.astype(float).reshape(run[name].shape), run[name].values)
    assert found["attributes"]["period_s"] == 0.02


def test_an_unknown_format_is_bad_input(stored: Path) -> None:
    result = labctl("runs", "export", "1", "--format", "xls", "--out", stored)
    assert result.exit_code == 2
    assert "csv" in result.stderr
