"""Numbers that are given out once each: R101, R102, …"""

from typing import ClassVar, Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import db


class Counter(db.Model):
    """The last number given out under a name."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(sa.String(40), unique=True)
    value: Mapped[int]


def next_number(name: str, first: int = 1) -> int:
    """The next number under this name, within the current transaction; two transactions never get the same."""
    step = sa.update(Counter).where(Counter.name == name).values(value=Counter.value + 1).returning(Counter.value)
    value = db.session.scalar(step)
    if value is None:
        db.session.add(Counter(name=name, value=first))
        db.session.flush()
        value = first
    return value


class Numbered:
    """A row with a number that people say with a letter, like H12: of those COUNTED under one name, from FIRST on."""

    COUNTED: ClassVar[str]
    LETTER: ClassVar[str]
    FIRST: ClassVar[int] = 1

    @classmethod
    def begin(cls, **facts) -> Self:
        """A new one with the next number, within an action."""
        made = cls(**{"number": next_number(cls.COUNTED, cls.FIRST), **facts})
        db.session.add(made)
        db.session.flush()
        return made

    @property
    def ref(self) -> str:
        return f"{self.LETTER}{self.number}"
