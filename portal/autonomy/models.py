"""What a group has set, what waits for its yes, and what the host holds back."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.autonomy.areas import LEVEL_WORDS, START_LIMIT_EACH, START_LIMIT_MONTH, Area, Duty, Level
from portal.core import clock
from portal.core.db import HOST, RECORD, SETTING, GroupOwned, Word, db, partial_index, within_group
from portal.people.roles import Role

COOLING_OFF = timedelta(hours=48)
SECOND_WITHIN = timedelta(days=14)
ALONE_AGAIN_AFTER = timedelta(days=7)
NEW_ORGANISER_WAITS = timedelta(days=7)
PROPOSAL_LASTS = timedelta(days=14)
UNDO_LASTS = timedelta(days=14)
AFTER_UNDO = timedelta(days=30)
AFTER_REST = timedelta(days=14)  # that a group's own tasks still wait once it is back
QUIET_DAYS, QUIET_MOST_DAYS = 14, 84
SILENT_AFTER = timedelta(days=28)


class AreaLevel(GroupOwned, db.Model):
    """The level a group set for one area. An area without a row stands at its start level."""

    __tablename__ = "area_levels"
    OWNERS: ClassVar = {SETTING: "area level"}
    WORDS: ClassVar = {"level": "How much staff can do"}
    READS: ClassVar = {"level": LEVEL_WORDS.get}

    area: Mapped[Area] = mapped_column(Word(Area))
    level: Mapped[Level] = mapped_column(Word(Level))
    set_at: Mapped[datetime] = mapped_column(default=clock.now)
    set_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    @classmethod
    def extra_constraints(cls):
        return (sa.UniqueConstraint("group_id", "area"),)


class SpendingLimit(GroupOwned, db.Model):
    """How much staff may say yes to for the group without asking: pence a cost, pence a month."""

    __tablename__ = "spending_limits"
    OWNERS: ClassVar = {SETTING: "each_pence month_pence"}
    WORDS: ClassVar = {"each_pence": "Each time, up to", "month_pence": "In a month, up to"}

    each_pence: Mapped[int] = mapped_column(default=START_LIMIT_EACH)
    month_pence: Mapped[int] = mapped_column(default=START_LIMIT_MONTH)
    set_at: Mapped[datetime] = mapped_column(default=clock.now)

    @classmethod
    def extra_constraints(cls):
        return (sa.UniqueConstraint("group_id"),)


class Loosening(GroupOwned, db.Model):
    """An organiser's wish to let staff do more: a looser level of one area, or higher spending limits.

    With two or more organisers another one agrees, and 48 hours later it holds; the only organiser confirms twice, 7 days
    apart. Any organiser can stop it before. Nobody's second within 14 days: it lapses (autonomy guide, "Changing a level").
    """

    __tablename__ = "loosenings"
    OWNERS: ClassVar = {SETTING: "area level each_pence month_pence holds_from"}

    area: Mapped[Area] = mapped_column(Word(Area))
    level: Mapped[Level | None] = mapped_column(Word(Level))
    each_pence: Mapped[int | None]
    month_pence: Mapped[int | None]
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    started_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    agreed_at: Mapped[datetime | None]
    agreed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    holds_from: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    @classmethod
    def extra_constraints(cls):
        return (sa.CheckConstraint("(level IS NULL) <> (each_pence IS NULL)", name="one_thing"),)

    def is_open(self, now: datetime) -> bool:
        """Whether it can still be agreed to or stopped."""
        if self.ended_at:
            return False
        if self.holds_from:
            return self.holds_from > now
        return self.started_at + SECOND_WITHIN > now

    @property
    def again_from(self) -> datetime:
        """From when the only organiser can confirm it."""
        return self.started_at + ALONE_AGAIN_AFTER

    @property
    def ref(self) -> str:
        return self.area.value


class Quiet(GroupOwned, db.Model):
    """Quiet mode: no reason asked, 2 weeks by default, 12 at most, ended any time (autonomy guide, "Quiet mode")."""

    __tablename__ = "quiets"
    OWNERS: ClassVar = {SETTING: "until"}

    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    started_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    @property
    def over_at(self) -> datetime:
        """When it ended, or ends."""
        return min(self.ended_at, self.until) if self.ended_at else self.until


class Proposal(GroupOwned, db.Model):
    """An action of staff that waits for the group's yes: its name, its plain arguments and why. Nothing has changed yet.

    `answer` is yes, amended or no, lapsed where the area was made tighter, or called off by the host; without one it lapses
    as No after 14 days, quiet time not counted. `seen_seq` is
    the newest entry about its row when it was made: when the row has moved since, a yes no longer fits.
    """

    __tablename__ = "proposals"
    OWNERS: ClassVar = {RECORD: "action area subject_table facts why role answer seen_seq"}
    NOT_NOTED: ClassVar = ("facts", "why")  # they change only when words are taken out, which don't go into the log again

    action: Mapped[str] = mapped_column(sa.String(60))
    area: Mapped[Area] = mapped_column(Word(Area))
    subject_table: Mapped[str | None] = mapped_column(sa.String(40))
    subject_id: Mapped[int | None]
    seen_seq: Mapped[int] = mapped_column(default=0)
    facts: Mapped[dict] = mapped_column(sa.JSON)
    why: Mapped[str | None] = mapped_column(sa.Text)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    role: Mapped[Role] = mapped_column(Word(Role))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    reminded_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    answer: Mapped[str | None] = mapped_column(sa.String(20))

    @property
    def ref(self) -> str:
        return f"P{self.id}"

    @property
    def was_answered(self) -> bool:
        """Whether the group said yes or no; else it closed by itself or was called off."""
        return self.answer in {"yes", "amended", "no"}

    def settle(self, by, answer: str) -> None:
        """It is answered, or waits no more. Within an action."""
        self.answer, self.answered_at, self.answered_by = answer, clock.now(), by.person_id

    @property
    def wordless(self) -> dict:
        """Its facts without words: numbers, by which it is still known what was proposed."""
        return {name: value for name, value in self.facts.items() if not isinstance(value, str | list | dict)}

    @property
    def has_words(self) -> bool:
        """Whether it has any that could be taken out."""
        return bool(self.why) or self.facts != self.wordless


class ProposalNote(GroupOwned, db.Model):
    """Words under a proposal: the group asks, the host answers."""

    __tablename__ = "proposal_notes"
    OWNERS: ClassVar = {RECORD: "from_host at words"}

    proposal_id: Mapped[int]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    from_host: Mapped[bool]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    words: Mapped[str] = mapped_column(sa.Text)

    @classmethod
    def extra_constraints(cls):
        return (within_group("proposal_id", "proposals"),)


class Undo(GroupOwned, db.Model):
    """The group took back one change it was told of. Each change once."""

    __tablename__ = "undos"
    OWNERS: ClassVar = {RECORD: "at"}

    entry_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=clock.now)

    @classmethod
    def extra_constraints(cls):
        return (within_group("entry_id", "entries"), sa.UniqueConstraint("group_id", "entry_id"))


class ContactTry(GroupOwned, db.Model):
    """The host tried to reach a group's organisers: when, by whom, how. Any act of an organiser later ends what it began
    (autonomy guide, "Can't reach organisers")."""

    __tablename__ = "contact_tries"
    OWNERS: ClassVar = {RECORD: "at how"}

    at: Mapped[datetime] = mapped_column(default=clock.now)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    how: Mapped[str] = mapped_column(sa.String(200))


class Among(StrEnum):
    """Between whom a disagreement is."""

    HOST = "host"
    OURSELVES = "ourselves"


class Disagreement(GroupOwned, db.Model):
    """“We disagree”, about anything (autonomy guide, "Disagreement"). No setting ever moves by it.

    With the host it climbs: an answer, then someone new, then two trustees, then outside bodies; each step begins when the
    group takes it there. Among organisers the host takes no side: the row it is about waits until it is settled.
    """

    __tablename__ = "disagreements"
    OWNERS: ClassVar = {RECORD: "about item_table words among friend"}
    WORDS: ClassVar = {"friend": "Someone from outside"}

    about: Mapped[str] = mapped_column(sa.String(120))
    item_table: Mapped[str | None] = mapped_column(sa.String(40))  # the row that `about` names, where it names one
    item_id: Mapped[int | None]
    words: Mapped[str] = mapped_column(sa.Text)
    among: Mapped[Among] = mapped_column(Word(Among))
    raised_at: Mapped[datetime] = mapped_column(default=clock.now)
    raised_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    someone_new_at: Mapped[datetime | None]
    trustees_at: Mapped[datetime | None]
    outside_at: Mapped[datetime | None]
    friend: Mapped[str | None] = mapped_column(sa.String(120))  # whom the group brings when trustees look at it
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    @classmethod
    def extra_constraints(cls):
        return (sa.Index("ix_disagreements_item", "group_id", "item_table", "item_id"),)

    @property
    def ref(self) -> str:
        return f"W{self.id}"

    @property
    def begun(self) -> list[datetime]:
        """When each step it has got to began: its answer, someone new, two trustees, outside bodies."""
        every = (self.raised_at, self.someone_new_at, self.trustees_at, self.outside_at)
        return [moment for moment in every if moment]

    @property
    def step(self) -> int:
        """1 an answer, 2 someone new, 3 two trustees, 4 outside bodies."""
        return len(self.begun)


class Hold(GroupOwned, db.Model):
    """The host holds one item back under a rule of the floor: why, what releases it, when it is looked at again.

    Past its date a hold has lapsed unless it was renewed. The date is at most 5 working days on (autonomy guide, the
    floor); the database itself refuses one that is far beyond. `mistaken_at`: whoever released it said that it was wrong.
    """

    __tablename__ = "holds"
    OWNERS: ClassVar = {HOST: "item_table rule reason releases review_on"}

    item_table: Mapped[str] = mapped_column(sa.String(40))
    item_id: Mapped[int]
    rule: Mapped[Duty] = mapped_column(Word(Duty))
    reason: Mapped[str] = mapped_column(sa.String(300))
    releases: Mapped[str] = mapped_column(sa.String(300))
    review_on: Mapped[date]
    placed_at: Mapped[datetime] = mapped_column(default=clock.now)
    placed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    renewed_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    released_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    mistaken_at: Mapped[datetime | None]

    @classmethod
    def live(cls, today: date | sa.BindParameter | None = None) -> sa.ColumnElement[bool]:
        """Whether it holds now: not released, and its day not over. The rest of the statement says of which item."""
        return sa.and_(cls.released_at.is_(None), cls.review_on >= (clock.today() if today is None else today))

    @classmethod
    def extra_constraints(cls):
        return (
            sa.Index("ix_holds_item", "group_id", "item_table", "item_id"),
            sa.Index("ix_holds_placed", "placed_at"),
            partial_index("ix_holds_live", "review_on", where="released_at IS NULL"),
            sa.CheckConstraint("reason <> '' AND releases <> ''", name="says_why"),
        )
