"""Reads of shares: a group's own, and what anyone outside may see. Whether a share shows is worked out at each read, from
the rows: its last day, its withdrawal, a legal duty that hides it. Nothing of it is kept anywhere else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from portal.breakglass import queries as duties
from portal.breakglass.models import Act
from portal.core import clock
from portal.core.db import db
from portal.core.filters import day, inside
from portal.people.models import Group, Person
from portal.sharing.models import AUDIENCE_WORDS, Audience, Enquiry, Seen, Share

PAGE = 20


@dataclass(frozen=True)
class Shown:
    """What an outsider reads of a share: nothing else of the group leaves the database for such a page."""

    token: str
    name: str
    words: str
    who: str | None
    public: bool
    full: bool = False
    asks: bool = False  # whether the group takes enquiries
    listed: bool = False  # whether search engines may list it

    @property
    def reader(self) -> str:
        """Whom a share that isn't for anyone is for."""
        return self.who or "whoever has this link"


_SHOWN = (
    sa.select(
        *(Share.id, Share.group_id, Share.token, Group.name, Share.words, Share.who, Share.audience),
        *(Seen.full_at, Seen.enquiries_at, Share.listed_at),
    )
    .join(Group, Group.id == Share.group_id)
    .outerjoin(Seen, Seen.group_id == Share.group_id)
)


def _shown(row) -> Shown:
    public = row.audience is Audience.PUBLIC
    asks = public and row.enquiries_at is not None
    full = public and row.full_at is not None
    return Shown(row.token, row.name, row.words, row.who, public, full, asks, row.listed_at is not None)


def _live() -> tuple:
    """What must hold for a share to show to anyone outside, now."""
    hidden = duties.under(Act.HIDE, Share.__tablename__)
    live = (Share.withdrawn_at.is_(None), Share.until_on >= clock.today(), Group.left_at.is_(None))
    return (*live, Share.id.not_in(list(hidden))) if hidden else live


def seen(token: str, *, public: bool) -> Shown | None:
    """A live share by its address: of the public ones, or of those for whoever has the link."""
    kind = Share.audience == Audience.PUBLIC if public else Share.audience != Audience.PUBLIC
    row = db.session.execute(_SHOWN.where(Share.token == token, kind, *_live())).first()
    return _shown(row) if row else None


def listed(after: str | None = None) -> list[Shown]:
    """The host's public page: live public shares by the name of their group, paged by key (those after the one with this
    token), one more than a page where there are more."""
    query = _SHOWN.where(Share.audience == Audience.PUBLIC, *_live()).order_by(Group.slug, Share.id).limit(PAGE + 1)
    if after:
        last = db.session.execute(_SHOWN.add_columns(Group.slug).where(Share.token == after, *_live())).first()
        if last:
            query = query.where(sa.or_(Group.slug > last.slug, sa.and_(Group.slug == last.slug, Share.id > last.id)))
    return [_shown(row) for row in db.session.execute(query)]


def place(token: str) -> tuple[Group, int] | None:
    """Whose public share this is and its id, for the door."""
    row = db.session.execute(sa.select(Group, Share.id).join(Share, Share.group_id == Group.id).where(Share.token == token))
    found = row.first()
    return (found[0], found[1]) if found else None


def as_seen(share: Share, name: str, stands: Seen | None) -> Shown:
    """How a share of a group with this name reads to an outsider: the one `seen` gives, or would give."""
    public = share.audience is Audience.PUBLIC
    asks, full = (bool(public and stands and at) for at in (stands and stands.enquiries_at, stands and stands.full_at))
    return Shown(share.token or "", name, share.words, share.who, public, full, asks, share.listed_at is not None)


@dataclass(frozen=True)
class Line:
    """A share as its group reads it: who shared it; until when a duty hides it that the group was told of, and which."""

    share: Share
    by: str
    hidden_until: datetime | None
    duty: int | None

    @property
    def about(self) -> str:
        """To whom it goes, what for, who shared it and when."""
        share, purpose = self.share, self.share.purpose.rstrip(".")
        who = share.who or AUDIENCE_WORDS[share.audience].lower()
        return f"{share.ref}, for {who}: {purpose}. Shared by {self.by} {inside(day(share.added_at))}."

    @property
    def ended(self) -> str:
        """How it came to its end, once it has."""
        share = self.share
        if share.withdrawn_at:
            return f"Withdrawn {inside(day(share.withdrawn_at))}."
        return f"Ended by itself {inside(day(share.until_on))}."


def ours(group_id: int, *, ended: bool = False, before: int | None = None) -> list[Line]:
    """A group's shares, the newest first, paged by key: those that show, or (`ended`) those that don't any more."""
    live = sa.and_(Share.withdrawn_at.is_(None), Share.until_on >= clock.today())
    query = (
        sa.select(Share, Person.name)
        .join(Person, Person.id == Share.added_by)
        .where(Share.group_id == group_id, sa.not_(live) if ended else live)
        .order_by(Share.id.desc())
        .limit(PAGE + 1)
    )
    rows = db.session.execute(query.where(Share.id < before) if before else query).all()
    now = clock.now()
    told = {} if ended else {id_: one for id_, one in duties.under(Act.HIDE, "shares").items() if one.is_told(now)}
    return [
        Line(share, name, told[share.id].ends_at, told[share.id].id) if share.id in told else Line(share, name, None, None)
        for share, name in rows
    ]


def one(group_id: int, share_id: int) -> Share | None:
    """One share of a group, showing or not."""
    return db.session.scalar(sa.select(Share).where(Share.id == share_id, Share.group_id == group_id))


def stands(group_id: int) -> Seen | None:
    """What a group set about being seen."""
    return db.session.scalar(sa.select(Seen).where(Seen.group_id == group_id))


def enquiries(*, done: bool = False, after: int | None = None) -> Sequence[sa.Row]:
    """The host's list, each with its group, paged by key: those that wait, the longest first; or (`done`) those passed on
    or answered, the newest first."""
    open_ = sa.and_(Enquiry.passed_on_at.is_(None), Enquiry.answered_at.is_(None))
    query = sa.select(Enquiry, Group).join(Group, Group.id == Enquiry.group_id).where(sa.not_(open_) if done else open_)
    if after:
        query = query.where(Enquiry.id < after if done else Enquiry.id > after)
    return db.session.execute(query.order_by(Enquiry.id.desc() if done else Enquiry.id).limit(PAGE + 1)).all()


def enquiry(enquiry_id: int) -> tuple[Group, int] | None:
    """Whose an enquiry is and its id, for the door."""
    row = db.session.execute(
        sa.select(Group, Enquiry.id).join(Enquiry, Enquiry.group_id == Group.id).where(Enquiry.id == enquiry_id)
    ).first()
    return (row[0], row[1]) if row else None


def passed_on(group_id: int, before: int | None = None) -> Sequence[Enquiry]:
    """What was passed on to a group, the newest first, paged by key."""
    query = sa.select(Enquiry).where(Enquiry.group_id == group_id, Enquiry.passed_on_at.is_not(None))
    if before:
        query = query.where(Enquiry.id < before)
    return db.session.scalars(query.order_by(Enquiry.id.desc()).limit(PAGE + 1)).all()
