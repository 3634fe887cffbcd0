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
    """A kind of thing: its table, what may be done with it, its list for the form and its content for a look.

    `choices(group_id, numbers)` gives (id, what it is called) of those with these ids, or without ids the newest 50;
    `shows(group_id, id)` gives (name, value) pairs; `pages(group_id, id)` the names of kept files that belong to it;
    `at(group_id, ref)` the id of what people know by that reference, where there are too many to list.
    """

    table: str
    words: str
    acts: frozenset[Act]
    choices: Callable[[int, list[int] | None], list[tuple[int, str]]]
    shows: Callable[[int, int], list[tuple[str, str]]]
    pages: Callable[[int, int], list[str]] = field(default=lambda group_id, row_id: [])
    at: Callable[[int, str], int | None] = field(default=lambda group_id, ref: None)


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind of thing one that can be listed."""
    KINDS[kind.table] = kind


def listed(group_id: int) -> list[tuple[str, str, str, frozenset[Act]]]:
    """Everything of a group that can be listed: (`table:id`, kind, what it is called, what may be done with it)."""
    return [
        (f"{kind.table}:{row_id}", kind.words, called, kind.acts)
        for kind in KINDS.values()
        for row_id, called in kind.choices(group_id, None)
    ]


def called(group_id: int, act: Act, keys: list[str]) -> dict[str, str]:
    """What each of these `table:id` is called; those that aren't this group's or can't be used so are left out."""
    found: dict[str, str] = {}
    for kind in KINDS.values():
        own = [key.partition(":")[2] for key in keys if key.startswith(f"{kind.table}:")]
        numbers = [int(number) for number in own if number.isdecimal() and len(number) < 10]
        if numbers and act in kind.acts:
            found |= {f"{kind.table}:{row_id}": words for row_id, words in kind.choices(group_id, numbers)}
    return found


def at(group_id: int, ref: str) -> str | None:
    """The `table:id` of what has this reference in this group."""
    for kind in KINDS.values():
        if row_id := kind.at(group_id, ref):
            return f"{kind.table}:{row_id}"
    return None


def _members(group_id: int, numbers: list[int] | None) -> list[tuple[int, str]]:
    only = Membership.id.in_(numbers) if numbers else sa.true()
    rows = db.session.execute(
        sa.select(Membership.id, Person.name)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.group_id == group_id, Membership.ended_at.is_(None), only)
        .order_by(Person.name)
        .limit(50)
    )
    return [(number, name) for number, name in rows]


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


register(
    Kind(
        "memberships",
        "Someone in the group",
        frozenset({Act.VIEW, Act.SUSPEND, Act.DISCLOSE, Act.CONTACT}),
        _members,
        _member,
    )
)
