"""Files people sent and the rows that point at them: kept before the row, made safe after it, forgotten with it.

A row holds the original for as long as it takes to make it safe: pictures and PDFs become upright pages and a thumbnail
(`core/pictures.py`), sounds an MP3 (`core/sounds.py`). Only what was made is ever sent to anyone (`core/file_answers.py`).
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock, files, pictures, sounds, uploads
from portal.core.db import RECORD, GroupOwned, db, reading, within_group
from portal.core.jobs import enqueue, job, regularly
from portal.core.uploads import Arrived


@dataclass(frozen=True)
class Sent:
    """A file that is already kept, as an action takes it: its name in the store (`original`), and what is known of it.

    Two are the same file whatever name each is kept under, so that a form sent twice is the same form.
    """

    sha256: str
    size: int
    kind: str
    shown_name: str
    original: str = field(compare=False)
    seconds: int | None = field(default=None, compare=False)

    @classmethod
    def of(cls, arrived: Arrived, original: str) -> "Sent":
        return cls(arrived.sha256, arrived.size, arrived.kind, arrived.name, original, arrived.seconds)

    @classmethod
    def of_row(cls, row: "SentFile") -> "Sent":
        """The file of a row, for another row to point at."""
        seconds = getattr(row, "seconds", None)
        return cls(row.sha256, row.size, row.kind, row.shown_name, row.original or "", seconds)


class SentFile:
    """Columns of a row for one file: when it came, what it is (`kind` by its content), the sender's name for it made safe
    to show, and under which name of ours the original is kept. No address ever holds either name."""

    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    shown_name: Mapped[str] = mapped_column(sa.String(80))
    kind: Mapped[str] = mapped_column(sa.String(10))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    original: Mapped[str | None] = mapped_column(sa.String(80))

    @property
    def is_sound(self) -> bool:
        return self.kind in sounds.READERS

    @property
    def what(self) -> str:
        """A photo, a PDF or a voice note."""
        return "A voice note" if self.is_sound else "A PDF" if self.kind == "pdf" else "A photo"


class Kept(SentFile):
    """A file that a job makes safe: waiting, ready (`made_at`) or refused (`failed_why`, a sentence for who sent it)."""

    FILE_RECORDS: ClassVar = "shown_name kind size sha256 original pages thumb failed_why"
    NOT_NOTED: ClassVar = {"shown_name", "original", "pages", "thumb", "failed_why"}  # names of ours and of theirs
    TOO_MANY: ClassVar = pictures.TOO_MANY

    pages: Mapped[list] = mapped_column(sa.JSON, default=list)  # [{"file": …, "width": …, "height": …}], in order
    thumb: Mapped[str | None] = mapped_column(sa.String(80))
    made_at: Mapped[datetime | None]
    failed_why: Mapped[str | None] = mapped_column(sa.String(200))

    @property
    def is_ready(self) -> bool:
        return self.made_at is not None

    @property
    def is_waiting(self) -> bool:
        """Still being made ready."""
        return self.made_at is None and self.failed_why is None

    @property
    def thumb_size(self) -> tuple[int, int]:
        """How wide and how high a page shows its thumbnail: no side over THUMB_SIDE, and none longer than it is."""
        first = self.pages[0]
        by = min(1, pictures.THUMB_SIDE / max(first["width"], first["height"]))
        return round(first["width"] * by), round(first["height"] * by)

    @property
    def files(self) -> list[str]:
        """Every file kept for it."""
        return [name for name in [self.original, self.thumb, *(page["file"] for page in self.pages)] if name]

    def shown(self, size: str) -> str | None:
        """The kept name of one of its pages (`1`, `2`, …) or of the thumbnail (`thumb`), where there is such a one."""
        if not self.is_ready:
            return None
        if size == "thumb":
            return self.thumb
        if size.isdecimal() and 0 < int(size) <= len(self.pages):
            return self.pages[int(size) - 1]["file"]
        return None

    def became(self, **facts) -> None:
        """It is safe: note what was made of it. Within an action."""
        self._forget_original()
        for name, value in facts.items():
            setattr(self, name, value)
        self.made_at = clock.now()

    def cant_be_made(self, sentence: str) -> None:
        """It couldn't be opened: say why, so that another can be sent. Within an action."""
        self._forget_original()
        self.failed_why = sentence

    def _forget_original(self) -> None:
        """The bytes go in a job of the same commit: no row is ever without its bytes, and none outlive their row."""
        if self.original:
            forget(self.original)
        self.original = None


class Recorded(Kept):
    """A kept file that may be a voice note too: made into `sound`, which plays for `seconds`."""

    OWNERS: ClassVar = {RECORD: f"{Kept.FILE_RECORDS} sound seconds"}
    NOT_NOTED: ClassVar = {*Kept.NOT_NOTED, "sound"}
    TOO_MANY: ClassVar = "That has more than 10 pages. Send it in parts, or the pages that matter."

    sound: Mapped[str | None] = mapped_column(sa.String(80))
    seconds: Mapped[int | None]

    @property
    def files(self) -> list[str]:
        return [*super().files, self.sound] if self.sound else super().files


class GroupFile(Recorded, GroupOwned):
    """A file of a group's row, and of a part of it: `OF` names the tables of both by their columns here, the row first."""

    OF: ClassVar[dict[str, str]]

    added_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))

    @classmethod
    def extra_constraints(cls):
        row, name = next(iter(cls.OF)), cls.__tablename__
        return (
            *(within_group(column, table) for column, table in cls.OF.items()),
            sa.Index(f"ix_{name}_{row.removesuffix('_id')}", "group_id", row),
            sa.Index(f"ix_{name}_original", "original"),
        )


@contextmanager
def arriving(file, *models: Any, sounds: bool = False) -> Iterator[Sent]:
    """A sent file, looked at and kept before the change that points at it; forgotten again when nothing came of it.

    `models`: where a row may point at it. Raises uploads.NotTaken on the way in.
    """
    arrived = uploads.look_at(file, sounds=sounds)
    name = files.store().keep(arrived.path)
    try:
        yield Sent.of(arrived, name)
    finally:
        if not is_used(name, *models):
            files.store().remove(name)


def is_used(original: str, *models: Any) -> bool:
    """Whether a row points at this kept file. Read in a transaction of its own, after the change was made or not."""
    with reading():
        return any(db.session.scalar(sa.select(one.id).where(one.original == original)) is not None for one in models)


def make_safe(row: Kept, *, done: Callable[..., object], given_up: Callable[..., object]) -> None:
    """Make the file of a waiting row safe and call `done` with what was made, for the row's `became`; or `given_up` with a
    polite `sentence`. Each is an action of the row's feature. What was made is forgotten again when `done` fails."""
    original, kind, too_many = row.original or "", row.kind, row.TOO_MANY
    db.session.rollback()  # decoding takes a while: no transaction is held open meanwhile
    kept = files.store()
    local = kept.scratch()
    local.write_bytes(kept.read(original))
    try:
        made = (_sound if kind in sounds.READERS else _pages)(kept, local, kind, too_many)
        try:
            done(**made.facts)
        except BaseException:
            kept.remove(*made.names)
            raise
    except (pictures.CantOpen, sounds.CantPlay) as polite:
        given_up(sentence=str(polite))
    finally:
        local.unlink(missing_ok=True)


@dataclass(frozen=True)
class _Made:
    facts: dict[str, Any]
    names: list[str]


def _pages(kept: files.Files, local: Path, kind: str, too_many: str) -> _Made:
    with pictures.make(local, kind, too_many) as made:
        names = [_keep(kept, path) for path in (*made.pages, made.thumb)]
    *pages, thumb = names
    sized = [
        {"file": name, "width": width, "height": height} for name, (width, height) in zip(pages, made.sizes, strict=True)
    ]
    return _Made({"pages": sized, "thumb": thumb, "looks": made.looks}, names)


def _sound(kept: files.Files, local: Path, kind: str, _too_many: str) -> _Made:
    with sounds.make(local, kind) as made:
        name = _keep(kept, made.path)
    return _Made({"sound": name, "seconds": made.seconds}, [name])


def _keep(kept: files.Files, path: Path) -> str:
    """Keep what was made under a new name."""
    ours = kept.scratch()
    shutil.move(path, ours)
    return kept.keep(ours)


def forget(*names: str) -> None:
    """Forget these files once this change is committed."""
    enqueue("receipts.forget_files", names=list(names))


@job("receipts.forget_files")  # its name in outboxes that are there already, from when receipts alone had files
def forget_files(names: list[str]) -> None:
    """Remove files that no row points at any more."""
    files.store().remove(*names)


regularly(uploads.forget_unfinished)
