"""NoticeChoice: how one person hears of news; NoticeTurns: whether a group's organisers take turns."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import SETTING, GroupOwned, Word, db


class How(StrEnum):
    """When news is mailed to someone."""

    NOW = "now"
    WEEKLY = "weekly"
    OFF = "off"


class NoticeChoice(db.Model):
    """One person's choice, and where their mail stands. Without a row: as it comes, and Monday for the weekly line.

    Of the news waiting to be mailed, `group_ids`: of which groups it is, so that none of a group that rests leaves (None:
    not known, of a mail that waited when this wasn't kept yet); `request_id`: the one request it is of, so that they can
    answer by email."""

    __tablename__ = "notice_choices"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), unique=True)
    how: Mapped[How] = mapped_column(Word(How), default=How.NOW)
    weekday: Mapped[int] = mapped_column(default=0)  # 0 Monday to 6 Sunday: the day of the weekly mail
    due_at: Mapped[datetime | None] = mapped_column(index=True)  # there is news, to be mailed from then on
    group_ids: Mapped[list | None] = mapped_column(sa.JSON(none_as_null=True))
    request_id: Mapped[int | None]
    sent_at: Mapped[datetime | None]  # the last batch
    weekly_at: Mapped[datetime | None]  # the last one with fingerprints


class NoticeTurns(GroupOwned, db.Model):
    """A group's wish that news goes to one organiser at a time, in turn. Without a row it goes to all of them."""

    __tablename__ = "notice_turns"
    OWNERS: ClassVar = {SETTING: "in_turn"}

    in_turn: Mapped[bool]

    @classmethod
    def extra_constraints(cls):
        return (sa.UniqueConstraint("group_id"),)
