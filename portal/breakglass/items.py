"""What a legal duty can be about. Each feature says here which of its things can be listed, and what a look shows.

A thing nobody registered can't be listed, so nothing else is ever covered.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import sqlalchemy as sa

from portal.breakglass.models import Act
from portal.core.db import db
from portal.people.models import Device, Membership, Person


@dataclass(frozen=True)
class Kind:
    """A kind of thing: its table, what may be done with it, and its content for a look.

    `at(group_id, words)` gives (id, what it is called) of what people know by these words, or None; `shows(group_id, id)`
    gives (name, value) pairs; `pages(group_id, id)` the names of kept files that belong to it.
    """

    table: str
    acts: frozenset[Act]
    at: Callable[[int, str], tuple[int, str] | None]
    shows: Callable[[int, int], list[tuple[str, str]]]
    pages: Callable[[int, int], list[str]] = field(default=lambda group_id, row_id: [])


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind of thing one that can be listed."""
    KINDS[kind.table] = kind


def found(group_id: int, act: Act, words: str) -> tuple[str, int, str] | None:
    """The table, id and name of what these words name in this group, if this can be done with it."""
    for kind in KINDS.values():
        if act in kind.acts and (named := kind.at(group_id, words)):
            return kind.table, *named
    return None


def _by_name(group_id: int, words: str) -> tuple[int, str] | None:
    """Someone in the group, by address or whole name: nobody is shown a list of who belongs to it."""
    row = db.session.execute(
        sa.select(Membership.id, Person.name)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.group_id == group_id,
            Membership.ended_at.is_(None),
            sa.or_(Person.email == words.lower(), sa.func.lower(Person.name) == words.lower()),
        )
        .limit(2)
    ).all()
    return (row[0].id, row[0].name) if len(row) == 1 else None


def _member(group_id: int, membership_id: int) -> list[tuple[str, str]]:
    """Who it is and from where they are signed in, for account security."""
    place = db.session.scalars(
        sa.select(Membership).where(Membership.id == membership_id, Membership.group_id == group_id)
    ).one()
    devices = db.session.scalars(
        sa.select(Device).where(Device.person_id == place.person_id, Device.ended_at.is_(None)).order_by(Device.id)
    )
    return [
        ("Name", place.person.name),
        ("Address", place.person.email),
        *((f"Signed in on {one.label}", f"{one.created_at:%-d %B %Y}") for one in devices),
    ]


register(Kind("memberships", frozenset({Act.VIEW, Act.SUSPEND, Act.DISCLOSE, Act.CONTACT}), _by_name, _member))
