"""Reads of asks: the host's, one group's own, and what would happen if one were sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager

from portal.activity.models import Entry
from portal.asks.models import Ask, AskAnswer, AskQuestion, SentAsk
from portal.autonomy import standing
from portal.autonomy.areas import START, Area
from portal.autonomy.models import AFTER_UNDO, Proposal, Quiet, Undo
from portal.autonomy.standing import Standing
from portal.contact import times
from portal.contact.host_questions import Had, had
from portal.contact.models import ContactTimes
from portal.core import clock
from portal.core.db import db
from portal.core.marks import mark
from portal.core.waiting import columns
from portal.people.models import Group

PAGE = 20
SENDING = "asks.send"

# What an organiser finds on the first page: what has left and nothing was said to yet. Nothing that is held.
WAITING = (
    sa.select(*columns("ask", number=Ask.number, who=sa.null(), what=Ask.title, at=SentAsk.released_at))
    .join(Ask, Ask.id == SentAsk.ask_id)
    .where(
        SentAsk.group_id == sa.bindparam("group"),
        SentAsk.released_at.is_not(None),
        SentAsk.closed_at.is_(None),
        SentAsk.given_at.is_(None),
        SentAsk.skipped_at.is_(None),
        Ask.closed_at.is_(None),
    )
)


def one(number: int) -> Ask | None:
    """An ask by its number."""
    return db.session.scalar(sa.select(Ask).where(Ask.number == number))


def questions(ask_id: int) -> Sequence[AskQuestion]:
    """Its questions, in order."""
    return db.session.scalars(
        sa.select(AskQuestion).where(AskQuestion.ask_id == ask_id).order_by(AskQuestion.position)
    ).all()


# --- the host's -----------------------------------------------------------------------------------------------------


def drafts(after: int | None = None) -> Sequence[Ask]:
    """What isn't sent yet, the newest first, those after a number; one more than a page where there are more."""
    query = sa.select(Ask).where(Ask.sent_at.is_(None)).order_by(Ask.number.desc()).limit(PAGE + 1)
    return db.session.scalars(query.where(Ask.number < after) if after else query).all()


class Listed(NamedTuple):
    """An ask with how many groups it has reached."""

    ask: Ask
    groups: int


def every(after: int | None = None) -> list[Listed]:
    """What was sent, the newest first, those after a number; one more than a page where there are more."""
    reached = (
        sa.select(sa.func.count())
        .select_from(SentAsk)
        .where(SentAsk.ask_id == Ask.id, SentAsk.released_at.is_not(None))
        .scalar_subquery()
    )
    query = sa.select(Ask, reached).where(Ask.sent_at.is_not(None))
    if after:
        query = query.where(_earlier(Ask.sent_at, after, sa.select(Ask.sent_at, Ask.id)))
    rows = db.session.execute(query.order_by(Ask.sent_at.desc(), Ask.id.desc()).limit(PAGE + 1))
    return [Listed(ask, groups) for ask, groups in rows]


def _earlier(at: sa.SQLColumnExpression, after: int, key: sa.Select) -> sa.ColumnElement[bool]:
    """Whether a line comes after the one of this number, in a list by moment and id with the newest first."""
    return sa.tuple_(at, Ask.id) < key.where(Ask.number == after).scalar_subquery()


class At(NamedTuple):
    """An ask at one group, as the host sees it: the group, the row where there is one, the answer to being asked first."""

    group: Group
    sent: SentAsk | None
    proposal: Proposal | None


def at_groups(ask: Ask) -> list[At]:
    """Each group it was sent to or that was asked first, by name."""
    rows = db.session.execute(
        sa.select(Group, SentAsk, Proposal)
        .outerjoin(SentAsk, sa.and_(SentAsk.group_id == Group.id, SentAsk.ask_id == ask.id))
        .outerjoin(Proposal, sa.and_(Proposal.group_id == Group.id, _asks_first(ask.id)))
        .where(sa.or_(SentAsk.id.is_not(None), Proposal.id.is_not(None)))
        .order_by(Group.name, Proposal.id)
    )
    return list({group.id: At(group, sent, proposal) for group, sent, proposal in rows}.values())


def answers_given(ask: Ask) -> dict[int, dict[int, str]]:
    """What groups sent, by group and question. What they keep for themselves isn't there."""
    rows = db.session.scalars(
        sa.select(AskAnswer)
        .join(SentAsk, sa.and_(SentAsk.id == AskAnswer.sent_id, SentAsk.group_id == AskAnswer.group_id))
        .where(SentAsk.ask_id == ask.id, SentAsk.given_at.is_not(None), AskAnswer.words.is_not(None))
    )
    found: dict[int, dict[int, str]] = {}
    for answer in rows:
        found.setdefault(answer.group_id, {})[answer.question_id] = answer.words or ""
    return found


def _asks_first(ask_id: int) -> sa.ColumnElement[bool]:
    """Whether a proposal is the short question first about this ask."""
    return sa.and_(Proposal.action == SENDING, Proposal.facts["ask_id"].as_integer() == ask_id)


def was_put_to(group_id: int, ask_id: int) -> bool:
    """Whether a group has this ask already, called off or not, or was asked first: no answer was a no."""
    sent = sa.select(SentAsk.id).where(SentAsk.group_id == group_id, SentAsk.ask_id == ask_id)
    first = sa.select(Proposal.id).where(Proposal.group_id == group_id, _asks_first(ask_id))
    return bool(db.session.scalar(sa.select(sa.or_(sent.exists(), first.exists()))))


@dataclass(frozen=True)
class Place:
    """One group an ask could still go to: how it stands, its hours, and what it had from the host within 30 days."""

    group: Group
    stands: Standing
    hours: times.Times
    had: Had

    @property
    def leaves_at(self) -> datetime | None:
        """When it would leave by the clock; None while the group rests."""
        return None if self.stands.is_quiet else self.hours.opens(clock.now())

    @property
    def leaves_now(self) -> bool:
        """Whether its hours are open."""
        return self.leaves_at is not None and self.leaves_at <= clock.now()


def places(ask: Ask) -> list[Place]:
    """The groups an ask is meant for and hasn't been put to, by name, in two statements. (That nobody of a group can be
    reached is looked up by the door alone.)"""
    now = clock.now()
    quiet = (
        sa.select(sa.func.max(Quiet.until))
        .where(Quiet.group_id == Group.id, Quiet.until > now, Quiet.ended_at.is_(None))
        .scalar_subquery()
    )
    undone = sa.exists().where(
        Undo.group_id == Group.id,
        Undo.at > now - AFTER_UNDO,
        Entry.group_id == Undo.group_id,
        Entry.id == Undo.entry_id,
        Entry.action == SENDING,
    )
    query = (
        sa.select(Group, ContactTimes, standing.level_at(Group.id, Area.CONTACT), quiet, undone)
        .outerjoin(ContactTimes, ContactTimes.group_id == Group.id)
        .where(
            Group.left_at.is_(None),
            ~sa.exists().where(SentAsk.group_id == Group.id, SentAsk.ask_id == ask.id),
            ~sa.exists().where(Proposal.group_id == Group.id, _asks_first(ask.id)),
        )
        .order_by(Group.name)
    )
    if ask.to_groups is not None:
        query = query.where(Group.id.in_(ask.to_groups))
    rows = db.session.execute(query).all()
    lately = had(group.id for group, *_ in rows)
    found = []
    for group, own, level, until, undid in rows:
        stands = Standing(levels=dict(START) | {Area.CONTACT: level}, quiet_until=until, undone=undid)
        hours = times.hours_at(level, times.as_set(own))
        found.append(Place(group, stands, hours, lately[group.id]))
    return found


def all_groups() -> dict[int, str]:
    """Each group that is here, for choosing: names by id."""
    rows = db.session.execute(sa.select(Group.id, Group.name).where(Group.left_at.is_(None)).order_by(Group.name))
    return dict(rows.all())


# --- a group's own --------------------------------------------------------------------------------------------------


def ours(group_id: int, after: int | None = None) -> Sequence[SentAsk]:
    """What has reached a group, the newest first, those after a number; one more than a page where there are more."""
    query = (
        sa.select(SentAsk)
        .join(Ask, Ask.id == SentAsk.ask_id)
        .options(contains_eager(SentAsk.ask))
        .where(SentAsk.group_id == group_id, SentAsk.released_at.is_not(None))
    )
    if after:
        own = sa.select(SentAsk.released_at, Ask.id).join(Ask, Ask.id == SentAsk.ask_id).where(SentAsk.group_id == group_id)
        query = query.where(_earlier(SentAsk.released_at, after, own))
    return db.session.scalars(query.order_by(SentAsk.released_at.desc(), Ask.id.desc()).limit(PAGE + 1)).all()


def one_of_ours(group_id: int, number: int) -> SentAsk | None:
    """One that has reached the group."""
    return db.session.scalar(
        sa.select(SentAsk)
        .join(Ask, Ask.id == SentAsk.ask_id)
        .options(contains_eager(SentAsk.ask))
        .where(SentAsk.group_id == group_id, SentAsk.released_at.is_not(None), Ask.number == number)
    )


def answers_of(sent: SentAsk) -> dict[int, AskAnswer]:
    """What the group wrote to it so far, by question."""
    rows = db.session.scalars(sa.select(AskAnswer).where(AskAnswer.group_id == sent.group_id, AskAnswer.sent_id == sent.id))
    return {answer.question_id: answer for answer in rows}


def marks_of(asked: Sequence[AskQuestion], written: dict[int, AskAnswer]) -> dict[str, str]:
    """The mark of what stands in each box, by question: it travels with the page that shows them."""
    return {str(one.id): mark(written[one.id].stands if one.id in written else "") for one in asked}


class Said(NamedTuple):
    """What a group answered before to a question of the same words, and when."""

    words: str
    at: datetime


def said_before(sent: SentAsk) -> dict[int, Said]:
    """The group's newest earlier answer to each question of an ask, by question: found by sameness, in any other ask."""
    asked, before = aliased(AskQuestion), aliased(AskQuestion)
    rows = db.session.execute(
        sa.select(asked.id, AskAnswer.words, SentAsk.given_at)
        .select_from(asked)
        .join(before, sa.and_(before.sameness == asked.sameness, before.ask_id != asked.ask_id))
        .join(AskAnswer, sa.and_(AskAnswer.question_id == before.id, AskAnswer.group_id == sent.group_id))
        .join(SentAsk, sa.and_(SentAsk.id == AskAnswer.sent_id, SentAsk.group_id == AskAnswer.group_id))
        .where(asked.ask_id == sent.ask_id, AskAnswer.words.is_not(None), SentAsk.given_at.is_not(None))
        .order_by(SentAsk.given_at)
    )
    return {question_id: Said(words, at) for question_id, words, at in rows}
