"""Reads of how a group runs, with or without rows of its own; and of what the host carries for all groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.core.db import UtcDateTime, db
from portal.core.ids import id_of
from portal.cover import queries as cover
from portal.cover.models import Away
from portal.governance.models import Item
from portal.governance.starting_set import BY_KEY, SET, Holder
from portal.people.models import Group, Person

PAGE = 20


@dataclass(frozen=True)
class Held:
    """An item of a group, and the name of whom it is with at the host, if anyone."""

    item: Item
    person: str | None


def of_group(group_id: int, after: int | None = None) -> tuple[list[Held], int | None]:
    """A page of how a group runs: the starting set and the first of its own items; then its own after a number. Beside it
    after which number the next page begins, if there is one."""
    own = sa.select(Item.id).where(Item.group_id == group_id, Item.key.is_(None), Item.id > (after or 0))
    wanted = Item.id.in_(own.order_by(Item.id).limit(PAGE + 1))
    if not after:
        wanted = sa.or_(wanted, Item.key.is_not(None))
    rows = _with_person(Item.group_id == group_id, wanted).order_by(Item.id)
    found = [Held(item, person) for item, person in db.session.execute(rows)]
    added = [one for one in found if one.item.key is None]
    more = added[PAGE - 1].item.id if len(added) > PAGE else None
    return (_starting(group_id, found) if not after else []) + added[:PAGE], more


def _starting(group_id: int, found: list[Held]) -> list[Held]:
    laid = {one.item.key: one for one in found}
    return [laid.get(one.key) or Held(Item.as_laid(group_id, one.key), None) for one in SET]


def one_of(group_id: int, at: str) -> Held | None:
    """One item of a group by its part of an address, laid or not."""
    row = _row(group_id, at)
    return row or (Held(Item.as_laid(group_id, at), None) if at in BY_KEY else None)


def _row(group_id: int, at: str) -> Held | None:
    number = id_of(at)
    if at not in BY_KEY and not number:
        return None
    by = Item.key == at if at in BY_KEY else sa.and_(Item.id == number, Item.key.is_(None))
    row = db.session.execute(_with_person(Item.group_id == group_id, by)).first()
    return Held(row[0], row[1]) if row else None


def _with_person(*conditions) -> sa.Select:
    return sa.select(Item, Person.name).outerjoin(Person, Person.id == Item.person_id).where(*conditions)


def missing(group_id: int) -> list[str]:
    """The keys of the starting set that a group has no row of."""
    laid = set(db.session.scalars(sa.select(Item.key).where(Item.group_id == group_id, Item.key.is_not(None))))
    return [one.key for one in SET if one.key not in laid]


def groups_without(limit: int) -> Sequence[Group]:
    """Hosted groups that lack rows of the starting set."""
    laid = sa.select(sa.func.count()).where(Item.group_id == Group.id, Item.key.in_(list(BY_KEY))).scalar_subquery()
    query = sa.select(Group).where(Group.left_at.is_(None), laid < len(SET)).order_by(Group.id).limit(limit)
    return db.session.scalars(query).all()


# The host's board. Its two lists are read in the order of an index each, so a page costs the same however many groups.
VIEWS = {"carried": "What we carry", "talk": "Groups that want to talk"}


@dataclass(frozen=True)
class Carried:
    """An item on the board: of which group, whom it is with there, and while that person is away until when, and who
    covers, if someone who still coordinates does."""

    item: Item
    group: Group
    person: str | None
    away_until: date | None
    cover: str | None


def _board() -> sa.Select:
    covers = aliased(Person)
    away = sa.and_(Away.person_id == Item.person_id, cover.now())
    return (
        sa.select(Item, Group, Person.name, Away.until_on, covers.name)
        .join(Group, Group.id == Item.group_id)
        .outerjoin(Person, Person.id == Item.person_id)
        .outerjoin(Away, away)
        .outerjoin(covers, sa.and_(covers.id == Away.cover_id, cover.still_covers(Away.cover_id)))
    )


_ON_IT = {
    "carried": (Item.holder == Holder.HOST,),
    "talk": (Item.talk_at.is_not(None), Item.talked_at.is_(None)),
}
_BY = {"carried": Item.host_look_on, "talk": Item.talk_at}


def board(view: str, after: tuple | None = None) -> list[Carried]:
    """A page of the board, one more than fit it: what the host carries, the soonest first; or who wants to talk, who has
    waited longest first. `after`: the last one's day or moment, and its number."""
    by = _BY[view]
    query = _board().where(*_ON_IT[view], Group.left_at.is_(None)).order_by(by, Item.id).limit(PAGE + 1)
    if after:
        kind = by.type if view == "carried" else UtcDateTime()
        query = query.where(sa.tuple_(by, Item.id) > sa.tuple_(sa.literal(after[0], kind), sa.literal(after[1])))
    return [Carried(*row) for row in db.session.execute(query)]


def on_board(item_id: int) -> Carried | None:
    """One item that the host carries, or that a group wants to talk about."""
    seen = sa.or_(Item.holder == Holder.HOST, sa.and_(*_ON_IT["talk"]))
    row = db.session.execute(_board().where(Item.id == item_id, seen)).first()
    return Carried(*row) if row else None


def mark_of(view: str, item: Item) -> str:
    """Where in the board's order an item lies, for an address."""
    at = item.host_look_on if view == "carried" else item.talk_at
    return f"{at.isoformat()}_{item.id}" if at else ""


def mark(view: str, typed: str | None) -> tuple | None:
    """What such an address says; None for anything else."""
    at, _, number = (typed or "").rpartition("_")
    try:
        moment = date.fromisoformat(at) if view == "carried" else datetime.fromisoformat(at)
    except ValueError:
        return None
    if isinstance(moment, datetime) and moment.tzinfo is None:
        return None
    return (moment, id_of(number) or 0)
