"""What the pages say of receipts: each sentence by itself."""

from datetime import date, datetime
from types import SimpleNamespace as Row

import pytest

from portal.receipts import words
from portal.receipts.queries import Line
from portal.receipts.states import State

NOW = datetime(2026, 11, 30, 12)


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(NOW)


@pytest.mark.parametrize(
    ("state", "facts", "sentence"),
    [
        (State.WE_HAVE_IT, {}, "You can stop here. Host has it. It’s paid once one of us asks for it."),
        (State.QUESTION, {"questions": 1}, "One question, when you’re ready. Until then it waits safely."),
        (State.QUESTION, {"questions": 2}, "A few questions, when you’re ready."),
        (State.WITH_GROUP, {}, "It’s with us: our own rule says who says yes. No rush."),
        (State.CHECKING, {"agreed_by": 1}, "We said yes. Host looks at it, usually within 2 working days."),
        (State.CHECKING, {"agreed_by": None}, "Host looks at it, usually within 2 working days."),
        (State.READY, {}, "It’s in order. Host pays it on Friday 4 December 2026."),
        (State.ON_ITS_WAY, {}, "Host sends it to the bank. When the bank says it’s paid, it says so here."),
        (State.PAID, {"paid_on": NOW.date()}, "Paid today. There’s nothing more to do."),
        (State.ON_HOLD, {}, "Two bills of one number."),
        (State.TAKEN_BACK, {"restorable_until": NOW}, "In the bin until today. Nothing is paid for it."),
    ],
)
def test_the_group_reads_how_it_stands(state, facts, sentence):
    asked = [object()] * facts.pop("questions", 0)
    found = Row(state=state, receipt=Row(**facts), open_questions=asked, hold=Row(reason="Two bills of one number."))
    assert words.stands(found, "Host", lambda receipt: date(2026, 12, 4)) == sentence


def test_a_receipt_without_a_name_says_that_we_have_it():
    assert words.heading(Row(label=None, shop=None, title="Receipt R101", ref="R101")) == "We have it · R101"
    assert words.heading(Row(label="Tea", shop=None, title="Tea", ref="R101")) == "Tea"


def test_what_happened_names_who_and_whether_they_were_let():
    def entry(outcome: str) -> Row:
        return Row(outcome=outcome, says="changed the label")

    assert words.happened(entry("allow"), "Imani Okafor") == "Imani changed the label"
    assert words.happened(entry("deny"), "Imani Okafor") == "Imani tried, and wasn’t let: changed the label"
    assert words.happened(entry("propose"), None) == "Trellis asked to change it: changed the label"


def test_a_question_shows_its_answer_or_that_it_waits():
    assert words.answered(Row(answered_at=None)) == "Waiting for the group"
    assert words.answered(Row(answered_at=NOW, answer="")) == "Answered, today"
    assert words.answered(Row(answered_at=NOW, answer="For tea")) == "For tea, today"


@pytest.mark.parametrize(
    ("paid_on", "held_until", "state", "shown"),
    [
        (NOW.date(), None, State.PAID, "R101, today"),
        (None, date(2026, 12, 4), State.ON_HOLD, "R101, until 4 December"),
        (None, date(2026, 11, 4), State.CHECKING, "R101"),
    ],
)
def test_a_list_shows_the_day_that_matters(paid_on, held_until, state, shown):
    line = Line(1, 101, "Tea", None, None, NOW, paid_on, held_until, None, state)
    assert line.below == shown
