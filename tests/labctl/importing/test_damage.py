"""Files that are cut short, damaged or something else: one sentence each, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io

from labctl.importing import import_file
from protocols.errors import ConfigError

from .published import LATTICE, SMALL, needs_reference, save, save_drift

CUTS = (0.0, 0.001, 0.02, 0.3, 0.6, 0.9, 0.99, 0.9999)


def refused(file: Path, out: Path) -> str:
    """Import a file that must be refused and return the sentence."""
    with pytest.raises(ConfigError) as caught:
        import_file(file, out)
    sentence = str(caught.value)
    assert sentence.startswith(str(file))
    assert "\n" not in sentence
    assert not out.exists()
    return sentence


@pytest.mark.parametrize("share", CUTS)
@pytest.mark.parametrize("make", [save, lambda path: save_drift(path.parent)])
def test_a_file_cut_anywhere_is_refused(make: object, share: float, tmp_path: Path) -> None:
    assert callable(make)
    whole = make(tmp_path / "a.mat")
    content = whole.read_bytes()
    whole.write_bytes(content[: int(share * len(content))])
    said = refused(whole, tmp_path / "runs")
    assert "cut short" in said or "empty" in said or "missing" in said


def test_one_byte_less_is_noticed(tmp_path: Path) -> None:
    file = save(tmp_path / "a.mat")
    file.write_bytes(file.read_bytes()[:-1])
    assert "cut short or damaged" in refused(file, tmp_path / "runs")


def test_bytes_changed_in_the_middle_are_noticed(tmp_path: Path) -> None:
    file = save(tmp_path / "a.mat")
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 40] = np.random.default_rng(1).bytes(40)
    file.write_bytes(content)
    assert "cut short or damaged" in refused(file, tmp_path / "runs")


def test_other_matlab_files_are_told_what_they_hold(tmp_path: Path) -> None:
    file = tmp_path / "other.mat"
    scipy.io.savemat(file, {"spectrum": np.arange(5.0), "notes": "a lab day"})
    assert "notes, spectrum" in refused(file, tmp_path / "runs")
    scipy.io.savemat(file, {"experiment": np.arange(5.0)})
    assert "it holds: experiment" in refused(file, tmp_path / "runs")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(400)),
        ("picture.mat", b"\x89PNG\r\n\x1a\n" + bytes(400)),
        ("noise.mat", np.random.default_rng(2).bytes(4000)),
        ("notes.md", b"# not a run\n"),
    ],
)
def test_files_of_other_kinds_are_refused(name: str, content: bytes, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    assert "no measured run" in refused(file, tmp_path / "runs")


def test_other_hdf5_files_folders_and_missing_files_are_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.mat", "w") as other:
        other["x"] = 1
    assert "no measured run" in refused(tmp_path / "a.mat", tmp_path / "runs")
    (tmp_path / "folder").mkdir()
    assert "cannot be read" in refused(tmp_path / "folder", tmp_path / "runs")
    assert "No such file" in refused(tmp_path / "gone.mat", tmp_path / "runs")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("bowtie-exp1-0.02s.csv", "1,2,3,4\n1,2,3\n", "differ in length"),
        ("bowtie-exp1-0.02s.csv", "1,2,3,4\n1,2,3,4", "cut short"),
        ("bowtie-exp1-0.02s.csv", "1,2,3,4\n", "two rows"),
        ("bowtie-exp1-0.02s.csv", "1,2,3,x\n1,2,3,4\n", "not a number"),
        ("bowtie-exp1-0.02s.csv", "1,2,3,nan\n1,2,3,4\n", "not a finite number"),
        ("bowtie-exp3-0.02s.csv", "1,2,3,4\n1,2,3,4\n", "none of the published tables"),
        ("measured-DG2-exp1.csv", "0.1,1\n0.05,2\n", "do not increase"),
        ("measured-MSE-exp2.csv", "0.1,1,2\n0.2,2,3\n", "two columns"),
        ("measured-MSE-exp2.csv", "0.1,1\n0.2,-2\n", "not above 0"),
        ("measured-MSE-exp2.csv", "\n", "no numbers"),
        ("table.csv", "0.1,1\n0.2,2\n", "none of the published tables"),
    ],
)
def test_tables_that_do_not_fit_their_name_are_refused(
    name: str, text: str, says: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    assert says in refused(tmp_path / name, tmp_path / "runs")


@needs_reference
@pytest.mark.parametrize("share", [0.0005, 0.3, 0.7, 0.95, 0.9999])
def test_published_files_cut_short_are_refused(share: float, tmp_path: Path) -> None:
    for original in [*sorted(LATTICE.glob("*.mat"))[::8], *sorted(SMALL.glob("*.mat"))[:1]]:
        content = original.read_bytes()
        copy = tmp_path / original.name
        copy.write_bytes(content[: int(share * len(content))])
        said = refused(copy, tmp_path / "runs")
        assert "cut short" in said or "missing" in said or "empty" in said
