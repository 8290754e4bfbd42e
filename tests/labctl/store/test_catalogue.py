"""The catalogue repeats what the folders say, and can be lost."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path

import pytest

from labctl.runs.runner import carry_out
from labctl.store import Manifest, catalogue, marker
from labctl.store.manifest import read_manifest
from protocols.errors import ConfigError, DataError

from .runs import small_run
from .test_marker_and_recovery import dead_process, mark


def entry(root: Path, number: int, name: str, **values: object) -> Path:
    folder = root / "2026-01-02" / f"{number:05d}-{name}"
    folder.mkdir(parents=True)
    known = {"run_id": f"{number:04d}-uuid", "name": name, "status": "completed", **values}
    (folder / "manifest.json").write_text(json.dumps(known), "utf-8")
    return folder


def test_a_run_is_in_the_catalogue_with_its_results(tmp_path: Path) -> None:
    result = carry_out(small_run(tmp_path))
    (found,) = catalogue.find(tmp_path)
    assert tmp_path / found.folder == result.folder
    assert found.run_id == result.summary.run_id
    assert (found.status, found.task, found.cycles, found.seed) == ("completed", "classification", 3000, 3)
    assert found.method == result.summary.method
    assert found.error_end_V2 == result.summary.error_end_V2
    (tmp_path / catalogue.NAME).unlink()
    assert catalogue.rebuild(tmp_path) == 1
    assert catalogue.find(tmp_path) == [found]


def test_runs_are_found_by_what_is_known_of_them_newest_first(tmp_path: Path) -> None:
    entry(tmp_path, 1, "xor", method="standard", started="2026-01-01T10:00", bench={"name": "Board Seven"})
    entry(tmp_path, 2, "circle", method="overclamping", started="2026-02-01T10:00", status="failed")
    entry(tmp_path, 3, "circle", method="standard", started="2026-03-01T10:00")
    assert catalogue.rebuild(tmp_path) == 3

    def numbers(*words: str, **options: object) -> list[int]:
        return [e.number for e in catalogue.find(tmp_path, *words, **options)]

    assert numbers() == [3, 2, 1]
    assert numbers("CIRC") == [3, 2]
    assert numbers("seven") == [1]
    assert numbers("circle", status="failed") == [2]
    assert numbers(method="standard", limit=1) == [3]
    assert numbers(since="2026-02-01") == [3, 2]
    assert numbers("100%'; --") == []


@pytest.mark.parametrize("text", ["{}", "null", "[1]", '{"name": "xor"}'])
def test_a_manifest_that_does_not_say_how_the_run_stands_is_unreadable(tmp_path: Path, text: str) -> None:
    odd = entry(tmp_path, 1, "odd")
    (odd / "manifest.json").write_text(text, "utf-8")
    catalogue.rebuild(tmp_path)
    (found,) = catalogue.find(tmp_path)
    assert (found.status, found.name) == ("unreadable", odd.name)
    with pytest.raises(DataError, match="the manifest cannot be read"):
        read_manifest(odd)
    assert Manifest.load(odd).values["status"] == "running"


def test_broken_manifests_orphans_and_deleted_runs_are_seen_as_such(tmp_path: Path) -> None:
    broken = entry(tmp_path, 1, "broken")
    (broken / "manifest.json").write_text("{", "utf-8")
    gone = entry(tmp_path, 2, "gone")
    killed = entry(tmp_path, 3, "killed", status="running")
    catalogue.rebuild(tmp_path)
    mark(killed, dead_process())
    (gone / "manifest.json").unlink()
    gone.rmdir()
    found = {e.number: e.status for e in catalogue.find(tmp_path)}
    assert found == {1: "unreadable", 3: "orphan"}
    marker.release(killed)


def test_a_catalogue_that_is_no_database_is_told_and_rebuilt(tmp_path: Path) -> None:
    folder = entry(tmp_path, 1, "xor")
    (tmp_path / catalogue.NAME).write_text("not a database, and long enough to be read as one" * 20, "utf-8")
    with pytest.raises(DataError, match="delete it and run 'labctl runs list --rebuild'"):
        catalogue.find(tmp_path)
    catalogue.update(folder)  # a run does not fail for it
    assert catalogue.rebuild(tmp_path) == 1
    assert [e.name for e in catalogue.find(tmp_path)] == ["xor"]


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    assert catalogue.find(tmp_path / "none") == []
    assert not (tmp_path / "none").exists()


def test_a_run_is_meant_by_path_number_name_identity_or_latest(tmp_path: Path) -> None:
    first, second = entry(tmp_path, 1, "xor"), entry(tmp_path, 12, "circle")
    for text, folder in (
        (str(first), first),
        ("1", first),
        ("00012", second),
        ("latest", second),
        ("00001-xor", first),
        ("0012-uu", second),
    ):
        assert catalogue.find_run(tmp_path, text) == folder
    for text in ("7", "zzzz", "00"):
        with pytest.raises(DataError, match="no such run"):
            catalogue.find_run(tmp_path, text)


def test_tags_are_the_runs_own_found_again_and_outlive_the_catalogue(tmp_path: Path) -> None:
    folder = entry(tmp_path, 1, "xor")
    entry(tmp_path, 2, "circle")
    assert catalogue.rebuild(tmp_path) == 2
    assert catalogue.tag(folder, ["for the paper", "good", "good "]) == ("for the paper", "good")
    (found,) = catalogue.find(tmp_path, "PAPER")
    assert (found.number, found.tags) == (1, "for the paper, good")
    (tmp_path / catalogue.NAME).unlink()
    assert [e.tags for e in catalogue.find(tmp_path)] == ["", "for the paper, good"]
    catalogue.tag(folder, [])
    assert catalogue.find(tmp_path, "paper") == []
    with pytest.raises(ConfigError, match="no comma"):
        catalogue.tag(folder, ["a, b"])


def test_a_catalogue_of_another_version_is_made_anew(tmp_path: Path) -> None:
    folder = entry(tmp_path, 1, "xor")
    for use in (lambda: catalogue.update(folder), lambda: None):
        (tmp_path / catalogue.NAME).unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(tmp_path / catalogue.NAME)) as db, db:
            db.execute("CREATE TABLE runs (folder TEXT PRIMARY KEY, number)")
        use()
        assert [e.name for e in catalogue.find(tmp_path)] == ["xor"]
