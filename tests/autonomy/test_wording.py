"""What was changed reads in plain words: names, days, money; a row by what it is called; nothing of the machine's own."""

from datetime import date

import pytest
import sqlalchemy as sa

from portal.activity.models import EntryWords
from portal.autonomy import actions as autonomy
from portal.autonomy import change_words, queries
from portal.autonomy.areas import Area, Level
from portal.autonomy.change_words import NO_LONGER, Shown
from portal.autonomy.door import Proposed
from portal.core import wall
from portal.core.db import db
from portal.ledger.models import Fund
from portal.people.roles import SYSTEM
from portal.receipts import actions as receipts
from portal.receipts.models import Picture
from tests import make
from tests.client import words

K = "/g/tuesday-kettle"


def put(kettle, glyn, **facts) -> tuple:
    """A receipt that staff put something else into and told of: it, and the entry."""
    make.set_level(kettle, Area.RECEIPTS, Level.TELL_AFTER)
    receipt = make.receipt(kettle, label="milk")
    receipts.describe(glyn, kettle, receipt.id, **facts)
    return receipt, make.newest_entry(kettle, "receipts.describe")


def shown(entry) -> list[Shown]:
    told = queries.told(entry.group_id, entry.id)
    return queries.shown_changes(entry.group_id, queries.rows_of(entry.group_id, told.keys), told.changes)


def test_days_money_codes_and_yes_or_no_read_as_people_say_them(app):
    pairs = [
        ("spent_on", None, "2026-11-03"),
        ("amount_pence", 12_00, 1_234_56),
        ("ledger_code", "5300", None),
        ("label", "a", "2026"),
        ("note", None, None),
    ]
    told = change_words.in_words("receipts", pairs, {})
    assert [(one.name, one.before, one.after) for one in told] == [
        ("When", None, "Tuesday 3 November 2026"),
        ("How much", "£12.00", "£1,234.56"),
        ("The host’s code", "Rooms and hire", None),
        ("Our label", "a", "2026"),
    ]
    told = change_words.in_words("requests", [("shared", False, True), ("due_on", "9999-12-31", "2026-11-03")], {})
    assert [(one.before, one.after) for one in told] == [("No", "Yes"), ("", "Tuesday 3 November 2026")]
    pairs = [("days", "mon tue", "sat"), ("from_hour", 9, 13), ("by", "here", "call")]
    told = change_words.in_words("contact_times", pairs, {})
    assert [(one.before, one.after) for one in told] == [
        ("Monday, Tuesday", "Saturday"),
        ("9am", "1pm"),
        ("Here, in Trellis", "Phone call"),
    ]
    (late,) = change_words.in_words("quiets", [("until", "2026-11-03T23:30:00+00:00", "2026-07-03T23:30:00+00:00")], {})
    assert (late.before, late.after) == ("Tuesday 3 November 2026", "Saturday 4 July 2026")  # London’s day


def test_a_pot_is_called_by_its_name_where_it_was_changed_and_where_it_is_suggested(client, kettle, glyn):
    grant, donations = db.session.scalars(sa.select(Fund.id).where(Fund.group_id == kettle.id).order_by(Fund.id))
    receipt, entry = put(kettle, glyn, fund_id=grant)
    client.as_(make.person("Marsha"))
    assert "Which pot of money Before Nothing Glyn put Grant" in words(client.get(f"{K}/changes/{entry.id}"))
    make.set_level(kettle, Area.RECEIPTS, Level.ASK_FIRST)
    with pytest.raises(Proposed) as waits:
        receipts.describe(glyn, kettle, receipt.id, fund_id=donations)
    page = words(client.get(f"{K}/proposals/{waits.value.proposal.id}"))
    assert "Which pot of money Now Grant If we say yes Donations" in page
    assert "Grant → Donations." in words(client.get(f"{K}/proposals/"))
    make.erase(db.session.get_one(Fund, donations))
    assert f"If we say yes {NO_LONGER}" in words(client.get(f"{K}/proposals/{waits.value.proposal.id}"))


def test_where_somebody_changed_it_again_it_says_what_it_is_now(client, kettle, glyn):
    receipt, entry = put(kettle, glyn, spent_on=date(2026, 11, 3), label="tea")
    receipts.describe(make.actor(make.person("Marsha")), kettle, receipt.id, spent_on=date(2026, 11, 4))
    assert [(one.name, one.after, one.now, one.moved_on) for one in shown(entry)] == [
        ("Our label", "tea", "tea", False),
        ("When", "Tuesday 3 November 2026", "Wednesday 4 November 2026", True),
    ]
    page = words(client.as_(make.person("Marsha")).get(f"{K}/changes/{entry.id}"))
    assert "Glyn put Tuesday 3 November 2026 Now Wednesday 4 November 2026" in page
    assert "Which one stays?" in page


def test_names_of_kept_files_stand_in_no_log_and_a_page_without_more_says_so(client, kettle):
    receipt = make.receipt(kettle)
    with wall.opened(kettle.id):
        facts = {"kind": "jpeg", "size": 9, "sha256": "0" * 64, "shown_name": "a.jpg", "original": "64/0123456789abcdef"}
        picture = Picture(group_id=kettle.id, receipt_id=receipt.id, added_by=receipt.added_by, **facts)
        db.session.add(picture)
    db.session.commit()
    pages = [{"file": "76/0123456789abcdef", "width": 6, "height": 8}]
    receipts.keep_pages(SYSTEM, kettle, picture.id, pages=pages, thumb="18/0123456789abcdef", looks="0" * 16)
    entry = make.newest_entry(kettle, "receipts.keep_pages")
    noted = db.session.scalars(sa.select(EntryWords).where(EntryWords.entry_id == entry.id)).one().words
    assert {change["column"] for change in noted["changes"]} == {"made_at"}
    client.as_(make.person("Marsha"))
    assert "There is no more to it than that." in words(client.get(f"{K}/changes/{entry.id}"))
    autonomy.erase(make.actor(make.person("Marsha")), kettle, entry.id)
    assert "What it said is no longer kept." in words(client.get(f"{K}/changes/{entry.id}"))
