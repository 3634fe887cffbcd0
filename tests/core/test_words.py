"""Pounds, days and boxes on forms: what people type and what they read."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from werkzeug.datastructures import MultiDict

from portal.core import filters, workdays
from portal.core.forms import DayField, PlainForm, PoundsField, not_in_future


class Form(PlainForm):
    amount = PoundsField("How much")
    day = DayField("When", [not_in_future])


def typed(**boxes) -> Form:
    form = Form(MultiDict(boxes))
    form.validate()
    return form


@pytest.mark.parametrize(
    ("words", "pence"), [("6", 600), ("6.5", 650), ("£1,250.00", 125_000), (" 0.01 ", 1), ("6.", 600), ("", None)]
)
def test_pounds_as_people_write_them(words, pence):
    form = typed(amount=words)
    assert (form.amount.data, list(form.amount.errors)) == (pence, [])


@pytest.mark.parametrize(
    ("words", "pence"),
    [
        *(("12,50", 12_50), ("3,00", 3_00), ("£0,05", 5), ("12,5", 12_50), ("1250,00", 125_000)),
        *(("1,250", 125_000), ("12,500", 1_250_000), ("1,250,000.5", 125_000_050), ("1 250.00", 125_000), ("£ 6", 600)),
    ],
)
def test_a_comma_is_for_thousands_before_three_digits_and_for_pence_before_fewer(words, pence):
    form = typed(amount=words)
    assert (form.amount.data, list(form.amount.errors)) == (pence, [])


@pytest.mark.parametrize(
    "words",
    [
        *("six quid", "0", "-5", "1e12", "1.234", "999999999999", "٣", "６", "NaN", "1 2 3 x"),
        *("1,2,3", "1,2500", "1,250,00", "12,50.00", "1250,000", "0,500", "1.250,00", ",50", "12,", "1,,250", "12 50"),
    ],
)
def test_pounds_that_are_none_get_a_sentence_and_stay_as_typed(words):
    form = typed(amount=words)
    assert form.amount.errors
    assert form.amount._value() == words
    assert form.amount.data is None


@pytest.mark.parametrize("words", ["2026-11-09", "9/11/2026", "09.11.2026", "9 November 2026", "9 Nov 2026"])
def test_days_as_people_write_them(words):
    with time_machine.travel("2026-11-24 12:00+00:00"):
        assert typed(day=words).day.data == date(2026, 11, 9)


@pytest.mark.parametrize("words", ["31/2/2026", "yesterday", "2026-13-01", "29/2/2027", "2099-01-01"])
def test_days_that_are_none_get_a_sentence(words):
    assert typed(day=words).day.errors


def test_leap_day_is_a_day():
    with time_machine.travel("2028-03-02 12:00+00:00"):
        assert typed(day="29/2/2028").day.data == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("pence", "words"), [(1146, "£11.46"), (0, "£0.00"), (-1410, "−£14.10"), (123_456_789, "£1,234,567.89")]
)
def test_pounds_read(pence, words):
    assert filters.pounds(pence) == words


def test_times_are_londons_on_both_sides_of_the_clock_change():
    with time_machine.travel("2026-10-26 12:00+00:00"):
        assert filters.moment(datetime(2026, 10, 24, 23, 30, tzinfo=UTC)) == "Yesterday, 12:30am"
        assert filters.moment(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)) == "Yesterday, 1:30am"


def test_a_line_of_facts_begins_with_what_there_is():
    assert filters.after("Today, 6:40pm", "R101", "our budget") == "R101, our budget, today, 6:40pm"
    assert filters.after("Yesterday, 6:40pm", None, "our budget") == "Our budget, yesterday, 6:40pm"
    assert filters.after("Today, 6:40pm", None, "") == "Today, 6:40pm"


def test_working_days_know_the_bank_holidays():
    assert workdays.after(date(2026, 12, 23), 3) == date(2026, 12, 30)  # Boxing Day is a Saturday: Monday off instead
    assert workdays.after(date(2026, 4, 2), 1) == date(2026, 4, 7)  # Easter
