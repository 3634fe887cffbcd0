"""DisagreementAnswer: what the host's people say to a disagreement, step by step."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.db import RECORD, GroupOwned, db, within_group


class DisagreementAnswer(GroupOwned, db.Model):
    """One person's answer. A person answers once: whoever answered before isn't someone new."""

    __tablename__ = "disagreement_answers"
    OWNERS: ClassVar = {RECORD: "step words at"}

    disagreement_id: Mapped[int]
    step: Mapped[int]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    words: Mapped[str] = mapped_column(sa.Text)

    @classmethod
    def extra_constraints(cls):
        return (
            within_group("disagreement_id", "disagreements"),
            sa.UniqueConstraint("disagreement_id", "person_id"),
            sa.CheckConstraint("step BETWEEN 1 AND 3", name="step"),
        )
