"""What the host asks of a group, whichever way: when it leaves, and how much of it there may be in a month.

Every route by which staff put a question to a group is a Kind here. One rule says when such a thing leaves (`times`), one
job lets go what was held, and one budget counts them all: over it, whoever asks says in a sentence why all the same, and
the group reads that sentence.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from portal.autonomy import standing
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Action, Mistake, has_their_yes
from portal.autonomy.models import Proposal, Quiet
from portal.contact import times
from portal.core import clock
from portal.core.db import db
from portal.core.filters import counted

# The budget, for each group and from all of the host: two asks and twenty minutes within 30 days.
WITHIN, MOST_ASKS, MOST_MINUTES = timedelta(days=30), 2, 20
A_QUESTION = 5  # minutes that a single question is taken to need
SAY_WHY = "That is more than we mean to ask of a group in a month. Say in a sentence why all the same: they read it."


@dataclass(frozen=True)
class Kind:
    """One way to ask: its rows (`released_at`, `closed_at`, `release()`), which of them ask, the minutes each needs, and
    the action that lets one go once its hour has come."""

    model: Any
    which: tuple
    minutes: sa.ColumnElement
    release: Action


KINDS: dict[str, Kind] = {}  # by the name of the action that asks


@dataclass(frozen=True)
class Had:
    """What a group had from the host within 30 days, or is to have: how many asks, and the minutes they need."""

    asks: int = 0
    minutes: int = 0

    def over(self, minutes: int) -> bool:
        """Whether one more that needs so many minutes is over the budget."""
        return self.asks + 1 > MOST_ASKS or self.minutes + minutes > MOST_MINUTES

    @property
    def sentence(self) -> str:
        """The same in words: In the last 30 days we asked them twice, about 10 minutes in all."""
        if not self.asks:
            return "In the last 30 days we asked nothing of them."
        often = {1: "once", 2: "twice"}.get(self.asks, f"{self.asks} times")
        return f"In the last 30 days we asked them {often}, about {counted(self.minutes, 'minute')} in all."


def had(group_ids: Iterable[int]) -> dict[int, Had]:
    """What each of these groups had within 30 days, in one statement: what reached it, what is held for it, and the short
    questions first that it hasn't said yes to. What was called off before it left doesn't count."""
    wanted, since = list(group_ids), clock.now() - WITHIN
    parts = [
        sa.select(kind.model.group_id.label("group_id"), kind.minutes.label("minutes")).where(
            kind.model.group_id.in_(wanted),
            *kind.which,
            sa.or_(
                kind.model.released_at > since,
                sa.and_(kind.model.released_at.is_(None), kind.model.closed_at.is_(None)),
            ),
        )
        for kind in KINDS.values()
    ]
    asked_first = sa.select(
        Proposal.group_id, sa.func.coalesce(Proposal.facts["minutes"].as_integer(), A_QUESTION).label("minutes")
    ).where(
        Proposal.group_id.in_(wanted),
        Proposal.action.in_(list(KINDS)),
        Proposal.made_at > since,
        sa.or_(Proposal.answer.is_(None), Proposal.answer.not_in(("yes", "amended"))),
    )
    every = sa.union_all(*parts, asked_first).subquery()
    rows = db.session.execute(
        sa.select(every.c.group_id, sa.func.count(), sa.func.sum(every.c.minutes)).group_by(every.c.group_id)
    )
    found = {group_id: Had(asks, int(minutes)) for group_id, asks, minutes in rows}
    return {group_id: found.get(group_id, Had()) for group_id in wanted}


def within_budget(group_id: int, minutes: int, over_why: str | None) -> str | None:
    """Before one more is made, within its action: the sentence to keep with it. None within the budget; over it, why all
    the same. Raises Mistake. What the group says yes to at this moment was counted when it was asked first."""
    if has_their_yes():
        return over_why
    if not had([group_id])[group_id].over(minutes):
        return None
    if not (over_why or "").strip():
        raise Mistake(SAY_WHY, "over_why")
    return over_why


def begin(row) -> None:
    """As it is made, within its action: it leaves at once where the group said yes to it just now, or its hours are open;
    else it is held."""
    if has_their_yes():
        row.release()
    else:
        let_go(row)


def let_go(row) -> None:
    """Its hour has come: it leaves, if the group as it stands now still has it so. Within an action."""
    leaves = times.leaves_at(row.group_id, standing.of(row.group_id), clock.now())
    if row.released_at is None and row.closed_at is None and leaves and leaves <= clock.now():
        row.release()


def held(limit: int = 100) -> list[tuple[Kind, int, int]]:
    """Kind, group and id of what is held for groups that aren't resting and whose level leaves it to the clock."""
    resting = sa.select(Quiet.group_id).where(Quiet.until > clock.now(), Quiet.ended_at.is_(None))
    found = []
    for kind in KINDS.values():
        rows = db.session.execute(
            sa.select(kind.model.group_id, kind.model.id)
            .where(
                *kind.which,
                kind.model.released_at.is_(None),
                kind.model.closed_at.is_(None),
                kind.model.group_id.not_in(resting),
                standing.level_at(kind.model.group_id, Area.CONTACT).in_((Level.TELL_AFTER, Level.YOU_DO)),
            )
            .order_by(kind.model.id)
            .limit(limit)
        )
        found += [(kind, group_id, row_id) for group_id, row_id in rows]
    return found
