"""Reads of disagreements: a group's own, the host's list, and what is known about one."""

import re
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.activity.models import Entry
from portal.activity.told_later import is_told
from portal.autonomy.areas import Outcome
from portal.autonomy.models import Among, Disagreement
from portal.core import clock
from portal.core.db import db
from portal.core.waiting import columns
from portal.disagreements import steps
from portal.disagreements.models import DisagreementAnswer
from portal.people.models import Group, Person

PAGE = 20


def one(group_id: int, number: int, *, among: Among | None = None) -> tuple[Disagreement, str, str | None] | None:
    """One of this group's, with who raised and who settled it; the host only reads those with itself."""
    settler = aliased(Person)
    query = (
        sa.select(Disagreement, Person.name, settler.name)
        .join(Person, Person.id == Disagreement.raised_by)
        .outerjoin(settler, settler.id == Disagreement.settled_by)
        .where(Disagreement.id == number, Disagreement.group_id == group_id)
    )
    found = db.session.execute(query.where(Disagreement.among == among) if among else query).first()
    return (found[0], found[1], found[2]) if found else None


def ours(group_id: int, before: int | None = None) -> Sequence[Disagreement]:
    """A group's, newest first, paged by key."""
    query = sa.select(Disagreement).where(Disagreement.group_id == group_id).order_by(Disagreement.id.desc())
    return db.session.scalars((query.where(Disagreement.id < before) if before else query).limit(PAGE + 1)).all()


def every(before: int | None = None) -> Sequence[sa.Row]:
    """The host's list: each with its group and how many answers its step has, newest first, paged by key."""
    query = (
        sa.select(Disagreement, Group, _answers_now())
        .join(Group, Group.id == Disagreement.group_id)
        .where(Disagreement.among == Among.HOST)
        .order_by(Disagreement.id.desc())
    )
    return db.session.execute((query.where(Disagreement.id < before) if before else query).limit(PAGE + 1)).all()


def answers(disagreement: Disagreement) -> Sequence[sa.Row]:
    """What was answered, with names, oldest first."""
    return db.session.execute(
        sa.select(DisagreementAnswer, Person.name)
        .join(Person, Person.id == DisagreementAnswer.person_id)
        .where(
            DisagreementAnswer.group_id == disagreement.group_id,
            DisagreementAnswer.disagreement_id == disagreement.id,
        )
        .order_by(DisagreementAnswer.id)
    ).all()


def is_answered(disagreement: Disagreement, given: Sequence[sa.Row]) -> bool:
    """Whether its step has all the answers it takes; `given` are all its answers."""
    return enough(disagreement, sum(row.step == disagreement.step for row, _name in given))


def enough(disagreement: Disagreement, given: int) -> bool:
    """Whether so many answers are all that its step takes."""
    return disagreement.step < steps.OUTSIDE and given >= steps.STEPS[disagreement.step - 1].answers


def may_go_further(disagreement: Disagreement, given: Sequence[sa.Row]) -> bool:
    """Once the step is answered, or its day has passed."""
    day = steps.due(disagreement)
    return day is not None and (is_answered(disagreement, given) or clock.today() > day)


def parts_had(disagreement: Disagreement, person_id: int | None) -> set[str]:
    """What part this person had in it: `answer`ed it at some step, or did something with the `row` it is about."""
    answered = sa.select(sa.literal("answer")).where(
        DisagreementAnswer.group_id == disagreement.group_id,
        DisagreementAnswer.disagreement_id == disagreement.id,
        DisagreementAnswer.person_id == person_id,
    )
    did = sa.select(sa.literal("row")).where(
        Entry.group_id == disagreement.group_id,
        Entry.subject_table == disagreement.item_table,
        Entry.subject_id == disagreement.item_id,
        Entry.person_id == person_id,
    )
    return set(db.session.scalars(sa.union(answered, did)))


def named(group_id: int, about: str) -> tuple[str, int] | None:
    """The table and id of what these words name in this group (R104, P7), as its log has it."""
    if not re.fullmatch(r"[A-Za-z]\d+", about.strip()):
        return None
    newest = (
        sa.select(Entry.subject_table, Entry.subject_id)
        .where(Entry.group_id == group_id, is_told(), Entry.about == about.strip().upper(), Entry.subject_id.is_not(None))
        .where(Entry.outcome != Outcome.DENY, Entry.subject_table != Disagreement.__tablename__)
        .order_by(Entry.seq.desc())
        .limit(1)
    )
    found = db.session.execute(newest).first()
    return (found[0] or "", found[1] or 0) if found else None


def _answers_now() -> sa.ScalarSelect:
    """How many answers the step has that a disagreement has got to."""
    step = 1 + sum(
        sa.case((column.is_not(None), 1), else_=0)
        for column in (Disagreement.someone_new_at, Disagreement.trustees_at, Disagreement.outside_at)
    )
    return (
        sa.select(sa.func.count())
        .where(
            DisagreementAnswer.group_id == Disagreement.group_id,
            DisagreementAnswer.disagreement_id == Disagreement.id,
            DisagreementAnswer.step == step,
        )
        .correlate(Disagreement)
        .scalar_subquery()
    )


# What waits at home for organisers: one among them that another raised, and one that the host has answered.
WAITING = sa.select(
    *columns("disagreement", number=Disagreement.id, who=Person.name, what=Disagreement.among, at=Disagreement.raised_at)
).join(Person, Person.id == Disagreement.raised_by)
WAITING = WAITING.where(
    Disagreement.group_id == sa.bindparam("group"),
    Disagreement.settled_at.is_(None),
    Disagreement.outside_at.is_(None),
    sa.case(
        (Disagreement.among == Among.OURSELVES, Disagreement.raised_by != sa.bindparam("person")),
        else_=_answers_now() >= sa.case((Disagreement.trustees_at.is_not(None), 2), else_=1),
    ),
)
