"""`labctl calibrate`, the gate before a run, and `labctl runs compare --twin`, as a user types them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from calibration import ROUTINES, CalibrationStore, Routine
from calibration import Result as Outcome
from calibration.records import now_utc
from labctl.bench_files.load import load_bench
from labctl.calibrating.carrying_out import prepare_bench, standard_wiring
from labctl.cli import app
from protocols import ConfigError
from sim_backend import Imperfections, read_doses

EXAMPLES = Path(__file__).parents[3] / "examples"
BENCHES = Path(__file__).parents[3] / "benches"


def labctl(*words: object) -> Result:
    return CliRunner().invoke(app, [str(w) for w in words])


def refusal(*words: object) -> str:
    done = labctl(*words)
    assert isinstance(done.exception, ConfigError), done.output
    return str(done.exception)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def test_a_routine_is_stored_drawn_and_told(store: Path) -> None:
    done = labctl("calibrate", "clamp", "--store", store, "--json")
    assert done.exit_code == 0, done.output
    (told,) = json.loads(done.stdout)["calibrations"]
    assert (told["routine"], told["verdict"], told["serial"]) == ("clamp", "pass", "SIM-0001 seed 0")
    assert Path(told["figure"]).stat().st_size > 10_000
    with np.load(told["raw"]) as raw:
        assert raw["displacement"].shape == (400, 2)
    kept = CalibrationStore(store).latest("SIM-0001 seed 0")["clamp"]
    assert kept.id == told["id"]
    entries = json.loads(labctl("calibrate", "status", "--store", store, "--json").stdout)["calibrations"]
    states = {e["routine"]: e["state"] for e in entries}
    assert states.pop("clamp") == "valid"
    assert set(states.values()) == {"missing"}
    text = labctl("calibrate", "status", "--store", store).stdout
    assert "clamp is valid for 7 days" in text


def test_a_simulated_board_with_other_doses_is_another_board(store: Path) -> None:
    def states(*words: str) -> dict[str, tuple[str, str]]:
        status = json.loads(labctl("calibrate", "status", "--store", store, "--json", *words).stdout)
        return {e["routine"]: (e["state"], e["sentence"]) for e in status["calibrations"]}

    doses = ("--imperfections", "lattice-paper", "--set", "imperfections.adc_noise=0.2 mV")
    assert labctl("calibrate", "clamp", "--store", store, "--no-figures", *doses).exit_code == 0
    assert states(*doses)["clamp"][0] == "valid"
    assert states(*doses[:2])["clamp"][0] == states()["clamp"][0] == "missing"
    assert states(*doses, "--set", "board.gate_min=0.8 V")["clamp"][0] == "missing"
    hint = "labctl calibrate dac --imperfections lattice-paper --set 'imperfections.adc_noise=0.2 mV'"
    assert hint in states(*doses)["dac"][1]


def test_no_twin_is_made_of_numbers_that_fit_no_board(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def made(name: str, kind: str) -> Routine:
        def run(*_: object) -> Outcome:
            found = Outcome("made")
            if kind:
                found.fault(kind, "edge 6 (06-10)", f"{kind} here")
            return found

        return replace(ROUTINES[name], run=run)

    def twin(kinds: dict[str, str]) -> tuple[int, dict[str, Any]]:
        routines = {name: made(name, kinds.get(name, "")) for name in ROUTINES}
        monkeypatch.setattr("labctl.calibrating.carrying_out.ROUTINES", routines)
        done = labctl("calibrate", "twin", "--store", store, "--no-figures", "--json")
        return done.exit_code, json.loads(done.stdout)

    for _ in range(2):  # what fits no board is measured again, and is no reason for a twin the second time
        code, told = twin({"bias": "no fit"})
        assert (code, "twin" in told) == (1, False)
        assert told["failures"] == ["no twin is made of numbers that fit no board; bias: no fit here"]
    assert [c["routine"] for c in told["calibrations"]] == ["bias"]
    code, told = twin({"bias": "edge dead"})
    assert (code, told["broken"]) == (1, ["bias: edge dead here"])
    assert Path(told["twin"]).is_file()
    assert twin({})[1] == told | {"calibrations": []}  # still told, with nothing measured


def test_a_fault_fails_the_command_and_is_named(store: Path) -> None:
    doses = store.parent / "off.toml"
    doses.write_text("[faults]\nwires_off = [13]\n", "utf-8")
    done = labctl("calibrate", "wiring", "--imperfections", doses, "--store", store, "--no-figures")
    assert done.exit_code == 1
    assert "the wire of source source 13 to node 13 is off in both copies" in done.stdout


def test_what_cannot_be_done_is_one_sentence(store: Path, tmp_path: Path) -> None:
    assert "there are wiring, dac" in refusal("calibrate", "biass", "--store", store)
    assert 'write "12h" or "7d"' in refusal("calibrate", "clamp", "--valid-for", "soon", "--store", store)
    bench = tmp_path / "b.toml"
    bench.write_text('kind = "sim"\n[calibration]\nrequired = ["biass"]\n', "utf-8")
    assert "calibration.required: 'biass' is no calibration" in refusal(
        "calibrate", "status", "--bench", bench
    )
    assert "give --twin" in refusal("runs", "compare", "1", "--out", tmp_path)
    assert "--twin-file: is no file of a twin" in refusal("runs", "compare", "1", "--twin-file", "none")
    assert "at most 3650 days" in refusal("calibrate", "dac", "--valid-for", "99999999 days")
    assert "--out: is where a twin is written" in refusal("calibrate", "dac", "--out", tmp_path / "x.toml")


def _run(bench: Path, out: Path, *more: object) -> Result:
    return labctl(
        "run", EXAMPLES / "regression.toml", "--bench", bench, "--out", out, "--no-figures", "--json",
        "--set", "training.cycles=200", "--set", "record.rounds=5", *more,
    )  # fmt: skip


def test_an_expired_calibration_stops_a_run_unless_a_reason_is_given(store: Path, tmp_path: Path) -> None:
    bench, out = tmp_path / "bench.toml", tmp_path / "runs"
    bench.write_text(f'kind = "sim"\n[calibration]\nrequired = ["timing"]\nstore = "{store}"\n', "utf-8")
    assert labctl("calibrate", "timing", "--bench", bench, "--no-figures").exit_code == 0
    done = _run(bench, out)
    assert done.exit_code == 0, done.output
    assert _manifest(out)["calibrations"][0]["state"] == "valid"
    assert _manifest(out)["calibration_override"] is None

    kept = CalibrationStore(store)
    (last,) = kept.history("SIM-0001 seed 0")
    then = now_utc() - timedelta(days=40)
    kept.append(last.model_copy(update={"issued": then, "expires": then + timedelta(days=30)}))
    problem = refusal_of(_run(bench, out))
    assert f"timing expired 10 days ago; run 'labctl calibrate timing --bench {bench}'" in problem
    assert "--uncalibrated REASON" in problem
    assert len(list(out.glob("*/*/manifest.json"))) == 1  # nothing was made

    done = _run(bench, out, "--uncalibrated", "clock was changed yesterday")
    assert done.exit_code == 0, done.output
    assert _manifest(out)["calibration_override"] == "clock was changed yesterday"
    assert _manifest(out)["calibrations"][0]["state"] == "expired"


def refusal_of(done: Result) -> str:
    assert done.exit_code != 0
    return str(done.exception)


def _manifest(out: Path) -> dict[str, Any]:
    return dict(json.loads(max(out.glob("*/*/manifest.json")).read_text("utf-8")))


def test_a_run_is_compared_with_its_twin_edge_by_edge(tmp_path: Path) -> None:
    out, doses = tmp_path / "runs", tmp_path / "doses.toml"
    bias = [0.5 * (-1) ** e for e in range(32)]
    doses.write_text(f'[per_edge]\nbias = {{ values = {bias}, unit = "V/s" }}\n', "utf-8")
    done = labctl(
        "run", EXAMPLES / "memory-cycle.toml", "--imperfections", doses, "--seed", 2, "--out", out,
        "--no-figures", "--json", "--set", "training.cycles=2000", "--set", "record.rounds=5",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    same = json.loads(labctl("runs", "compare", 1, "--twin-file", doses, "--out", out, "--json").stdout)
    assert same["residual_rms_of_span"] == pytest.approx(0.0, abs=1e-9)
    assert same["nominal_residual_rms_of_span"] > 0.02
    assert same["disagreeing_edges"] == []
    assert Path(same["figure"]).stat().st_size > 10_000

    bias[7] += 1.5
    doses.write_text(f'[per_edge]\nbias = {{ values = {bias}, unit = "V/s" }}\n', "utf-8")
    other = json.loads(
        labctl("runs", "compare", 1, "--twin-file", doses, "--out", out, "--json", "--no-figures").stdout
    )
    assert other["disagreeing_edges"][0] == 7
    text = labctl("runs", "compare", 1, "--twin-file", doses, "--out", out, "--no-figures").stdout
    assert "edge 7" in text
    assert "there is no twin of board SIM-0001 seed 2" in refusal(
        "runs", "compare", 1, "--twin", "--out", out, "--store", tmp_path / "none"
    )


def test_a_twin_of_published_drift_tests_is_a_preset(tmp_path: Path) -> None:
    import scipy.io

    time = np.concatenate([[1e-4, 0.9], 1 + 0.03 * np.arange(60)])
    moving = np.minimum(np.maximum(time - 0.9, 0), 0.5)
    for k, (minus, plus) in {1: (4.0, 1.8), 2: (1.8, 4.9)}.items():
        speed = 1 + 0.3 * moving
        scipy.io.savemat(
            tmp_path / f"exp1DriftTest_{k}.mat",
            {"GMINUS": 2.3 + minus * moving * speed, "GPLUS": 2.7 + plus * moving * speed, "time": time},
        )
    out = tmp_path / "twin.toml"
    words = [w for k in (1, 2) for w in ("--drift", tmp_path / f"exp1DriftTest_{k}.mat")]
    assert labctl("calibrate", "twin", *words, "--out", out).exit_code == 0
    doses = Imperfections.model_validate(read_doses(str(out)))
    assert doses.per_edge.bias[0] > 2
    assert doses.per_edge.bias[1] > 3
    assert "makes a twin only" in refusal("calibrate", "bias", *words, "--out", out)


def test_an_ideal_board_is_told_as_what_it_is(store: Path) -> None:
    """The default bench: nothing to find, and every routine says so instead of fitting rounding errors."""
    for name in ("clamp", "bias"):
        assert labctl("calibrate", name, "--store", store, "--no-figures").exit_code == 0
    found = CalibrationStore(store).latest("SIM-0001 seed 0")
    assert {v.value for v in found["clamp"].values if v.quantity == "label step"} == {0.0}
    growth = found["bias"].single("bias growth")
    assert growth is not None
    assert growth.value == 0.0
    assert 0.0 < growth.uncertainty <= 2.0
    biases = [v for v in found["bias"].values if v.quantity == "bias"]
    assert all(abs(v.value) < 2 * v.uncertainty < 1e-3 for v in biases)
    assert found["bias"].findings == ()


def test_a_routine_that_comes_to_nothing_does_not_keep_others_from_running(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise np.linalg.LinAlgError("Singular matrix")

    few = {name: ROUTINES[name] for name in ("wiring", "dac", "adc")}
    few["dac"] = replace(few["dac"], run=broken)
    for module in ("labctl.cli.calibrate", "labctl.calibrating.carrying_out"):
        monkeypatch.setattr(f"{module}.ROUTINES", few)
    done = labctl("calibrate", "all", "--store", store, "--no-figures", "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert [c["routine"] for c in told["calibrations"]] == ["wiring", "adc"]
    assert told["failures"] == [
        "dac: what was read makes no sense (Singular matrix); check the wires, then measure again"
    ]
    assert set(CalibrationStore(store).latest("SIM-0001 seed 0")) == {"wiring", "adc"}


def test_a_store_that_cannot_be_used_is_noticed_before_anything_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "labctl.calibrating.carrying_out.calibrate", lambda *_: pytest.fail("measured all the same")
    )
    (tmp_path / "file").write_text("in the way", "utf-8")
    done = labctl("calibrate", "all", "--store", tmp_path / "file")
    assert "cannot be stored: Not a directory; choose another folder with --store" in str(done.exception)


def test_the_status_of_a_bench_needs_no_wires_and_its_routines_take_its_own(tmp_path: Path) -> None:
    bench = BENCHES / "emulated-daq.toml"
    text = labctl("calibrate", "status", "--bench", bench, "--store", tmp_path, "--set", "serial=B 7").stdout
    assert "board B 7" in text
    assert f"'labctl calibrate wiring --bench {bench}'" in text.replace("\n", "")
    assert "did you mean serial?" in refusal("calibrate", "status", "--bench", bench, "--set", "serail=B 7")
    wiring = prepare_bench(load_bench(str(bench), None, 0), None, tmp_path, 0).wiring
    assert (wiring.source_nodes, wiring.target_nodes) == ((1, 5, 9), (0,))
    other = prepare_bench(load_bench(str(BENCHES / "emulated.toml"), None, 0), None, tmp_path, 0).wiring
    assert other.source_nodes == standard_wiring().source_nodes
    square = tmp_path / "square.toml"
    square.write_text(
        (BENCHES / "emulated.toml").read_text("utf-8").replace("columns = 4", "columns = 5"), "utf-8"
    )
    with pytest.raises(ConfigError, match=r"wires\..*with --experiment"):
        prepare_bench(load_bench(str(square), None, 0), None, tmp_path, 0)


def _ran(out: Path, doses: Path) -> Path:
    done = labctl(
        "run", EXAMPLES / "regression.toml", "--out", out, "--no-figures", "--json", "--imperfections", doses,
        "--set", "training.cycles=2000", "--set", "record.rounds=9",
        "--set", "training.stop_below=6 mV",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    return Path(json.loads(done.stdout)["path"])


def _compared(run: Path, doses: Path) -> dict[str, Any]:
    words = ("runs", "compare", run, "--twin-file", doses, "--json", "--no-figures")
    return dict(json.loads(labctl(*words).stdout))


def test_a_run_is_run_again_just_as_far_as_it_got(tmp_path: Path) -> None:
    """Whatever rule the twin meets earlier, or the run met, or whoever stopped the run."""
    plain, biased = tmp_path / "plain.toml", tmp_path / "biased.toml"
    plain.write_text('bias_mean = "0 V/s"\n', "utf-8")
    biased.write_text('bias_spread = "30 V/s"\n', "utf-8")
    whole = _ran(tmp_path / "runs", biased)
    ended = _ran(tmp_path / "runs", plain)  # by its rule, after some hundred cycles
    assert _compared(whole, plain)["rounds"] == 9  # although its twin meets the rule earlier
    same, other = _compared(ended, plain), _compared(ended, biased)
    assert same["rounds"] < 9
    assert same["twin_error_end_V2"] == pytest.approx(same["error_end_V2"])
    assert other["rounds"] == same["rounds"]

    experiment = whole / "experiment.toml"  # as if twice as much had been asked for, and it had been stopped
    text = experiment.read_text("utf-8")
    assert "cycles = 2000\n" in text
    experiment.write_text(text.replace("cycles = 2000\n", "cycles = 5000\n"), "utf-8")
    stopped = _compared(whole, biased)
    assert stopped["twin_error_end_V2"] == pytest.approx(stopped["error_end_V2"])
    assert stopped["residual_rms_of_span"] == pytest.approx(0.0, abs=1e-9)
