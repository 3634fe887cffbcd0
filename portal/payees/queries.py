"""Reads of payees: on which account someone is paid now, a group's list, what waits for a second person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from portal.autonomy import consent
from portal.core import clock
from portal.core.db import db
from portal.core.waiting import columns
from portal.payees.models import LINK_LASTS, Payee, PayeeDetails, PayeeLink
from portal.people.models import Group, Person

PAGE = 20
# Who sent the link by which details came, if they came by one: both were written at the same moment.
_BY_LINK = sa.and_(
    PayeeLink.group_id == PayeeDetails.group_id,
    PayeeLink.payee_id == PayeeDetails.payee_id,
    PayeeLink.used_at == PayeeDetails.made_at,
)


@dataclass(frozen=True)
class Given:
    """Details, and who sent the link by which they came."""

    details: PayeeDetails
    sender: int | None = None

    @property
    def givers(self) -> set[int | None]:
        """Whose doing they are: none of these is the second person."""
        return {self.details.made_by, self.sender} - {None}


@dataclass(frozen=True)
class Line:
    """A payee as a list shows it: the details that hold now, what waits, and whether it is the person who looks."""

    payee: Payee
    current: PayeeDetails | None
    pending: Given | None
    is_me: bool
    every: list[Given] = field(default_factory=list, compare=False)

    @property
    def called(self) -> str:
        """Their name, as the person who looks reads it."""
        return f"{self.payee.name} (you)" if self.is_me else self.payee.name

    @property
    def ending(self) -> str:
        """On which account they are paid, by its last digits."""
        return f"Account ending {self.current.tail}" if self.current else "No account yet"


def holding(now: datetime) -> sa.ColumnElement[bool]:
    """Details that hold at a moment: their time has come, a second person said yes (the first need none), none stopped."""
    seconded = sa.or_(PayeeDetails.holds_from == PayeeDetails.made_at, PayeeDetails.second_at.is_not(None))
    return sa.and_(PayeeDetails.stopped_at.is_(None), PayeeDetails.holds_from <= now, seconded)


def current(group_id: int, payee_id: int | None) -> PayeeDetails | None:
    """Where this payee is paid at this moment: the newest details that hold. None for a payee that was ended."""
    return db.session.scalar(
        sa.select(PayeeDetails)
        .join(Payee, sa.and_(Payee.id == PayeeDetails.payee_id, Payee.group_id == PayeeDetails.group_id))
        .where(PayeeDetails.group_id == group_id, PayeeDetails.payee_id == payee_id)
        .where(Payee.ended_at.is_(None), holding(clock.now()))
        .order_by(PayeeDetails.id.desc())
        .limit(1)
    )


def one(group_id: int, payee_id: int) -> Payee | None:
    return db.session.scalar(sa.select(Payee).where(Payee.group_id == group_id, Payee.id == payee_id))


def listed(
    group_id: int, person_id: int | None = None, *, before: int | None = None, limit: int | None = None
) -> list[Line]:
    """A group's payees, newest first, paged by key: those below number `before`. Ended ones aren't among them."""
    query = sa.select(Payee).where(Payee.group_id == group_id, Payee.ended_at.is_(None)).order_by(Payee.id.desc())
    query = (query.where(Payee.id < before) if before else query).limit(limit)
    return lines(group_id, db.session.scalars(query).all(), person_id)


def lines(group_id: int, payees: Iterable[Payee], person_id: int | None = None) -> list[Line]:
    """These payees with their details, in one statement however many they are."""
    wanted = {payee.id: payee for payee in payees}
    rows = db.session.execute(
        sa.select(PayeeDetails, PayeeLink.made_by)
        .outerjoin(PayeeLink, _BY_LINK)
        .where(PayeeDetails.group_id == group_id, PayeeDetails.payee_id.in_(wanted))
        .order_by(PayeeDetails.id.desc())
    )
    given: dict[int, list[Given]] = {number: [] for number in wanted}
    for details, sender in rows:
        given[details.payee_id].append(Given(details, sender))
    now = clock.now()
    return [
        Line(
            payee,
            next((one.details for one in given[payee.id] if one.details.holds(now)), None),
            next((one for one in given[payee.id] if one.details.waits(now)), None),
            person_id is not None and payee.person_id == person_id,
            given[payee.id],
        )
        for payee in wanted.values()
    ]


def given(details: PayeeDetails) -> Given:
    """Details with who sent the link they came by."""
    sender = sa.select(PayeeLink.made_by).where(
        PayeeLink.group_id == details.group_id,
        PayeeLink.payee_id == details.payee_id,
        PayeeLink.used_at == details.made_at,
    )
    return Given(details, db.session.scalar(sender))


def details(group_id: int, details_id: int) -> tuple[PayeeDetails, Payee] | None:
    """One account of this group's, with whose it is."""
    found = db.session.execute(
        sa.select(PayeeDetails, Payee)
        .join(Payee, sa.and_(Payee.id == PayeeDetails.payee_id, Payee.group_id == PayeeDetails.group_id))
        .where(PayeeDetails.group_id == group_id, PayeeDetails.id == details_id)
    ).first()
    return (found[0], found[1]) if found else None


def open_link(group_id: int, payee_id: int) -> PayeeLink | None:
    """The link that someone can still use, if there is one."""
    return db.session.scalar(
        sa.select(PayeeLink)
        .where(PayeeLink.group_id == group_id, PayeeLink.payee_id == payee_id, PayeeLink.used_at.is_(None))
        .where(PayeeLink.ended_at.is_(None), PayeeLink.made_at > clock.now() - LINK_LASTS)
        .order_by(PayeeLink.id.desc())
        .limit(1)
    )


def link(number: int) -> tuple[PayeeLink, Payee, Group] | None:
    """A link by its number, with whose it is and in which group."""
    found = db.session.execute(
        sa.select(PayeeLink, Payee, Group)
        .join(Payee, sa.and_(Payee.id == PayeeLink.payee_id, Payee.group_id == PayeeLink.group_id))
        .join(Group, Group.id == PayeeLink.group_id)
        .where(PayeeLink.id == number)
    ).first()
    return (found[0], found[1], found[2]) if found else None


# A change that nobody stopped, and to which a second person has not said yes.
_UNANSWERED = sa.and_(
    PayeeDetails.second_at.is_(None),
    PayeeDetails.stopped_at.is_(None),
    PayeeDetails.holds_from > PayeeDetails.made_at,
    Payee.ended_at.is_(None),
)


def for_finance(after: int | None = None) -> Sequence[sa.Row]:
    """Changed details that finance may say yes to, oldest first, with payee and group: where a group has one organiser,
    or the change came by the person's own link."""
    organisers = (
        sa.select(sa.func.count()).where(consent.counted(PayeeDetails.group_id)).correlate(PayeeDetails).scalar_subquery()
    )
    query = (
        sa.select(PayeeDetails, Payee, Group)
        .join(Payee, sa.and_(Payee.id == PayeeDetails.payee_id, Payee.group_id == PayeeDetails.group_id))
        .join(Group, Group.id == PayeeDetails.group_id)
        .where(_UNANSWERED, sa.or_(PayeeDetails.made_by.is_(None), organisers <= 1))
        .order_by(PayeeDetails.id)
        .limit(PAGE + 1)
    )
    return db.session.execute(query.where(PayeeDetails.id > after) if after else query).all()


# What waits at home for organisers: an account that another of them changed, or that came by a link they didn't send.
WAITING_FOR_YES = (
    sa.select(*columns("payee", number=Payee.id, who=Person.name, what=Payee.name, at=PayeeDetails.made_at))
    .join(Payee, sa.and_(Payee.id == PayeeDetails.payee_id, Payee.group_id == PayeeDetails.group_id))
    .outerjoin(PayeeLink, _BY_LINK)
    .outerjoin(Person, Person.id == PayeeDetails.made_by)
    .where(
        PayeeDetails.group_id == sa.bindparam("group"),
        _UNANSWERED,
        sa.func.coalesce(PayeeDetails.made_by, PayeeLink.made_by, 0) != sa.bindparam("person"),
    ),
)
