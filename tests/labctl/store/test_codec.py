"""The blob codec gives back every bit, and nothing when a bit has changed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from labctl.store.codec import decode, encode, smallest_unsigned
from protocols.errors import DataError

DTYPES = st.sampled_from(["f8", "f4", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "?", ">f8", ">i4"])
SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=6)
ARRAYS = DTYPES.flatmap(lambda d: hnp.arrays(np.dtype(d), SHAPES))
NOTES = st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5) | st.floats(allow_nan=False))


def bits(array: np.ndarray) -> bytes:
    return np.asarray(array, dtype=array.dtype.newbyteorder("<")).tobytes()


@given(st.dictionaries(st.text(min_size=1, max_size=8), ARRAYS, max_size=4), NOTES)
def test_any_arrays_come_back_bit_for_bit(arrays: dict[str, np.ndarray], notes: dict) -> None:
    found, told = decode(encode(arrays, notes))
    assert told == notes
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        assert found[name].shape == array.shape
        assert found[name].dtype == array.dtype.newbyteorder("<")
        assert bits(found[name]) == bits(array)


@given(hnp.arrays(np.dtype("u8"), st.integers(0, 20)))
def test_every_bit_pattern_of_a_double_survives(patterns: np.ndarray) -> None:
    doubles = patterns.view("f8")  # signalling NaN, denormals, both zeros
    found, _ = decode(encode({"x": doubles}))
    assert found["x"].tobytes() == doubles.tobytes()


def test_views_and_fortran_order_are_stored_as_they_are_indexed() -> None:
    base = np.arange(24.0).reshape(4, 6)
    for view in (base.T, base[::2, 1::3], np.asfortranarray(base), base[::-1]):
        np.testing.assert_array_equal(decode(encode({"x": view}))[0]["x"], view)


def test_an_array_of_equal_values_takes_the_room_of_one() -> None:
    pulses = np.full((20_000, 2), 1e-4)
    assert len(encode({"x": pulses})) < 100
    np.testing.assert_array_equal(decode(encode({"x": pulses}))[0]["x"], pulses)
    assert len(encode({"x": np.array([0.0, -0.0])})) == len(encode({"x": np.array([0.0, 1.0])}))


@given(st.data())
def test_a_changed_byte_is_noticed(data: st.DataObject) -> None:
    blob = encode({"x": np.arange(5.0), "n": np.arange(3)}, {"cycle": 7})
    place = data.draw(st.integers(0, len(blob) - 1))
    flip = data.draw(st.integers(1, 255))
    damaged = blob[:place] + bytes([blob[place] ^ flip]) + blob[place + 1 :]
    with pytest.raises(DataError):
        decode(damaged)


@given(st.integers(0, 200))
def test_a_blob_cut_short_is_noticed(kept: int) -> None:
    blob = encode({"x": np.arange(20.0)})
    with pytest.raises(DataError):
        decode(blob[: min(kept, len(blob) - 1)])


def test_what_is_no_number_is_refused_by_name() -> None:
    for array in (np.array(["a"]), np.array([None]), np.array([1j]), np.zeros(2, "f16")):
        with pytest.raises(DataError, match="'label'"):
            encode({"label": array})


@pytest.mark.parametrize(("highest", "dtype"), [(0, "u1"), (255, "u1"), (256, "u2"), (65536, "u4")])
def test_whole_numbers_take_the_smallest_type(highest: int, dtype: str) -> None:
    values = np.array([0, highest])
    assert smallest_unsigned(values).dtype == np.dtype(dtype)
    np.testing.assert_array_equal(smallest_unsigned(values), values)
    assert smallest_unsigned(np.zeros(0, np.int64)).shape == (0,)
