"""Background work on requests: files made safe; what nobody sent is forgotten after a month; private notes
that nobody looked at again end by themselves."""

import contextlib
from functools import partial

import sqlalchemy as sa

from portal.autonomy.door import NotHere
from portal.core import clock, stored_files
from portal.core.db import db
from portal.core.jobs import job, regularly
from portal.people.models import Group
from portal.people.roles import SYSTEM
from portal.support import actions, queries
from portal.support.models import DRAFT_LASTS, DraftFile, Note, RequestDraft


@job("support.make_safe")
def make_safe(attachment_id: int, group_id: int) -> None:
    """Make a file safe, after which its original is forgotten. Run twice, the second time finds nothing to do."""
    attachment = queries.attachment(group_id, attachment_id)
    if attachment is None or not attachment.is_waiting:
        return
    group = db.session.get_one(Group, group_id)
    with contextlib.suppress(NotHere):
        stored_files.make_safe(
            attachment,
            done=partial(actions.keep_made, SYSTEM, group, attachment_id),
            given_up=partial(actions.give_up_file, SYSTEM, group, attachment_id),
        )


@regularly
def forget_drafts() -> None:
    """Forget what someone began, or chose for an answer, and hasn't gone on with for DRAFT_LASTS."""
    old = clock.now() - DRAFT_LASTS
    still_begun = sa.exists().where(
        DraftFile.for_request.is_(None),
        RequestDraft.person_id == DraftFile.person_id,
        RequestDraft.for_group == DraftFile.for_group,
        RequestDraft.kept_at >= old,
    )
    rows = [
        *db.session.scalars(sa.select(RequestDraft).where(RequestDraft.kept_at < old).limit(100)),
        *db.session.scalars(sa.select(DraftFile).where(DraftFile.added_at < old, ~still_begun).limit(100)),
    ]
    for row in rows:
        if isinstance(row, DraftFile):
            stored_files.forget(row.original or "")
        db.session.delete(row)
    if rows:
        db.session.commit()


@regularly
def expire_notes() -> None:
    """Blank the words of private notes whose day has gone by."""
    over = sa.select(Note.id, Note.group_id).where(Note.ended_at.is_(None), Note.review_on < clock.today()).limit(100)
    for note_id, group_id in db.session.execute(over).all():
        actions.expire_note(SYSTEM, db.session.get_one(Group, group_id), note_id)
    db.session.rollback()
