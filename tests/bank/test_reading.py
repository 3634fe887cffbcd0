"""A bank's file in any shape says the same lines; whatever is wrong with one ends as a plain sentence."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.bank import statement_files
from portal.bank.statement import Line, Statement, Unreadable
from portal.bank.statement_files import Asked, Known, fresh, marks, read
from tests.bank import samples

TODAY = date(2026, 11, 9)
SAID = sorted([(date(2026, 11, 3), -9000), (date(2026, 11, 3), -9000), (date(2026, 11, 4), 4800_00)])
TABLES = {
    "one signed amount": samples.SIGNED,
    "paid in and paid out, with words above": samples.TWO_COLUMNS,
    "semicolons": samples.SEMICOLONS,
    "tabs": samples.TABS,
    "no names of columns": samples.NO_HEADER,
    "Windows' ends of lines": samples.SIGNED.replace("\n", "\r\n"),
    "the time of day": samples.SIGNED.replace("04/11/2026", "04/11/2026 09:20:15"),
    "empty columns behind": samples.SIGNED.replace("910.00\n", "910.00,,\n"),
}
ENCODINGS = ("utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be")
VERSIONS = [f"{n:02}" for n in range(2, 14)]


def taken(content: bytes | str) -> Statement:
    """The file read, its columns taken as they were guessed."""
    content = content.encode() if isinstance(content, str) else content
    found = read(content, TODAY)
    if isinstance(found, Asked):
        found = read(content, TODAY, found.columns)
    assert isinstance(found, Statement)
    return found


@pytest.mark.parametrize("shape", TABLES)
def test_a_table_of_any_shape_says_the_same(shape):
    found = taken(TABLES[shape])
    assert sorted((line.on, line.pence) for line in found.lines) == SAID
    assert {line.words for line in found.lines} == {"HALL HIRE R102", "COMMUNITY HANDS GRANT"}
    if shape != "no names of columns":
        assert (found.closing_pence, found.closing_on) == (samples.CLOSING, date(2026, 11, 4))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_letters_arrive_as_they_were_in_any_encoding(encoding):
    found = taken(samples.SIGNED.replace("HALL", "CAFÉ £5 HALL").encode(encoding))
    assert found.lines[0].words == "CAFÉ £5 HALL HIRE R102"


def test_a_table_is_asked_about_until_its_columns_are_known():
    asked = read(samples.TWO_COLUMNS.encode(), TODAY)
    assert isinstance(asked, Asked)
    found = asked.columns
    assert (found.day, found.words, found.paid_out, found.paid_in, found.balance, found.amount) == (0, 2, 3, 4, 5, None)
    assert asked.rows[0][:3] == ["04 Nov 2026", "Bank credit", "COMMUNITY HANDS GRANT"]
    assert isinstance(read(samples.SIGNED.encode(), TODAY, found), Asked)  # another bank’s: looked at anew


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"day": None}, "Say which column is the day."),
        ({"words": None}, "Say which column has the words."),
        ({"amount": None}, "Say which column is the amount, or which two are paid in and paid out."),
        ({"paid_in": 3}, "Either one amount, or paid in and paid out."),
        ({"paid_out": 3}, "Either one amount, or paid in and paid out."),
    ],
)
def test_what_is_not_said_of_the_columns_is_asked_for(said, sentence):
    asked = read(samples.SIGNED.encode(), TODAY)
    assert isinstance(asked, Asked)
    with pytest.raises(Unreadable) as why:
        read(samples.SIGNED.encode(), TODAY, replace(asked.columns, **said))
    assert str(why.value) == sentence


@pytest.mark.parametrize(
    ("written", "pence"),
    [
        *(("£1,234.56", 1234_56), ("-12.5", -12_50), ("12.50-", -12_50), ("(12.50)", -12_50), ("+7", 7_00)),
        *(("12.50 DR", -12_50), ("12.50CR", 12_50), ("−3.00", -3_00), ("GBP 1.00", 1_00), ("999999999999.99", 10**14 - 1)),
    ],
)
def test_amounts_as_banks_write_them(written, pence):
    assert statement_files.table.pence_of(written, "Line 1") == pence


@pytest.mark.parametrize("content", [samples.OFX_OLD, samples.OFX_OLD.replace("\n<", "<"), samples.OFX_NEW])
def test_ofx_old_and_new(content):
    found = taken(content)
    assert [line.own for line in found.lines] == ["A1", "A2", "A3"]
    assert sorted((line.on, line.pence) for line in found.lines) == SAID
    assert (found.closing_pence, found.closing_on) == (samples.CLOSING, date(2026, 11, 5))
    if content == samples.OFX_OLD:
        assert found.lines[0].words == "HALL HIRE · R102 & thanks"


@pytest.mark.parametrize("version", VERSIONS)
def test_camt_053_of_every_version_without_what_is_pending(version):
    found = taken(samples.camt(version))
    assert [(line.own, line.words) for line in found.lines] == [
        *(("A1", "HALL HIRE · R102"), ("A2", "HALL HIRE · R102"), ("A3", "COMMUNITY HANDS · GRANT")),
    ]
    assert sorted((line.on, line.pence) for line in found.lines) == SAID
    assert (found.closing_pence, found.closing_on) == (samples.CLOSING, date(2026, 11, 4))


@pytest.mark.parametrize("content", [samples.MT940, samples.MT940.replace("\n", "\r\n")])
def test_mt940(content):
    found = taken(content)
    assert [(line.own, line.pence) for line in found.lines] == [("REF1", -9000), ("REF2", -9000), ("REF3", 4800_00)]
    assert found.lines[0].words == "HALL HIRE R102"
    assert (found.closing_pence, found.closing_on) == (samples.CLOSING, date(2026, 11, 4))


@pytest.mark.parametrize("which", samples.AWKWARD)
def test_an_awkward_file_ends_as_one_plain_sentence(which):
    content, sentence = samples.AWKWARD[which]
    with pytest.raises(Unreadable, match=sentence) as said:
        taken(content)
    assert str(said.value).endswith(".")
    assert "\n" not in str(said.value)


@pytest.mark.parametrize("which", samples.OTHER_FILES)
def test_another_kind_of_file_is_named_or_refused(which):
    content, sentence = samples.OTHER_FILES[which]
    with pytest.raises(Unreadable, match=sentence):
        taken(content)


def test_a_file_that_holds_too_many_lines_or_takes_too_long_is_refused(monkeypatch):
    row = "03/11/2026,HALL HIRE,-90.00,910.00\n"
    with pytest.raises(Unreadable, match="too much to read"):
        taken("Date,Description,Amount,Balance\n" + row * 10_001)
    monkeypatch.setattr(statement_files.sandbox, "SECONDS", 0)
    with pytest.raises(Unreadable, match="couldn’t read"):
        taken(samples.SIGNED)


def test_two_equal_lines_of_one_day_are_two():
    assert len(set(marks(taken(samples.NO_HEADER).lines))) == 3


def test_the_same_lines_in_another_kind_of_file_are_not_new():
    first = taken(samples.OFX_OLD)
    known = [Known(mark, line.on, line.pence, "ofx") for mark, line in zip(marks(first.lines), first.lines, strict=True)]
    assert fresh(taken(samples.SIGNED), known) == []
    more = taken(samples.NO_HEADER + "03/11/2026,HALL HIRE R102,-90.00\n")
    assert [line.pence for _, line in fresh(more, known)] == [-90_00]


PENCE = st.sampled_from([-1, 1, -250, 4800_00])
WORDS = st.sampled_from(["HALL", "TEA", "HALL  HIRE"])
DAYS = st.lists(st.lists(st.tuples(PENCE, WORDS), max_size=5), min_size=1, max_size=8)


@settings(max_examples=200, deadline=None)
@given(days=DAYS, spans=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=6), seed=st.integers(0, 99))
def test_overlapping_files_add_each_line_once(days, spans, seed):
    """Whatever whole days files cover, in any order within: in the end each line is there as often as it happened."""
    order = random.Random(seed)
    begins = date(2026, 11, 1)
    true = [Line(begins + timedelta(days=n), pence, words) for n, day in enumerate(days) for pence, words in day]
    known: dict[str, Line] = {}
    covered: set[date] = set()
    for one, other in spans:
        first, last = (begins + timedelta(days=min(one, other))), (begins + timedelta(days=max(one, other)))
        lines = [line for line in true if first <= line.on <= last]
        order.shuffle(lines)
        there = [Known(mark, line.on, line.pence, "csv") for mark, line in known.items()]
        known |= dict(fresh(Statement("csv", lines), there))
        assert (
            fresh(Statement("csv", lines), [Known(mark, line.on, line.pence, "csv") for mark, line in known.items()]) == []
        )
        covered |= {line.on for line in lines}

    def told(line):
        return line.on, line.pence, line.words

    assert sorted(map(told, known.values())) == sorted(told(line) for line in true if line.on in covered)
