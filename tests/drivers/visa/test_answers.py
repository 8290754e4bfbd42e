"""Answers are read strictly: what is not exactly in form is not read at all."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.visa.answers import (
    Identification,
    QueuedError,
    Unreadable,
    is_overload,
    read_error,
    read_identification,
    read_number,
    read_numbers,
    split_answers,
)

_PRINTABLE = st.characters(min_codepoint=32, max_codepoint=126)


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_survives_the_way_instruments_write_it(value: float) -> None:
    assert read_number(f"{value:+.16E}") == value


@pytest.mark.parametrize(
    "text", ["", "nan", "inf", "1_000", "0x10", "1,0", "1.2.3", "+", "1e", "5 V", " 5", "٣", "5.0q"]
)
def test_anything_else_is_no_number(text: str) -> None:
    with pytest.raises(Unreadable, match="is no number"):
        read_number(text)


def test_a_list_must_have_as_many_numbers_as_were_asked_for() -> None:
    assert read_numbers("+1.0E+00, 2,-.5", 3) == [1.0, 2.0, -0.5]
    with pytest.raises(Unreadable, match="2 numbers came, 3 were asked for"):
        read_numbers("1,2", 3)
    with pytest.raises(Unreadable):
        read_numbers("1,,2", 3)


@given(
    parts=st.lists(
        st.one_of(
            st.text(st.characters(min_codepoint=48, max_codepoint=57), min_size=1),
            st.text(_PRINTABLE).map(lambda t: '-1,"' + t.replace('"', "'") + '"'),
        ),
        min_size=1,
    )
)
def test_answers_are_cut_at_semicolons_but_not_inside_quotes(parts: list[str]) -> None:
    assert split_answers(";".join(parts)) == parts


def test_error_entries_of_every_family_are_read() -> None:
    assert read_error('+0,"No error"') == QueuedError(0, "No error")
    assert read_error('0,"No error"').code == 0
    assert read_error('-113,"Undefined header;VOLTT"') == QueuedError(-113, "Undefined header;VOLTT")
    assert str(QueuedError(-222, "Data out of range")) == "-222, Data out of range"
    for text in ("", "0", "+5.0", 'x,"No error"', '0,"No error', '0,"No error"5'):
        with pytest.raises(Unreadable, match="no entry of an error queue"):
            read_error(text)


def test_an_identification_has_four_fields() -> None:
    line = "KEITHLEY INSTRUMENTS INC.,MODEL 2000, 1234567 ,A08 /A02,x"
    assert read_identification(line) == Identification(
        "KEITHLEY INSTRUMENTS INC.", "MODEL 2000", "1234567", "A08 /A02,x"
    )
    for text in ("", "a,b,c", "a,,c,d", "+1.0E+00"):
        with pytest.raises(Unreadable, match="is no identification"):
            read_identification(text)


def test_scpi_writes_beyond_the_range_as_a_huge_number() -> None:
    assert is_overload(9.9e37)
    assert is_overload(-9.9e37)
    assert not is_overload(1000.0)
    assert is_overload(math.inf)
