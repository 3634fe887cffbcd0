"""The demo's groups stand as the shared demo data has them. Written here anew, from that page and not from the portal."""

from datetime import date

import pytest
import sqlalchemy as sa

from portal.activity.models import Entry
from portal.autonomy import queries, standing
from portal.autonomy.areas import Area, Level
from portal.core import clock
from portal.core.db import db
from portal.people.models import Group, Person
from tests import demo as demos

pytestmark = pytest.mark.slow

# story, people, spending, budget, receipts, documents, visibility, contact, support
LEVELS = {
    "Tuesday Kettle": "O A T A T A A T A",
    "The Quiet Allotment": "O O A Y Y T O O A",
    "Nightshift Poets": "O O A A A O A A A",
    "The Long Table": "O O O O O O O O O",
    "Hillfoot Queer Walkers": "O A T T T A O A A",
    "Hearsay Collective": "A A A A T T T T A",
    "Eastmoor Dads’ Table": "O O A A A A O A A",  # the start levels
    "Makers Moving On": "O O A O A O A A A",
}
LETTERS = {"only_us": "O", "ask_first": "A", "tell_after": "T", "you_do": "Y"}


@pytest.fixture(scope="module")
def stands(tmp_path_factory):
    """The demo as it is laid out on its own day: its groups by name."""
    with demos.opened(tmp_path_factory.mktemp("demo-levels"), demos.ITS_OWN_DAY):
        yield {name: number for name, number in db.session.execute(sa.select(Group.name, Group.id))}  # noqa: C416 - rows


def test_every_group_stands_at_the_levels_of_the_demo_data(stands):
    found = {name: standing.of(number).levels for name, number in stands.items()}
    assert {name: " ".join(LETTERS[levels[area]] for area in Area) for name, levels in found.items()} == LEVELS


def test_the_kettle_has_limits_of_its_own_and_the_others_those_of_the_start(stands):
    limits = {name: (now.each_pence, now.month_pence) for name, now in ((n, standing.of(i)) for n, i in stands.items())}
    assert limits == {**dict.fromkeys(LEVELS, (100_00, 300_00)), "Tuesday Kettle": (60_00, 200_00)}
    assert queries.agreed(stands["Tuesday Kettle"])["limits"].by == ["Marsha"]


def test_the_allotment_alone_rests_until_the_end_of_november(stands):
    resting = {name: standing.of(number).quiet_until for name, number in stands.items()}
    assert {name: clock.in_london(until).date() for name, until in resting.items() if until} == {
        "The Quiet Allotment": date(2026, 11, 30)
    }


def test_rafiq_waits_for_a_second_organiser_to_loosen_receipts(stands):
    ((loosening, name),) = queries.loosenings(stands["Eastmoor Dads’ Table"])
    assert (name, loosening.area, loosening.level, loosening.agreed_at) == ("Rafiq", Area.RECEIPTS, Level.TELL_AFTER, None)
    assert clock.in_london(loosening.started_at).date() == date(2026, 11, 7)
    assert standing.of(stands["Eastmoor Dads’ Table"]).levels[Area.RECEIPTS] is Level.ASK_FIRST
    others = [queries.loosenings(number) for name, number in stands.items() if name != "Eastmoor Dads’ Table"]
    assert others == [[]] * 7


def test_what_staff_did_lately_is_in_the_logs(stands):
    """R101 relabelled and told, on 3 November; a summary shared and told, the day after; a document of the Long Table
    refused, on 12 October."""
    rows = db.session.execute(
        sa.select(Entry.group_id, Entry.at, Person.name, Entry.area, Entry.outcome)
        .join(Person, Person.id == Entry.person_id)
        .where(Entry.outcome.in_(("allow_tell", "deny")))
    )
    assert {(group, clock.in_london(at).date(), *rest) for group, at, *rest in rows} == {
        (stands["Tuesday Kettle"], date(2026, 11, 3), "Glyn Parry", "receipts", "allow_tell"),
        (stands["Hearsay Collective"], date(2026, 11, 4), "Imani Okafor", "visibility", "allow_tell"),
        (stands["The Long Table"], date(2026, 10, 12), "Imani Okafor", "documents", "deny"),
    }
