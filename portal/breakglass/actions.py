"""Asking for a legal duty, allowing it, using it, ending it, answering it, reviewing it."""

from datetime import timedelta

import sqlalchemy as sa

from portal.autonomy.door import Mistake, Scope, action
from portal.breakglass import items, queries
from portal.breakglass.models import MOST_DELAY_DAYS, MOST_HOURS, Act, BreakGlass, BreakGlassItem, Delay, Duty
from portal.core import clock, jobs, mail
from portal.core.db import db
from portal.people.models import Suspension
from portal.people.roles import ORGANISERS, Role

ASKERS = frozenset({Role.COORDINATOR, Role.FINANCE, Role.SAFEGUARDING})
SECONDS = frozenset({Role.TRUSTEE, Role.SAFEGUARDING})
TRUSTEES = frozenset({Role.TRUSTEE})


def _own(by, glass, facts) -> str:
    return "Someone other than who asked decides this one." if by.person_id == glass.asked_by else ""


def _others(by, glass, facts) -> str:
    return "" if by.person_id in {glass.asked_by, glass.approved_by} else "Whoever asked or allowed it can end it."


def _uncovered(by, item, facts) -> str:
    """Each look is checked anew, so nothing is covered a moment past the end."""
    glass = queries.one(item.group_id, item.break_glass_id)
    opens = glass and glass.act in {Act.VIEW, Act.DISCLOSE}  # pausing or writing to someone opens nothing
    covered = glass and opens and queries.covers(by.person_id, item.group_id, glass.act, item.item_table, item.item_id)
    return "" if covered else "No legal duty covers this now. Two people are needed, and it ends by itself."


@action(roles=ASKERS, asks_again=True, says="asked to use a legal duty")
def ask(
    by,
    group,
    *,
    duty: str,
    act: str,
    things: str,
    reason: str,
    hours: int,
    danger_to_life: bool = False,
    delay: str | None = None,
    delay_days: int = 0,
    outside: str | None = None,
    words: str | None = None,
) -> BreakGlass:
    """Ask to step past the group's settings: which duty, what for, which `things` (a receipt’s or a request’s number,
    someone’s name or address; one a line), for how many hours.

    Nothing happens until someone else allows it. In danger to life it starts at once and is looked at within 24 hours.
    Where telling waits, the group reads of it on the fixed day even if it never began.
    """
    if not 1 <= hours <= MOST_HOURS:
        raise Mistake("Choose between 1 and 72 hours.", "hours")
    if delay and not 1 <= delay_days <= MOST_DELAY_DAYS:
        raise Mistake("The group is told within 14 days at the latest.", "delay_days")
    doing = Act(act)
    if doing is Act.DISCLOSE and not outside:
        raise Mistake("Write who gets it.", "outside")
    if doing is Act.CONTACT and not words:
        raise Mistake("Write the message.", "words")
    wanted = [one.strip() for line in things.splitlines() for one in line.split(",") if one.strip()]
    listed = [items.found(group.id, doing, one) for one in wanted]
    for one, known in zip(wanted, listed, strict=True):
        if known is None:
            raise Mistake(f"We can’t find “{one}” in this group, or this can’t be done with it.", "things")
    if not listed:
        raise Mistake("Write what it is about.", "things")
    glass = BreakGlass(
        group_id=group.id,
        duty=Duty(duty),
        act=doing,
        reason=reason,
        hours=hours,
        danger_to_life=danger_to_life,
        outside=outside if doing is Act.DISCLOSE else None,
        words=words if doing is Act.CONTACT else None,
        delay=Delay(delay) if delay else None,
        delay_days=delay_days if delay else 0,
        told_at=clock.now() + timedelta(days=delay_days) if delay else None,
        asked_by=by.person_id,
    )
    db.session.add(glass)
    db.session.flush()
    for known in dict.fromkeys(listed):
        if known:
            own = {"group_id": group.id, "break_glass_id": glass.id}
            table, row_id, called = known
            db.session.add(BreakGlassItem(**own, item_table=table, item_id=row_id, called=called[:120]))
    db.session.flush()
    db.session.refresh(glass)
    if danger_to_life:
        _start(glass)
    return glass


@action(roles=SECONDS, asks_again=True, on=BreakGlass, bars=_own, says="allowed the use of a legal duty")
def allow(by, group, glass) -> BreakGlass:
    """Be the second person: a trustee or the safeguarding lead, never who asked."""
    _check_waits(glass)
    if glass.started_at is None and glass.is_told(clock.now()):
        raise Mistake("Its day has come, and the group has read of it. Ask anew.")
    glass.approved_at, glass.approved_by = clock.now(), by.person_id
    if glass.started_at is None:
        _start(glass)
    else:
        _pause(glass)  # in danger to life: until now for 24 hours at most
    return glass


@action(roles=SECONDS, on=BreakGlass, bars=_own, says="didn’t allow the use of a legal duty")
def refuse(by, group, glass) -> BreakGlass:
    """Say no, or stop what was begun in danger to life."""
    _check_waits(glass)
    return _end(by, glass)


@action(roles=ASKERS | SECONDS, on=BreakGlass, bars=_others, says="ended the use of a legal duty")
def end(by, group, glass) -> BreakGlass:
    """End it before its time."""
    return glass if glass.ended_at else _end(by, glass)


@action(roles=ASKERS, on=BreakGlassItem, scope=Scope.LOOK, bars=_uncovered, says="looked at something under a legal duty")
def look(by, group, item) -> BreakGlassItem:
    """Note that a listed item was looked at, or taken to give to someone outside."""
    return item


@action(roles=TRUSTEES, asks_again=True, on=BreakGlass, bars=_own, says="let a group be told later")
def delay_again(by, group, glass, *, days: int) -> BreakGlass:
    """Tell the group later than first fixed: 14 days more at most, and only while it isn't told."""
    if glass.delay is None or glass.is_told(clock.now()):
        raise Mistake("The group has been told.")
    if not 1 <= days <= MOST_DELAY_DAYS:
        raise Mistake("Choose between 1 and 14 days.", "days")
    glass.told_at = clock.now() + timedelta(days=days)
    _tell(glass)
    return glass


def _untold(by, glass, facts) -> str:
    began = glass.started_at is not None and glass.is_told(clock.now())
    return "" if began else "You’re told of this in a while."


@action(roles=ORGANISERS, on=BreakGlass, bars=_untold, says="answered the use of a legal duty")
def reply(by, group, glass, *, words: str) -> BreakGlass:
    """The group's own words, kept beside it for good."""
    if glass.reviewed_at:
        raise Mistake("It’s been reviewed. To take it further, use “We disagree”.", "words")
    glass.reply, glass.replied_at, glass.replied_by = words, clock.now(), by.person_id
    return glass


@action(roles=SECONDS, asks_again=True, on=BreakGlass, bars=_own, says="reviewed the use of a legal duty")
def review(by, group, glass, *, words: str) -> BreakGlass:
    """Say afterwards whether it was right, with the group's reply in view. Within 10 working days."""
    if glass.started_at is None or glass.is_live(clock.now()):
        raise Mistake("It can be reviewed once it has ended.", "words")
    if glass.reviewed_at:
        raise Mistake("It’s been reviewed already.", "words")
    glass.review, glass.reviewed_at, glass.reviewed_by = words, clock.now(), by.person_id
    return glass


def _check_waits(glass: BreakGlass) -> None:
    if not glass.is_asked:
        raise Mistake("This was decided already.")


def _start(glass: BreakGlass) -> None:
    glass.started_at = clock.now()
    glass.told_at = glass.started_at + timedelta(days=glass.delay_days)
    _pause(glass)
    if glass.act is Act.CONTACT:
        for row in glass.items:
            mail.post("breakglass.urgent", membership_id=row.item_id)
    _tell(glass)


def _pause(glass: BreakGlass) -> None:
    """Bring the pauses of someone's way in to the length they are allowed now."""
    if glass.act is not Act.SUSPEND or glass.started_at is None or glass.ends_at is None:
        return
    lasts = glass.ends_at - glass.started_at
    for row in glass.items:
        paused = _suspension(glass, row.item_id)
        if paused is None:
            paused = Suspension(group_id=glass.group_id, membership_id=row.item_id, started_at=glass.started_at)
            db.session.add(paused)
        paused.until = glass.started_at + lasts


def _suspension(glass: BreakGlass, membership_id: int) -> Suspension | None:
    return db.session.scalar(
        sa.select(Suspension).where(
            Suspension.group_id == glass.group_id,
            Suspension.membership_id == membership_id,
            Suspension.started_at == glass.started_at,
        )
    )


def _end(by, glass: BreakGlass) -> BreakGlass:
    glass.ended_at, glass.ended_by = clock.now(), by.person_id
    if glass.act is Act.SUSPEND:
        for row in glass.items:
            if paused := _suspension(glass, row.item_id):
                paused.ended_at = glass.ended_at
    return glass


def _tell(glass: BreakGlass) -> None:
    """Tell the organisers: at once, or on the day that was fixed."""
    jobs.enqueue("breakglass.tell", due_at=glass.told_at, group_id=glass.group_id, number=glass.id)
