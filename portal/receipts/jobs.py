"""Background work on receipts: pictures made safe, the bin emptied."""

import contextlib
from functools import partial

import sqlalchemy as sa

from portal.activity import happened
from portal.autonomy.door import NotHere
from portal.core import clock, stored_files
from portal.core.db import db
from portal.core.jobs import enqueue, job, regularly
from portal.ledger.models import Fund, JournalEntry
from portal.people.models import Group
from portal.people.roles import SYSTEM
from portal.receipts import actions, fund_cover, queries
from portal.receipts.models import BIN_LASTS, Receipt


@job("receipts.make_pages")
def make_pages(picture_id: int, group_id: int) -> None:
    """Make a picture safe, after which its original is forgotten. Run twice, the second time finds nothing to do."""
    picture = queries.picture(group_id, picture_id)
    if picture is None or not picture.is_waiting:
        return
    group = db.session.get_one(Group, group_id)
    with contextlib.suppress(NotHere):  # taken back and removed while we worked
        stored_files.make_safe(
            picture,
            done=partial(actions.keep_pages, SYSTEM, group, picture_id),
            given_up=partial(actions.give_up_picture, SYSTEM, group, picture_id),
        )


@happened.connect
def money_moved(_action, *, entry, group) -> None:
    """After each entry in a group's books, and each yes to what was proposed for a fund, what its funds can cover is looked
    at again."""
    if group is not None and entry.subject_table in {JournalEntry.__tablename__, Fund.__tablename__}:
        enqueue("receipts.look_at_short", group_id=group.id)


@job("receipts.look_at_short")
def look_at_short(group_id: int) -> None:
    """Hold what the funds can't cover any more, and let go what they can cover now."""
    for these in (fund_cover.pressed, fund_cover.held_in):
        for receipt_id in these(group_id):
            actions.look_again(SYSTEM, db.session.get_one(Group, group_id), receipt_id)
    db.session.rollback()


@regularly
def empty_bins() -> None:
    """Remove what lay in a bin for 30 days."""
    old = sa.select(Receipt.id, Receipt.group_id).where(Receipt.withdrawn_at < clock.now() - BIN_LASTS).limit(100)
    for receipt_id, group_id in db.session.execute(old).all():
        actions.remove(SYSTEM, db.session.get_one(Group, group_id), receipt_id)
    db.session.rollback()
