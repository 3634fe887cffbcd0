"""What the page of figures says."""

from dataclasses import replace
from datetime import date

from portal.accountability import words
from portal.accountability.charts import Lane, Picture
from portal.accountability.figures import Figures
from portal.accountability.queries import Line

NONE = Figures(
    **dict.fromkeys(("kept", "late", "questions", "sent", "holds", "wrong", "undone", "told", "duties", "asks"), 0),
    **dict.fromkeys(("waited", "came_in", "fee"), 0),
    waits=[],
    to_paid={},
)


def test_where_nothing_is_to_count_each_figure_says_so():
    assert words.paid(NONE) == "Nothing to count yet"
    assert words.undone(NONE) == "None"
    assert words.waited(NONE) == "None"
    assert words.holds(NONE) == "0, none wrong"


def test_figures_stand_beside_what_they_are_part_of():
    some = replace(NONE, told=4, waited=2, asks=5, holds=3, wrong=1, to_paid={0: 3, 2: 1})
    assert words.paid(some) == "Half on the same day"
    assert words.paid(replace(some, to_paid={2: 3})) == "Half within 2"
    assert words.undone(some) == "None of 4"
    assert words.waited(some) == "2 of 5"
    assert words.holds(some) == "3, 1 wrong"


def test_what_a_number_counts_is_said_with_it():
    assert [words.working_days(n) for n in (0, 1, 2)] == ["working day", "working day", "working days"]
    assert [words.times(n) for n in (0, 1, 2)] == ["times", "time", "times"]
    assert words.leaf(Picture([], 1, 1, 0), "request") == "One leaf is one request."
    assert words.leaf(Picture([], 1, 3, 0), "request") == "One leaf is up to 3 requests."


def test_a_table_says_how_many_came_late():
    lane = Lane("Soon", [(2, 0), (1, 3)], promise=3)
    assert [words.cell(lane, 0), words.cell(lane, 1)] == ["2", "4, 3 after"]
    assert [words.head(lane), words.head(replace(lane, promise=None))] == ["of 3", "Receipts"]


def test_another_group_is_never_named_to_a_group():
    ours = Line(date(2026, 11, 2), "", ours=True, ref="R7", name="Kettle")
    theirs = replace(ours, ours=False)
    assert words.whose(ours, "Another group", mine=True) == "Ours, R7"
    assert words.whose(theirs, "Another group", mine=True) == "Another group"
    assert words.whose(theirs, "A group", mine=False) == "Kettle, R7"
    assert words.whose(replace(theirs, name=""), "A group", mine=False) == "A group"
