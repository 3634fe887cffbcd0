"""Reads of the register and of worries: the host's list, a group's own side, and one of each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.core import clock
from portal.core.db import UtcDateTime, db
from portal.core.filters import first_name
from portal.people import queries as people
from portal.people.models import Group, Membership, Person, StaffRole
from portal.risks.models import Risk, RiskLook, Worry
from portal.risks.states import State, of_risk, of_worry

PAGE = 20
MOST_COUNTED = 100
MOST_LOOKS = 100
VIEWS = {
    "open": "To look at",
    "worries": "Worries",
    "trustees": "For trustees",
    "serious": "Serious",
    "closed": "Closed",
}
COUNTED = ("worries", "trustees")
_holder = aliased(Person)
_LIVE = Risk.closed_at.is_(None)
_FOR_TRUSTEES = sa.and_(_LIVE, Risk.serious_at.is_not(None), Risk.seen_at.is_(None))
_WAITS = sa.and_(Worry.withdrawn_at.is_(None), Worry.answered_at.is_(None))
_ASKED_OF_TRUSTEES = sa.and_(Worry.withdrawn_at.is_(None), Worry.to_trustees, Worry.seen_at.is_(None))


@dataclass(frozen=True)
class Line:
    """One line of the host's list: of the register, or a worry (`is_worry`). `group` is empty where it is for all."""

    number: int
    is_worry: bool
    words: str
    group: str
    holder: str
    state: State
    added_at: datetime
    look_again_on: date | None

    @property
    def key(self) -> str:
        """Where the next page begins."""
        return f"{self.look_again_on or ''}_{self.number}"


@dataclass(frozen=True)
class Page:
    """Some lines of a list, and the key of the next page where there is one."""

    lines: list[Line]
    after: str | None = None


def _nothing(kind) -> sa.ColumnElement:
    return sa.cast(sa.null(), kind)


_risks = (
    sa.select(
        *(Risk.number, sa.literal(0).label("is_worry"), Risk.what.label("words"), Group.name.label("group")),
        *(_holder.name.label("holder"), Risk.added_at, Risk.look_again_on),
        *(Risk.closed_at, Risk.serious_at, Risk.seen_at),
        *(_nothing(UtcDateTime()).label("withdrawn_at"), _nothing(sa.Integer()).label("risk_id")),
        _nothing(UtcDateTime()).label("answered_at"),
    )
    .join(_holder, _holder.id == Risk.holder_id)
    .outerjoin(Group, Group.id == Risk.group_id)
)
_worries = sa.select(
    *(Worry.number, sa.literal(1).label("is_worry"), Worry.words, Group.name.label("group")),
    *(_nothing(sa.String()).label("holder"), Worry.added_at, _nothing(sa.Date()).label("look_again_on")),
    *(_nothing(UtcDateTime()).label("closed_at"), _nothing(UtcDateTime()).label("serious_at"), Worry.seen_at),
    *(Worry.withdrawn_at, Worry.risk_id, Worry.answered_at),
).join(Group, Group.id == Worry.group_id)


def listed(view: str, after: str | None = None, size: int = PAGE) -> Page:
    """The host's list of one view: what is to be looked at soonest first; worries and what is for trustees, the longest
    waiting first; what is closed, the latest first."""
    day, number = _key(after)
    if view in ("open", "serious"):
        order: tuple = (Risk.look_again_on, Risk.number)
        query = _risks.where(_LIVE, Risk.serious_at.is_not(None) if view == "serious" else sa.true())
        query = query.where(sa.tuple_(*order) > sa.tuple_(sa.literal(day, sa.Date), number)) if day else query
    elif view == "closed":
        order = (Risk.number.desc(),)
        query = _risks.where(Risk.closed_at.is_not(None), Risk.number < number if number else sa.true())
    elif view == "worries":
        order = (Worry.number,)
        query = _worries.where(_WAITS, Worry.number > number)
    else:
        risks = _risks.where(_FOR_TRUSTEES, Risk.number > number)
        worries = _worries.where(_ASKED_OF_TRUSTEES, Worry.number > number)
        both = sa.union_all(risks, worries).subquery()
        query, order = sa.select(both), (both.c.number,)
    rows = db.session.execute(query.order_by(*order).limit(size + 1)).all()
    lines = [_line(row) for row in rows]
    return Page(lines[:size], lines[size - 1].key if len(lines) > size else None)


def _line(row) -> Line:
    return Line(
        number=row.number,
        is_worry=bool(row.is_worry),
        words=row.words or "",
        group=row.group or "",
        holder=row.holder or "",
        state=of_worry(row) if row.is_worry else of_risk(row, clock.today()),
        added_at=row.added_at,
        look_again_on=row.look_again_on,
    )


def _key(after: str | None) -> tuple[date | None, int]:
    day, _, number = (after or "").partition("_")
    try:
        return date.fromisoformat(day) if day else None, int(number) if len(number) < 10 else 0
    except ValueError:
        return None, 0


def counts() -> dict[str, int]:
    """How many worries wait for an answer, and how much waits for a trustee; counted no further than MOST_COUNTED."""
    return db.session.execute(_COUNTS).one()._asdict()


def _counted(model, where) -> sa.ScalarSelect:
    some = sa.select(sa.literal(1)).select_from(model).where(where).limit(MOST_COUNTED).subquery()
    return sa.select(sa.func.count()).select_from(some).scalar_subquery()


_COUNTS = sa.select(
    _counted(Worry, _WAITS).label("worries"),
    (_counted(Risk, _FOR_TRUSTEES) + _counted(Worry, _ASKED_OF_TRUSTEES)).label("trustees"),
)


@dataclass(frozen=True)
class Found:
    """One line with its group, where it has one, who carries it, and whether that person still works here."""

    risk: Risk
    group: Group | None
    holder: str
    there: bool

    @property
    def state(self) -> State:
        return of_risk(self.risk, clock.today())


_works_here = sa.exists().where(StaffRole.person_id == Risk.holder_id, StaffRole.ended_at.is_(None))
_FOUND = (
    sa.select(Risk, Group, _holder.name.label("holder"), _works_here.label("there"))
    .join(_holder, _holder.id == Risk.holder_id)
    .outerjoin(Group, Group.id == Risk.group_id)
)


def one(number: int) -> Found | None:
    """One line, for the host."""
    row = db.session.execute(_FOUND.where(Risk.number == number)).first()
    return Found(*row) if row else None


def ours(group_id: int, before: int | None = None) -> list[Found]:
    """The lines about a group, and those for all groups, the newest first; paged by key, one more than a page where there
    are more."""
    query = _FOUND.where(_about(group_id)).order_by(Risk.number.desc()).limit(PAGE + 1)
    return [Found(*row) for row in db.session.execute(query.where(Risk.number < before) if before else query)]


def one_of_ours(number: int, group_id: int) -> Found | None:
    """One of these."""
    row = db.session.execute(_FOUND.where(Risk.number == number, _about(group_id))).first()
    return Found(*row) if row else None


def _about(group_id: int) -> sa.ColumnElement[bool]:
    return sa.or_(Risk.group_id == group_id, Risk.group_id.is_(None))


def looks(risk: Risk) -> Sequence[sa.Row]:
    """What was done with a line, the latest first: the look, who did it, and to whom it was handed."""
    did, handed = aliased(Person), aliased(Person)
    return db.session.execute(
        sa.select(RiskLook, did.name.label("name"), handed.name.label("holder"))
        .join(did, did.id == RiskLook.looked_by)
        .outerjoin(handed, handed.id == RiskLook.holder_id)
        .where(RiskLook.risk_id == risk.id)
        .order_by(RiskLook.id.desc())
        .limit(MOST_LOOKS)
    ).all()


@dataclass(frozen=True)
class Asked:
    """One worry: its group, who wrote it (for the group alone), who answered, which trustee saw it, the line it is now."""

    worry: Worry
    group: Group
    name: str
    answered: str | None
    seen: str | None
    risk: int | None

    @property
    def state(self) -> State:
        return of_worry(self.worry)


_wrote, _answered, _saw = aliased(Person), aliased(Person), aliased(Person)
_ASKED = (
    sa.select(Worry, Group, _wrote.name, _answered.name, _saw.name, Risk.number)
    .join(Group, Group.id == Worry.group_id)
    .join(_wrote, _wrote.id == Worry.added_by)
    .outerjoin(_answered, _answered.id == Worry.answered_by)
    .outerjoin(_saw, _saw.id == Worry.seen_by)
    .outerjoin(Risk, sa.and_(Risk.id == Worry.risk_id, Risk.group_id == Worry.group_id))
)


def worry(number: int) -> Asked | None:
    """One worry, for the host: as long as it isn't taken back."""
    row = db.session.execute(_ASKED.where(Worry.number == number, Worry.withdrawn_at.is_(None))).first()
    return Asked(*row) if row else None


def worries(group_id: int, before: int | None = None) -> list[Asked]:
    """A group's worries, the newest first; paged by key, one more than a page where there are more."""
    query = _ASKED.where(Worry.group_id == group_id).order_by(Worry.number.desc()).limit(PAGE + 1)
    return [Asked(*row) for row in db.session.execute(query.where(Worry.number < before) if before else query)]


def worry_of_ours(number: int, group_id: int) -> int | None:
    """The id of a group's worry, by its number."""
    return db.session.scalar(sa.select(Worry.id).where(Worry.number == number, Worry.group_id == group_id))


def groups() -> dict[str, str]:
    """The groups a line can be about: names by slug."""
    return {row.slug: row.name for row in db.session.execute(sa.select(Group.slug, Group.name).order_by(Group.slug))}


def colleagues() -> dict[int, str]:
    """Who at the host can carry a line: names by id."""
    return {role.person_id: name for name, role in people.staff()}


def name_in(group_id: int, words: str) -> str | None:
    """The first name of someone in this group, now or before, that stands in these words, if any does."""
    query = (
        sa.select(Person.name).join(Membership, Membership.person_id == Person.id).where(Membership.group_id == group_id)
    )
    names = {first_name(name) for name in db.session.scalars(query.distinct())}
    return next((name for name in sorted(names) if re.search(rf"\b{re.escape(name)}\b", words)), None)
