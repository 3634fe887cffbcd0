"""What the pages say of asks: each sentence by itself."""

from datetime import date, datetime
from types import SimpleNamespace as Row

import pytest

from portal.asks import words
from portal.contact.host_questions import Had

NOW = datetime(2026, 11, 30, 12)


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(NOW)


def _sent(**facts) -> Row:
    own = dict.fromkeys(("released_at", "closed_at", "told_at", "given_at", "skipped_at"))
    own |= {"ref": "A7", "ask": Row(minutes=1, closed_at=None), "is_held": False, "is_open": True}
    return Row(**own | facts)


@pytest.mark.parametrize(
    ("sent", "proposal", "says"),
    [
        (_sent(is_held=True), None, "held, until their hours open or their rest is over"),
        (_sent(closed_at=NOW, released_at=NOW), None, "taken back by the group"),
        (_sent(closed_at=NOW), None, "called off before it left"),
        (_sent(closed_at=NOW, told_at=NOW, given_at=NOW), None, "answered today"),
        (_sent(skipped_at=NOW), None, "skipped, which is fine"),
        (_sent(released_at=NOW), None, "with them since today"),
        (None, Row(answer="called off", answered_at=NOW), "called off before they answered"),
        (None, Row(answer="no", answered_at=NOW), "they’d rather not"),
        (None, Row(answer=None, answered_at=None, made_at=NOW), "asked first today; no answer is a no"),
    ],
)
def test_the_host_reads_what_became_of_it_at_a_group(sent, proposal, says):
    assert words.became(Row(sent=sent, proposal=proposal)) == says


@pytest.mark.parametrize(
    ("how", "says"),
    [
        (words.NOT_AT_ALL, "not at all. They take answers to what they asked, and nothing else."),
        (words.FIRST_A_YES, "needs their yes first, to one short line about it."),
        (words.HELD, "held until 4 December, while they rest."),
        (words.NOW, "leaves now."),
        (words.LATER, "leaves today, 12:00pm, in the hours they set."),
    ],
)
def test_before_it_is_sent_each_group_has_what_will_happen(how, says):
    assert words.will_be(Row(stands=Row(quiet_until=date(2026, 12, 4)), leaves_at=NOW), how) == says


def test_more_than_we_mean_to_ask_is_said_of_one_or_of_several():
    one = Row(group=Row(name="Kettle"))
    assert "more for Kettle. Waiting" in words.too_much([one])
    assert "more for 2 of these groups. Waiting" in words.too_much([one, one])


def test_what_a_group_had_lately_is_counted_in_words():
    assert Had().sentence == "In the last 30 days we asked nothing of them."
    assert Had(1, 1).sentence == "In the last 30 days we asked them once, about 1 minute in all."
    assert Had(2, 10).sentence == "In the last 30 days we asked them twice, about 10 minutes in all."
    assert Had(3, 12).sentence == "In the last 30 days we asked them 3 times, about 12 minutes in all."


def test_a_line_says_how_many_groups_it_reached_and_why():
    ask = Row(ref="A7", sent_at=NOW, minutes=5, purpose="For the funder.")
    said = [words.sent(Row(ask=ask, groups=count)) for count in (0, 1, 4)]
    assert said == [
        f"A7, today, {at}, about 5 minutes. Why: For the funder." for at in ("at no group yet", "one group", "4 groups")
    ]


def test_what_it_led_to_is_never_left_open():
    ask = {"outcome": None, "look_again_on": None, "closed_at": None}
    assert words.outcome(Row(**ask), "We look") == "It is open."
    assert words.outcome(Row(**ask | {"closed_at": NOW}), "We look") == "It is closed."
    later = Row(**ask | {"look_again_on": date(2026, 12, 4)})
    assert words.outcome(later, "They look") == "Nothing yet. They look again on Friday 4 December 2026."
    assert words.outcome(Row(**ask | {"outcome": "A grant."}), "We look") == "What it led to: A grant."


@pytest.mark.parametrize(
    ("facts", "line", "lead"),
    [
        ({"given_at": NOW}, "We answered.", "We answered today. Until Host closes it, we can change that or take it back."),
        ({"skipped_at": NOW}, "We skipped it.", "We skipped it. We can still answer, if we like."),
        ({}, "Ours to answer or skip.", "We can answer it, or some of it, or skip it. No answer is fine too."),
        ({"is_open": False}, "We didn’t answer, which is fine.", "It is closed."),
        ({"is_open": False, "closed_at": NOW}, "We didn’t answer, which is fine.", "We took it back."),
    ],
)
def test_a_group_reads_what_it_did_and_can_do(facts, line, lead):
    sent = _sent(released_at=NOW, **facts)
    assert words.reached_us(sent) == f"A7, today, about 1 minute. {line}"
    assert words.stands(sent, "Host") == lead
