"""What pages say of documents."""

from datetime import timedelta

import pytest

from portal.autonomy.areas import Level
from portal.core import clock
from portal.core.filters import day, full_day
from portal.documents import words
from portal.documents.models import Document, HostDocument, Kind, Version
from portal.documents.queries import Line
from portal.documents.rules import Rule
from portal.spending.models import Needs


def _line(kind: Kind, newest: Version, counts: Version | None = None) -> Line:
    return Line(Document(kind=kind, number=7, current=newest.number, marked_at=clock.now()), newest, counts, "Imani")


def test_a_list_says_of_each_document_what_comes_next():
    now = clock.now()
    waits, accepted = Version(number=2), Version(number=2, accepted_at=now)
    signed = Version(number=1, accepted_at=now, signed_at=now)
    assert words.our_line(_line(Kind.OURS, waits), "Hearthrow") == "Version 2, today"
    assert words.our_line(_line(Kind.AGREEMENT, waits), "Hearthrow") == "Ours, waiting for our own yes"
    assert words.our_line(_line(Kind.OFFERED, waits), "Hearthrow") == "Hearthrow offers it. No hurry."
    assert words.our_line(_line(Kind.OFFERED, accepted), "Hearthrow") == "We accepted it; Hearthrow signs next"
    assert words.our_line(_line(Kind.OFFERED, signed, signed), "Hearthrow") == "Signed by both sides"
    assert words.their_line(_line(Kind.OFFERED, signed, signed)) == "Version 1 is signed by both sides"
    assert words.their_line(_line(Kind.OFFERED, waits)) == "Version 2 is with them"
    both = "Version 1 is signed by both sides. They accepted version 2: yours to sign"
    assert words.their_line(_line(Kind.OFFERED, accepted, signed)) == both


def test_below_a_name_stand_its_facts():
    plain, offered = Document(kind=Kind.OURS, number=7), Document(kind=Kind.OFFERED, number=8, about="insurance")
    assert words.our_facts(plain, "Hearthrow") == "D7"
    assert words.our_facts(offered, "Hearthrow") == "D8, insurance, offered by Hearthrow"
    assert words.their_facts(offered, "Kettle") == "D8, insurance, Kettle"


def test_what_has_ended_is_said_to_have_been_valid():
    today = clock.today()
    past, ahead = today - timedelta(days=400), today + timedelta(days=400)
    ended, valid = HostDocument(valid_until=past), HostDocument(valid_until=ahead)
    assert words.host_line(ended, None) == f"It was valid until {day(past)}. Nobody renews it yet"
    assert words.validity(valid, "Sam") == f"Valid until {full_day(ahead)}. Sam renews it."


@pytest.mark.parametrize(("days", "says"), [(400, "Another version is on its way"), (-400, "Since ")])
def test_a_group_reads_that_a_version_is_on_its_way(days, says):
    starts = clock.today() + timedelta(days=days)
    assert words.shared_line(HostDocument(starts_on=starts)).startswith(says)


def test_a_rule_counts_its_yeses():
    one, two = Rule(Needs.ONE, {1: True}), Rule(Needs.ALL, {1: True, 2: True})
    assert (words.needed(one), words.until_said(one)) == ("1 yes", "1 of us has")
    assert (words.needed(two), words.until_said(two)) == ("2 yeses", "2 of us have")


def test_staff_are_told_how_much_they_read():
    assert "only that there are agreements" in words.what_staff_read(Level.ONLY_US)
    assert words.what_staff_read(Level.ASK_FIRST) == "You read the version that counts now."
