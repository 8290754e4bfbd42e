import pytest

from benchmarks.calibration_twin import predict
from calibration import Nominal
from calibration.twin import twin_doses
from protocols import DataError
from sim_backend import Imperfections, SimBench

from .boards import LATTICE, SEED, bench, calibrate, config


def limits():
    return SimBench(config()).limits()


def test_the_twin_predicts_a_training_run_it_has_not_seen(found):
    seen = predict(config(), SEED, found, limits())
    assert seen["twin_residual"] < 0.05
    assert seen["nominal_residual"] > 5 * seen["twin_residual"]
    assert seen["floor_ratio"] < 1.3


def test_the_twin_is_a_preset_of_measured_values(found):
    doses = Imperfections.model_validate(twin_doses(LATTICE.network, found, limits(), Nominal()))
    assert len(doses.per_edge.bias) == len(doses.per_edge.threshold_mismatch) == 32
    assert len(doses.per_node.clamp_offset) == 16
    assert doses.label_step == pytest.approx(1.777e-3, rel=1e-3)
    assert doses.bias_spread == doses.adc_offset == 0  # nothing is drawn


def test_broken_parts_are_broken_in_the_twin_too(found):
    broken = bench(config(faults={"open": [26], "dead": [3]}), SEED)
    doses = twin_doses(LATTICE.network, found | {"edges": calibrate(broken, "edges")}, limits(), Nominal())
    assert doses["faults"] == {"dead": [3], "open": [26]}


def test_a_twin_names_the_calibration_it_lacks(found):
    left = {name: c for name, c in found.items() if name != "clamp"}
    with pytest.raises(DataError, match=r"no calibration 'clamp' of this board.*calibrate it first"):
        twin_doses(LATTICE.network, left, limits(), Nominal())
