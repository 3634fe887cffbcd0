"""Emails to our reply address that nobody can be sure of: without a token, with a wrong one, from another address than its
person's, or from someone who can't write there now. A coordinator puts each in a request, as what came from whom, or drops
it; either way its words and address are gone from here.

One that names a request (its token was right, its sender wasn't) can hold what was meant for whoever reads that request.
So its words are theirs alone; the other coordinators see that something waits (autonomy guide, area 9).
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.autonomy.door import Mistake, NotHere, Scope, action
from portal.core import clock
from portal.core.db import Word, db, fetched, prepared
from portal.core.mail_in import Sort
from portal.people.models import Group
from portal.people.roles import Actor, Role
from portal.support import promises, readers
from portal.support.actions import COORDINATORS
from portal.support.messages import write
from portal.support.models import Request

PAGE = 20
MOST_COUNTED = 99
GONE = "Somebody placed or dropped that one already."


class StrangeMail(db.Model):
    """One such email. `sender`: who it says it is from; `files`: how many came with it, and aren't kept; `request_id`: the
    request its token named, if any, and in the end the one it was put in. Placed or dropped (`done_at`), no words stay."""

    __tablename__ = "strange_mail"

    arrived_at: Mapped[datetime] = mapped_column(default=clock.now)
    sort: Mapped[Sort] = mapped_column(Word(Sort))
    sender: Mapped[str | None] = mapped_column(sa.String(254))
    words: Mapped[str | None] = mapped_column(sa.Text)
    files: Mapped[int] = mapped_column(default=0)
    request_id: Mapped[int | None] = mapped_column(sa.ForeignKey("requests.id"), index=True)
    done_at: Mapped[datetime | None] = mapped_column(index=True)
    done_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    @property
    def ref(self) -> str:
        return f"email {self.id}"


@dataclass(frozen=True)
class Waiting:
    """An email to place. `reads`: whether this person may read it; `number`, `group`: of the request its token named."""

    mail: StrangeMail
    reads: bool
    number: int | None
    group: str | None


def _reads(by: Actor) -> sa.ColumnElement[bool]:
    return sa.or_(StrangeMail.request_id.is_(None), readers.at_host(coordinates=readers.coordinates(by)))


def waiting(by: Actor, after: int | None = None) -> tuple[list[Waiting], int | None]:
    """The emails to place, the oldest first, and the key of the next page where there is one."""
    query = (
        sa.select(StrangeMail, _reads(by), Request.number, Group.name)
        .outerjoin(Request, Request.id == StrangeMail.request_id)
        .outerjoin(Group, Group.id == Request.group_id)
        .where(StrangeMail.done_at.is_(None), StrangeMail.id > (after or 0))
        .order_by(StrangeMail.id)
        .limit(PAGE + 1)
    )
    rows = db.session.execute(query, readers.values(by))
    found = [Waiting(mail, bool(reads), number, group) for mail, reads, number, group in rows]
    return found[:PAGE], found[PAGE - 1].mail.id if len(found) > PAGE else None


def is_here(mail_id: int, by: Actor) -> bool:
    """Whether there is such an email for this person to read, waiting or not."""
    return db.session.scalar(_one(mail_id, by), readers.values(by)) is not None


@prepared
def _counting() -> sa.Select:
    some = sa.select(StrangeMail.id).where(StrangeMail.done_at.is_(None)).limit(sa.bindparam("most"))
    return sa.select(sa.func.count()).select_from(some.subquery())


def count(by: Actor, most: int = MOST_COUNTED) -> int:
    """How many emails a coordinator has to place, counted no further than `most`; none for others."""
    if by.person_id and Role.COORDINATOR not in by.roles:
        return 0
    return fetched(_counting(), {"most": most})[0][0]


@action(roles=frozenset({Role.SYSTEM}), scope=Scope.HOST, says="kept an email to be placed")
def keep_strange(
    by, *, sort: str, sender: str | None, words: str | None, files: int = 0, request_id: int | None = None
) -> StrangeMail:
    """Keep it for a coordinator to look at."""
    kept = StrangeMail(sort=Sort(sort), sender=sender, words=words, files=files, request_id=request_id)
    db.session.add(kept)
    return kept


@action(roles=COORDINATORS, on=Request, bars=readers.bars, says="put an email in a request")
def put_in(by, group, request, *, mail_id: int) -> Request:
    """Put an email in a request, as what came from that address: the coordinator shows it, nobody is taken for its writer.
    The group waits for an answer then, and a closed request is open again."""
    mail = _still(by, mail_id)
    write(request, by, f"From {mail.sender or 'an unknown address'}, by email:\n\n{mail.words or ''}".strip(), by_mail=True)
    request.closed_at = request.closed_by = request.came_of = None
    request.closing_at = request.closing_by = None
    request.group_to_answer_at = request.snoozed_until = request.snooze_why = None  # it is the host's turn
    promises.begin(request)
    _done(by, mail)
    mail.request_id = request.id
    return request


@action(roles=COORDINATORS, scope=Scope.HOST, on=StrangeMail, says="dropped an email that had no place")
def drop_strange(by, mail) -> StrangeMail:
    """Drop it: its words and address are gone."""
    _done(by, _still(by, mail.id))
    return mail


def _one(mail_id: int, by: Actor) -> sa.Select:
    query = sa.select(StrangeMail).outerjoin(Request, Request.id == StrangeMail.request_id)
    return query.where(StrangeMail.id == mail_id, _reads(by))


def _still(by: Actor, mail_id: int) -> StrangeMail:
    """The email, as long as it waits and this person reads it. Raises NotHere or Mistake."""
    query = _one(mail_id, by).with_for_update(of=StrangeMail).execution_options(populate_existing=True)
    mail = db.session.scalar(query, readers.values(by))
    if mail is None:
        raise NotHere("email")
    if mail.done_at:
        raise Mistake(GONE, "number")
    return mail


def _done(by: Actor, mail: StrangeMail) -> None:
    mail.done_at, mail.done_by = clock.now(), by.person_id
    mail.words = mail.sender = None
