"""How a change reads to a person: a column by its model's name for it (`WORDS`), a value by its model's words for it
(`READS`: from a column to a function of what the log holds), and a row that is named by number by what it is called.

What the host keeps of a record (moments, marks, names of files) has no name, and isn't told: the entry's own sentence says
that it was done. The whole of it is in the log (`activity`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from portal.core import wall
from portal.core.db import RECORD, db
from portal.core.filters import full_day, pounds

Key = tuple[str | None, int | None]  # a row by its table and id
NO_LONGER = "One that is no longer there"


@dataclass(frozen=True)
class Shown:
    """One thing a proposal or an entry is about: its name, and how it reads before and after. `now`: how it reads since
    somebody changed it again."""

    name: str
    before: object
    after: object
    now: object = None
    moved_on: bool = False


@dataclass(frozen=True)
class Meaning:
    """What a proposal comes to: before and after, and in words where these alone don't say."""

    shown: list[Shown]
    words: str = ""

    @property
    def in_short(self) -> str:
        """It within a line that goes on: its words, or else the names of what would change."""
        if self.words:
            return self.words[:1].lower() + self.words[1:-1]
        return ", ".join(one.name for one in self.shown).lower()


def key_of(change: dict) -> Key:
    """The row of a change in the log."""
    table, _, number = change["row"].partition(":")
    return table, int(number)


def plain(value):
    """A column's value as the log keeps it."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def is_shown(table: str | None, column: str) -> bool:
    """Whether a person reads of a column: it is somebody's, or has a name."""
    here = db.metadata.tables.get(table or "")
    if here is None or column in _own(table, "WORDS"):
        return here is not None
    return wall.owner_of(here, column) != RECORD and not column.endswith("_by")  # the entry says who it was


def named_by(table: str | None, column: str, value) -> Key | None:
    """The row whose number a column holds, if it holds one."""
    here = _column(table, column)
    if here is None or not isinstance(value, int):
        return None
    return next(((key.column.table.name, value) for key in here.foreign_keys), None)


def called(table: str | None, column: str) -> str:
    """A column's name."""
    return _own(table, "WORDS").get(column) or column.replace("_", " ").capitalize()


def read(table: str | None, column: str, value, names: dict[Key, str]):
    """What a column holds, as a person reads it; `names` are those of the rows it may name."""
    if value is None:
        return None
    if reads := _own(table, "READS").get(column):
        words = reads(value)
        return value if words is None else words
    if key := named_by(table, column, value):
        return names.get(key, NO_LONGER)
    if column.endswith("_pence"):
        return pounds(value)
    here = _column(table, column)
    kind = here.type.python_type if here is not None else None
    if kind in {date, datetime} and isinstance(value, str):
        return full_day(kind.fromisoformat(value))
    if kind is bool:
        return "Yes" if value else "No"
    return value


def in_words(table: str | None, pairs: Iterable[tuple[str, object, object]], names: dict[Key, str]) -> list[Shown]:
    """Columns of one table, each with what it held before and after."""
    return [
        Shown(called(table, column), read(table, column, before, names), read(table, column, after, names))
        for column, before, after in pairs
        if before is not None or after is not None
    ]


def _column(table: str | None, column: str) -> sa.Column | None:
    here = db.metadata.tables.get(table or "")
    return here.c.get(column) if here is not None else None


def _own(table: str | None, name: str) -> dict:
    """What a table's model says of its columns under a name of its own."""
    return next((getattr(one.class_, name, {}) for one in db.Model.registry.mappers if one.local_table.name == table), {})
