"""The writer of CSV: nothing in it reckons, and everything comes back as it was."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.csv import PLAIN_NUMBER, cell, pounds, written

BAD = "=+-@\t\r"


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "words", ["=1+1", "+44 7700 900123", "-", "@SUM(A1)", "\t=1", "\r=1", "-1+1", "+5", "-1\n", "=", "-٣"]
)
def test_what_would_reckon_has_an_apostrophe_in_front(words):
    assert read(written([[words, "x"]])) == [[f"'{words}", "x"]]


@pytest.mark.parametrize("number", ["-5", "-14.10", "1234.50", "0"])
def test_plain_numbers_stay_numbers(number):
    assert read(written([[number, "x"]])) == [[number, "x"]]


def test_it_says_that_it_is_utf_8():
    assert written([["Berbere / በርበሬ"]]) == b"\xef\xbb\xbf" + "Berbere / በርበሬ\r\n".encode()


@given(st.lists(st.lists(st.one_of(st.none(), st.integers(), st.text(), st.sampled_from(BAD)), min_size=2, max_size=4)))
def test_anything_typed_comes_back_and_never_begins_a_formula(rows):
    rows = [[("" if value is None else str(value)).encode("utf-8", "ignore").decode() for value in row] for row in rows]
    back = read(written(rows))
    assert len(back) == len(rows)
    for row, found in zip(rows, back, strict=True):
        assert [one.removeprefix("'") if was[:1] in tuple(BAD) else one for was, one in zip(row, found, strict=True)] == row
        assert not any(one[:1] in tuple(BAD) and not PLAIN_NUMBER.fullmatch(one) for one in found)


@given(st.integers(-(10**15), 10**15))
def test_pence_are_plain_pounds(pence):
    text = pounds(pence)
    assert cell(text) == text
    assert round(float(text) * 100) == pence or abs(pence) > 2**52
    assert int(text.replace(".", "")) == pence
