"""What pages say of how a group runs."""

from datetime import UTC, date, datetime

import pytest

from portal.governance import words
from portal.governance.models import Item
from portal.governance.queries import Carried
from portal.governance.starting_set import Holder
from portal.people.models import Group

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("facts", "person", "says"),
    [
        ({"holder": Holder.GROUP, "own_way_at": NOON, "note": "By the door"}, None, "Our own way."),
        ({"holder": Holder.GROUP, "note": "By the door"}, None, "By the door."),
        ({"holder": Holder.GROUP, "note": "Where is it?"}, None, "Where is it?"),
        ({"holder": Holder.GROUP, "look_on": date(2027, 6, 1)}, None, ""),
        (
            {"holder": Holder.SHARED, "note": "By the door", "look_on": date(2027, 6, 1), "in_place_at": NOON},
            None,
            "By the door. Look again in June 2027.",
        ),
        ({"holder": Holder.HOST, "host_words": "Covers us!", "note": "Ours"}, "Imani Okafor", "Covers us! With Imani."),
        ({"holder": Holder.HOST}, None, ""),
    ],
)
def test_below_a_name_stands_what_who_holds_it_says(facts, person, says):
    assert words.below(Item(**facts), person, ours=True) == says


def test_the_host_reads_of_a_way_of_theirs():
    assert words.below(Item(holder=Holder.GROUP, own_way_at=NOON), None, ours=False) == "Their own way."


def test_each_side_reads_who_holds_it_from_where_it_stands():
    hosts, shared = Item(holder=Holder.HOST), Item(holder=Holder.SHARED)
    assert words.our_holder(hosts, "Imani Okafor", "Hearthrow") == "Hearthrow, with Imani there"
    assert words.our_holder(shared, None, "Hearthrow") == "We share it"
    assert words.their_holder(hosts, "Imani Okafor") == "We do, with Imani Okafor"
    assert words.their_holder(Item(holder=Holder.GROUP), None) == "They do"


def test_the_board_says_who_covers_for_whom():
    item = Item(holder=Holder.HOST, host_started_at=NOON)
    there = Carried(item, Group(), "Imani Okafor", None, None)
    away = Carried(item, Group(), "Imani Okafor", date(2020, 12, 4), None)
    covered = Carried(item, Group(), "Imani Okafor", date(2020, 12, 4), "Sam Hill")
    assert words.board_line(there) == "In progress, Imani"
    assert words.board_line(away) == "In progress, Imani (away)"
    assert words.board_line(covered) == "In progress, Imani (away; Sam covers)"
    assert words.with_whom(covered) == "Imani Okafor, away until 4 December 2020; Sam Hill covers"
    assert words.with_whom(Carried(item, Group(), None, None, None)) == "Nobody yet"
