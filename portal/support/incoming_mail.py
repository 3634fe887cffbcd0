"""An email came in: it lands in its request, waits for a coordinator, or is left out.

It lands where its address carries our token, it says it is from that token's person, and that person may write there now:
said by them through the door, like anything else they write. All other words wait (`strange.py`). What a machine sent is
left out, and nothing that comes in is ever answered by email, so no loop can start.
"""

import hashlib
import logging
from contextlib import ExitStack, suppress

import sqlalchemy as sa
from flask import Flask, current_app

from portal.autonomy.door import Mistake, NotHere, Refused, SameKeyOtherBody
from portal.core import mail_in, stored_files, uploads
from portal.core.db import db
from portal.core.mail_in import Arrived, Sort
from portal.core.mail_server import Answer, Receiver, add_receiver
from portal.core.stored_files import Sent
from portal.people.models import Group, Membership, Person
from portal.people.roles import SYSTEM, Actor
from portal.support import actions, reply_to, unplaced_mail
from portal.support.models import Attachment, DraftFile, Request

log = logging.getLogger("portal.mail")

MOST_WAITING = 500  # beyond, mail servers keep what nobody could place, and come again
LEFT_OUT = {
    Sort.AUTOMATIC: "an automatic email was left out",
    Sort.BOUNCE: "a bounced email was left out",
    Sort.TOO_BIG: "an email that is too big was left out",
}


def init_app(app: Flask) -> None:
    add_receiver(app, Receiver(reply_to.is_ours, take_in))


def take_in(raw: bytes, address: str, null_sender: bool = False) -> Answer:
    """Take one email in, to one address of ours. KEPT means that it is in the database, or that it is no one's words."""
    settings = current_app.config["SETTINGS"]
    ours = (settings.PORTAL_MAIL_FROM, settings.PORTAL_MAIL_REPLY)
    arrived = mail_in.read(raw, ours=ours, null_sender=null_sender)
    if arrived.sort in LEFT_OUT:
        log.info(LEFT_OUT[arrived.sort])
        return Answer.TOO_BIG if arrived.sort is Sort.TOO_BIG else Answer.KEPT
    named = reply_to.told_by(address)
    key = mail_in.mark(raw, arrived, address)
    if named and _say(*named, arrived, key):
        return Answer.KEPT
    return _keep(arrived, key, named[1] if named else None)


def _say(person_id: int, request_id: int, arrived: Arrived, key: str) -> bool:
    """Whether it is theirs and landed in the request."""
    row = db.session.execute(
        sa.select(Person.name, Person.email, Membership.role, Group)
        .join(Membership, Membership.person_id == Person.id)
        .join(Group, Group.id == Membership.group_id)
        .join(Request, Request.group_id == Group.id)
        .where(Person.id == person_id, Request.id == request_id, Membership.ended_at.is_(None))
    ).first()
    if row is None or not (arrived.words or arrived.files) or row.email.lower() != arrived.sender:
        return False
    by = Actor(person_id, row.name, frozenset({row.role}))
    with ExitStack() as stack:
        sent, lost = _files(stack, arrived)
        words = _and_lost(arrived.words, lost)
        try:
            actions.say(by, row.Group, request_id, key=key, words=words or None, files=sent, by_mail=True)
        except (Refused, NotHere, Mistake, SameKeyOtherBody):
            db.session.rollback()
            return False
    return True


def _files(stack: ExitStack, arrived: Arrived) -> tuple[list[Sent], int]:
    """What came with it, looked at and kept like any file that is sent; and how many of it can't be."""
    sent = []
    for name, content in arrived.files[: uploads.MAX_FILES]:
        with suppress(uploads.NotTaken):
            file = uploads.arrived(name, content)
            sent.append(stack.enter_context(stored_files.arriving(file, DraftFile, Attachment, sounds=True)))
    return sent, len(arrived.files) - len(sent)


def _keep(arrived: Arrived, key: str, request_id: int | None) -> Answer:
    """Keep it for a coordinator. The same email again, with the same words, is there already."""
    if unplaced_mail.count(SYSTEM, MOST_WAITING) >= MOST_WAITING:
        return Answer.LATER
    if request_id and db.session.get(Request, request_id) is None:
        request_id = None
    words = _and_lost(arrived.words, len(arrived.files))
    once = hashlib.sha256(f"{key}{words}".encode()).hexdigest()
    unplaced_mail.keep_strange(
        SYSTEM,
        key=once,
        sort=arrived.sort.value,
        sender=arrived.sender or None,
        words=words or None,
        files=len(arrived.files),
        request_id=request_id,
    )
    return Answer.KEPT


def _and_lost(words: str, lost: int) -> str:
    """Its words, and that some files which came with it aren't there."""
    if not lost:
        return words
    came, them = (
        ("1 file that came with this email isn’t", "it")
        if lost == 1
        else (f"{lost} files that came with this email aren’t", "them")
    )
    return f"{words}\n\n({came} kept here. Please add {them} in Trellis.)".strip()
