from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from pydantic import ValidationError

from calibration import Calibration, CalibrationStore, Verdict, status
from calibration.records import Finding, Value
from protocols import DataError

ISSUED = datetime(2026, 3, 1, 12, tzinfo=UTC)


def record(routine="bias", serial="B 7", issued=ISSUED, days=10.0, **changes) -> Calibration:
    values = (
        Value(quantity="bias", channel="edge 1 (0-1)", value=0.5, uncertainty=0.02, unit="V/s"),
        Value(quantity="bias growth", channel="board", value=0.01, uncertainty=0.001, unit="1/V"),
    )
    fields = {
        "id": f"{routine}-{issued:%d}",
        "routine": routine,
        "serial": serial,
        "board": "4×4",
        "issued": issued,
        "expires": issued + timedelta(days=days),
        "operator": "Ada",
        "method": "drift",
        "conditions": {"bursts": 3},
        "raw": f"{routine}.npz",
        "verdict": Verdict.PASS,
        "values": values,
    }
    return Calibration(**(fields | changes))


@pytest.fixture
def store(tmp_path):
    return CalibrationStore(tmp_path / "kept")


def state(store, at, routine="bias"):
    (entry,) = status(store, "B 7", (routine,), at)
    return entry


@pytest.mark.parametrize(
    ("days", "expected", "colour", "words"),
    [
        (1.0, "valid", "green", "valid for 9 days"),
        (9.5, "expires soon", "amber", "valid for 12 h only; calibrate bias soon"),
        (10.0, "expired", "red", "expired"),
        (13.0, "expired", "red", "expired 3 days ago; calibrate bias"),
    ],
)
def test_a_calibration_ages_from_green_over_amber_to_red(store, days, expected, colour, words):
    store.append(record())
    entry = state(store, ISSUED + timedelta(days=days))
    assert (entry.state, entry.colour, entry.usable) == (expected, colour, colour != "red")
    assert words in entry.sentence


def test_one_never_done_is_missing_and_one_that_failed_is_red(store):
    assert state(store, ISSUED).state == "missing"
    assert "never calibrated" in state(store, ISSUED).sentence
    fault = Finding(kind="edge dead", channel="edge 3 (0-3)", text="edge 3 is dead")
    store.append(record(verdict=Verdict.FAIL, findings=(fault,)))
    entry = state(store, ISSUED)
    assert (entry.state, entry.usable) == ("failed", False)
    assert "edge 3 is dead" in entry.sentence


def test_one_issued_in_the_future_is_not_trusted(store):
    store.append(record())
    entry = state(store, ISSUED - timedelta(hours=3))
    assert (entry.state, entry.colour, entry.usable) == ("issued in the future", "red", False)
    assert "bias was issued 3 h in the future, a clock is or was wrong; set this computer's" in entry.sentence
    assert state(store, ISSUED).state == "valid"


def test_a_store_is_tried_out_without_a_trace(store, tmp_path):
    store.try_out("B 7")
    assert list(store.board_folder("B 7").iterdir()) == []
    store.append(record())
    store.try_out("B 7")
    assert len(store.history("B 7")) == 1
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match=r"cannot be stored: ."):
        CalibrationStore(tmp_path / "file").try_out("B 7")


def test_the_latest_counts_and_the_history_stays(store):
    store.append(record(), {"moved": np.arange(3.0)})
    newer = record(issued=ISSUED + timedelta(days=30))
    folder = store.append(newer)
    store.append(record("edges"))
    assert [c.id for c in store.history("B 7", "bias")] == ["bias-01", "bias-31"]
    assert store.latest("B 7")["bias"] == newer
    assert store.boards() == ["B 7"]
    assert store.history("another board") == []
    with np.load(folder / "bias.npz") as raw:
        assert raw["moved"].tolist() == [0.0, 1.0, 2.0]


def test_a_record_has_all_that_belongs_to_a_value():
    flat = record().records()
    assert len(flat) == 2
    assert set(flat[0]) >= {
        "quantity", "channel", "serial", "value", "uncertainty", "unit", "method", "conditions", "operator",
        "raw", "issued", "expires",
    }  # fmt: skip
    mean, u = record().column("bias", "edge", 3)
    assert np.isnan(mean[[0, 2]]).all()
    assert (mean[1], u[1]) == (0.5, 0.01)  # stated with k = 2


def test_a_damaged_line_is_one_sentence_that_names_it(store):
    folder = store.append(record())
    file = folder / "calibrations.jsonl"
    whole = file.read_text("utf-8")
    file.write_text(whole + whole[: len(whole) // 2], "utf-8")
    with pytest.raises(DataError, match=r"calibrations.jsonl: line 2 is damaged .*restore a copy"):
        status(store, "B 7")
    file.write_text(whole.replace('"uncertainty":0.02', '"uncertainty":-0.02'), "utf-8")
    with pytest.raises(DataError, match=r"line 1 is damaged \(values.0.uncertainty"):
        store.latest("B 7")


def test_a_store_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match=r"cannot be stored: ."):
        CalibrationStore(tmp_path / "file").append(record())


def test_a_calibration_must_expire_after_it_was_issued():
    with pytest.raises(ValidationError, match="expires after it was issued"):
        record(days=0.0)


def test_serials_become_folder_names_that_exist_anywhere(store):
    assert store.board_folder("../../etc").parent == store.folder
    assert store.board_folder("a/b c:7").name == "a_b_c_7"
