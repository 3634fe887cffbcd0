"""What pages say of risks and worries."""

from datetime import UTC, date, datetime

import pytest

from portal.core.filters import moment
from portal.people.models import Group
from portal.risks import words
from portal.risks.models import Did, Risk, RiskLook, Worry
from portal.risks.queries import MOST_COUNTED, Asked, Found

NOON = datetime(2020, 11, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize("did", Did)
def test_each_thing_that_can_be_done_has_its_sentence(did):
    says = words.did(RiskLook(did=did), "Imani Okafor", "Sam Hill")
    assert says.startswith("Imani")
    assert "Okafor" not in says
    assert ("Sam" in says) == (did is Did.HANDED)


def test_what_the_host_does_from_then_on_is_said_of_a_look_alone():
    looked = RiskLook(did=Did.LOOKED, looked_at=NOON, words="Fine.", does="Check the gate")
    handed = RiskLook(did=Did.HANDED, looked_at=NOON, does="Check the gate")
    assert words.look_facts(looked) == f"{moment(NOON)}. Fine. From then on: Check the gate"
    assert words.look_facts(handed) == moment(NOON)


def test_who_left_is_said_to_have_left_while_the_line_is_open():
    open_, closed = Risk(number=7, look_again_on=date(2027, 1, 4)), Risk(number=8, closed_at=NOON)
    assert words.holder(Found(open_, None, "Imani Okafor", False), "Hearthrow").endswith("no longer works at Hearthrow")
    assert words.holder(Found(open_, None, "Imani Okafor", True), "Hearthrow") == "Imani Okafor"
    assert words.holder(Found(closed, None, "Imani Okafor", False), "Hearthrow") == "Imani Okafor"
    again = "C7, for all groups, with Imani. They look again on Monday 4 January 2027"
    assert words.carried(Found(open_, None, "Imani Okafor", True)) == again
    assert words.carried(Found(closed, Group(), "Imani Okafor", True)) == "C8, for us, with Imani"


def test_a_trustee_who_has_seen_a_worry_is_named_with_their_words():
    worry = Worry(number=9, added_at=NOON, to_trustees=True, seen_words="Thank you.")
    asked = Asked(worry, Group(), "Bernie Cole", None, "Ada Lund", None)
    assert words.seen(asked) == "Ada, a trustee, has seen it. Thank you."
    assert words.worry_facts(worry) == f"{moment(NOON)}. They ask that the trustees see it."
    assert words.title(None, asked) == "Y9 · Risks"


def test_a_view_counts_no_further_than_it_looks():
    assert (words.count(MOST_COUNTED - 1), words.count(MOST_COUNTED)) == ("99", "99+")


def test_the_desk_offers_the_keys_of_who_looks():
    assert len(words.keys(coordinates=True, oversees=True)) == 8
    assert words.keys(coordinates=False, oversees=True)[1:] == [("A", "seen")]
    assert words.keys(coordinates=False, oversees=False) == [("J K", "next, back")]
