"""How a group stands at this moment: the levels that hold, its limits, and whether it is quiet. Computed at use, so that
nothing waits for a job: a loosening holds from its hour, quiet mode is over at its end.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

import sqlalchemy as sa

from portal.activity.models import Entry
from portal.autonomy.areas import START, START_LIMIT_EACH, START_LIMIT_MONTH, Area, Level
from portal.autonomy.models import (
    AFTER_REST,
    AFTER_UNDO,
    SILENT_AFTER,
    Among,
    AreaLevel,
    ContactTry,
    Disagreement,
    Loosening,
    Quiet,
    SpendingLimit,
    Undo,
)
from portal.core import clock
from portal.core.db import UtcDateTime, db, fetched, prepared
from portal.people.roles import Role

UNDID = "autonomy.undo"


@dataclass(frozen=True)
class Standing:
    """What the policy needs to know of a group. Limits in pence: each cost, and a month."""

    levels: Mapping[Area, Level] = field(default_factory=lambda: dict(START))
    each_pence: int = START_LIMIT_EACH
    month_pence: int = START_LIMIT_MONTH
    quiet_until: datetime | None = None
    undone: bool = False  # the row in question had a change undone within 30 days, or one added in this way was taken back
    disputed: bool = False  # the organisers don't agree about the row in question
    rested: bool = False  # it is back from a rest for less than 14 days
    silent: bool = False  # its organisers can't be reached: two tries, 28 days, not a word

    @property
    def is_quiet(self) -> bool:
        return self.quiet_until is not None

    @property
    def tasks_rest(self) -> bool:
        """Whether the group's own tasks wait: while it is quiet, and for 14 days after."""
        return self.is_quiet or self.rested


def of(group_id: int, row=None, *, adding: str = "") -> Standing:
    """How a group stands now (and `row` with it, or what the action `adding` would add), in one statement. Of what was set
    and agreed to, the newest counts."""
    now = clock.now()
    values = {"group": group_id, "now": now, "lately": now - AFTER_UNDO, "back": now - AFTER_REST, "adding": adding}
    values["own"] = row.__tablename__ if row is not None else ""
    if row is not None:
        values |= {"item_table": row.__tablename__, "item": row.id}
    rows = fetched(_statement(of_row=row is not None, of_adding=bool(adding)), values)
    held = dict(START)
    tried: list[datetime] = []
    each, month, quiet_until, undone, disputed = START_LIMIT_EACH, START_LIMIT_MONTH, None, False, False
    rested = False
    for kind, area, level, each_pence, month_pence, at in sorted(rows, key=lambda row: row[5]):
        if kind == "level":
            held[Area(area)] = Level(level)
        elif kind == "limit":
            each, month = each_pence, month_pence
        elif kind == "quiet":
            quiet_until = max(quiet_until or at, at)
        elif kind == "rested":
            rested = True
        elif kind == "try":
            tried.append(at)
        elif kind == "disputed":
            disputed = True
        else:
            undone = True
    spells = quiet_spells(group_id) if tried else []
    since = silent_since(group_id, tried, spells)
    silent = since is not None and deadline(since, SILENT_AFTER, spells) <= now
    return Standing(held, each, month, quiet_until, undone, disputed, rested, silent)


GROUP, ITEM = (sa.bindparam(name, type_=sa.Integer) for name in ("group", "item"))
NOW, LATELY, BACK = (sa.bindparam(name, type_=UtcDateTime) for name in ("now", "lately", "back"))
ITEM_TABLE, ADDING, OWN = (sa.bindparam(name, type_=sa.String) for name in ("item_table", "adding", "own"))


@prepared
def _statement(*, of_row: bool, of_adding: bool) -> sa.CompoundSelect:
    """All that `of` asks of the database."""
    over = sa.func.coalesce(Quiet.ended_at, Quiet.until)
    parts = [  # at the very same moment, what was set outright wins
        _part(
            sa.case((Loosening.level.is_(None), "limit"), else_="level"),
            *(Loosening.holds_from, Loosening.area, Loosening.level, Loosening.each_pence, Loosening.month_pence),
        ).where(Loosening.group_id == GROUP, Loosening.holds_from <= NOW, Loosening.ended_at.is_(None)),
        _part("level", AreaLevel.set_at, AreaLevel.area, AreaLevel.level).where(AreaLevel.group_id == GROUP),
        _part(
            *("limit", SpendingLimit.set_at, sa.literal(Area.SPENDING.value), None),
            *(SpendingLimit.each_pence, SpendingLimit.month_pence),
        ).where(SpendingLimit.group_id == GROUP),
        _part("quiet", Quiet.until).where(Quiet.group_id == GROUP, Quiet.until > NOW, Quiet.ended_at.is_(None)),
        _part("rested", over).where(Quiet.group_id == GROUP, over <= NOW, over > BACK),
        _part("try", ContactTry.at).where(ContactTry.group_id == GROUP),
    ]
    if of_adding:  # what is added about a row is another row: an undo of it stands at that one
        taken_back = sa.and_(Entry.group_id == Undo.group_id, Entry.id == Undo.entry_id)
        parts.append(
            _part("undone", sa.func.max(Undo.at))
            .join(Entry, taken_back)
            .where(Undo.group_id == GROUP, Undo.at > LATELY, Entry.action == ADDING, Entry.subject_table != OWN)
            .having(sa.func.max(Undo.at).is_not(None))
        )
    if of_row:
        parts.append(
            _part("undone", sa.func.max(Entry.at))
            .where(
                Entry.group_id == GROUP,
                Entry.subject_table == ITEM_TABLE,
                Entry.subject_id == ITEM,
                Entry.action == UNDID,
                Entry.at > LATELY,
            )
            .having(sa.func.max(Entry.at).is_not(None))
        )
        parts.append(
            _part("disputed", Disagreement.raised_at).where(
                Disagreement.group_id == GROUP,
                Disagreement.item_table == ITEM_TABLE,
                Disagreement.item_id == ITEM,
                Disagreement.among == Among.OURSELVES,
                Disagreement.settled_at.is_(None),
            )
        )
    return sa.union_all(*parts)


def level_at(group_id, area: Area, now: datetime | sa.BindParameter | None = None) -> sa.ColumnElement[Level]:
    """The level of an area that holds now in a group (its id, or a column of ids), for a query over many: as in `of`, the
    newest of what was set and agreed to; from the start, where nothing was. `now` can be given with the query's values, for
    one that is built once."""
    now = clock.now() if now is None else now
    set_to, agreed_to = (sa.literal_column(rank, sa.Integer).label("rank") for rank in ("1", "0"))  # at the same moment
    held = sa.union_all(
        sa.select(AreaLevel.level, AreaLevel.set_at.label("at"), set_to)
        .where(AreaLevel.group_id == group_id, AreaLevel.area == area)
        .correlate_except(AreaLevel),
        sa.select(Loosening.level, Loosening.holds_from, agreed_to)
        .where(Loosening.group_id == group_id, Loosening.area == area, Loosening.level.is_not(None))
        .where(Loosening.holds_from <= now, Loosening.ended_at.is_(None))
        .correlate_except(Loosening),
    ).subquery()
    newest = sa.select(held.c.level).order_by(held.c.at.desc(), held.c.rank.desc()).limit(sa.literal_column("1"))
    return sa.func.coalesce(newest.scalar_subquery(), START[area])


def _part(kind, at, area=None, level=None, each_pence=None, month_pence=None) -> sa.Select:
    """One kind of fact in the shape they all share: kind, area, level, pence each and a month, moment."""
    none = sa.null()
    return sa.select(
        sa.literal(kind) if isinstance(kind, str) else kind,
        sa.cast(none, sa.String) if area is None else area,
        sa.cast(none, sa.String) if level is None else level,
        sa.cast(none, sa.Integer) if each_pence is None else each_pence,
        sa.cast(none, sa.Integer) if month_pence is None else month_pence,
        at,
    )


def silent_since(group_id: int, tries: list[datetime], spells: list[tuple[datetime, datetime]]) -> datetime | None:
    """The first of two tries within 28 days, quiet time not counted, with nothing of an organiser's in the log since, not
    even what was refused; None where they were heard of, or tried once."""
    if not tries:
        return None
    heard = db.session.scalar(
        sa.select(sa.func.max(Entry.at)).where(Entry.group_id == group_id, Entry.role == Role.ORGANISER)
    )
    unheard = sorted(at for at in tries if heard is None or at > heard)
    return next((one for one, two in pairwise(unheard) if two <= deadline(one, SILENT_AFTER, spells)), None)


def quiet_spells(group_id: int) -> list[tuple[datetime, datetime]]:
    """From when until when a group was, or will be, quiet."""
    rows = db.session.scalars(sa.select(Quiet).where(Quiet.group_id == group_id).order_by(Quiet.started_at))
    return [(row.started_at, row.over_at) for row in rows]


def deadline(start: datetime, lasts: timedelta, spells: list[tuple[datetime, datetime]]) -> datetime:
    """`start` + `lasts`, not counting quiet time (autonomy guide: proposal and undo clocks pause)."""
    end = start + lasts
    for begin, over in sorted(spells):
        if begin < end and over > start:
            end += over - max(begin, start)
    return end
