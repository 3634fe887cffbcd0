"""Files on their way in: streamed to disk and hashed as they arrive, then looked at before anything is promised.

The looks here are cheap: size, kind by content, whole or cut off, pixel count from the header, how long a sound is. The
thing itself is only decoded in a child process (`core/pictures.py`, `core/sounds.py`).
"""

import contextlib
import hashlib
import io
import unicodedata
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import IO, cast

import filetype
from htmx_flask.requests import HtmxAwareRequest
from werkzeug.datastructures import FileStorage, MultiDict

from portal.core import clock, files, pictures, sounds

MAX_BYTES = 12 * 1024 * 1024
MAX_FILES = 10
UNFINISHED_LASTS = timedelta(days=1)
KINDS = {
    "image/jpeg": "jpeg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "image/heif": "heic",
    "image/tiff": "tiff",
    "application/pdf": "pdf",
}
MORE_HEIC = {b"ftypheix", b"ftypheim", b"ftypheis"}  # ten bits a colour, or several layers: newer phones


class NotTaken(Exception):
    """This file can't be taken; the text says why in words for a tired person."""


@dataclass(frozen=True)
class Arrived:
    """A file that passed the first looks and waits on disk."""

    path: Path
    sha256: str
    size: int
    kind: str
    name: str
    seconds: int | None = None  # how long it plays, of a sound


class Arriving(io.RawIOBase):
    """Where the form parser writes one file: hashed on the way, cut off above the limit, never held in memory."""

    def __init__(self) -> None:
        self.path = files.store().scratch()
        self._file: IO[bytes] = self.path.open("wb+")
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data) -> int:
        self.size += len(data)
        if self.size <= MAX_BYTES:
            self._hash.update(data)
            self._file.write(data)
        return len(data)

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._file.flush()
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def finish(self) -> str:
        """Put what came on disk and return its SHA-256."""
        self._file.flush()
        return self._hash.hexdigest()

    def close(self) -> None:
        if not self._file.closed:
            self._file.close()
            self.path.unlink(missing_ok=True)  # a file that was kept has been renamed by now
        super().close()


class Dropped(io.BytesIO):
    """Where a file goes that nobody may send: nowhere."""

    def write(self, data) -> int:
        return len(data)


class PortalRequest(HtmxAwareRequest):
    """Uploads go to our own streams; everything else as Flask and htmx-flask have it."""

    max_form_parts = 200
    takes_files = True  # set before the body is read; else a file is dropped as it comes

    def _get_file_stream(self, total_content_length, content_type, filename=None, content_length=None):
        if not self.takes_files:
            return Dropped()
        return Arriving() if filename else io.BytesIO()


def chosen(sent: MultiDict, typed: MultiDict, *names: str) -> tuple[list[FileStorage], list[tuple[str, str]]]:
    """The files of these inputs that were chosen, MAX_FILES at most, and a sentence, by name, for each that can't be taken
    as it came: those beyond, and those whose name broke the form, so that they arrived as words."""
    found = [file for name in names for file in sent.getlist(name) if file.filename]
    beyond = [(shown_name(one.filename or ""), "Ten at a time. Please send this one after.") for one in found[MAX_FILES:]]
    unread = [("", UNREADABLE_NAME) for name in names for _ in typed.getlist(name)]
    return found[:MAX_FILES], [*beyond, *unread]


UNREADABLE_NAME = "We couldn’t read one file’s name. Please rename it, and send it again."


def arrived(name: str, content: bytes) -> FileStorage:
    """A file that came whole in another way, such as with an email, as `look_at` takes it."""
    stream = Arriving()
    stream.write(content)
    return FileStorage(cast("IO[bytes]", stream), name)


def look_at(sent: FileStorage, *, sounds: bool = False) -> Arrived:
    """Look at one sent file and say what it is: a picture or a PDF, or where they are taken (`sounds`) a sound. Raises
    NotTaken with a sentence for the person who sent it."""
    smaller = SMALLER_SOUND if sounds else "A photo of it will do, or a smaller copy."
    whole = look_at_any(sent, none="Choose a photo or a PDF first.", big=smaller)
    kind = _kind(whole.path, sounds)
    seconds = {"pdf": _look_at_pdf, **SOUNDS}.get(kind, _look_at_image)(whole.path, kind)
    return replace(whole, kind=kind, seconds=seconds)


SMALLER_SOUND = "A smaller copy will do, or a shorter sound."


def look_at_any(sent: FileStorage | None, *, none: str, big: str) -> Arrived:
    """One sent file of any kind, so far as it came and isn't too big; `kind` is left open. Raises NotTaken."""
    stream = sent.stream if sent else None
    if sent is None or not isinstance(stream, Arriving):
        raise NotTaken(none)
    sha256 = stream.finish()
    if stream.size == 0:
        raise NotTaken("That file is empty. Please choose it again.")
    if stream.size > MAX_BYTES:
        raise NotTaken(f"That file is bigger than 12 MB. {big}")
    return Arrived(stream.path, sha256, stream.size, "", shown_name(sent.filename or ""))


def shown_name(raw: str) -> str:
    """The sender's file name, safe to show: last part only, no control or direction marks, 60 characters at most."""
    last = raw.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip()
    if len(plain) <= 60:
        return plain or "photo"
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:50]}…{dot}{ending[:8]}" if dot else f"{plain[:59]}…"


def forget_unfinished() -> None:
    """Remove what has lain in the arriving folder for a day: whatever brought it there was cut short."""
    before = (clock.now() - UNFINISHED_LASTS).timestamp()
    for path in files.store().scratch().parent.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                path.unlink()


def _kind(path: Path, with_sounds: bool) -> str:
    with path.open("rb") as stream:
        head = stream.read(8192)
    if head[4:12] in MORE_HEIC:
        return "heic"
    if known := KINDS.get(filetype.guess_mime(head)):
        return known
    if with_sounds and (heard := sounds.kind_of(head)):
        return heard
    raise NotTaken(WE_TAKE_SOUNDS if with_sounds else WE_TAKE)


WE_TAKE = "We can take photos (JPEG, PNG, HEIC, WebP, TIFF) and PDFs. This is something else."
WE_TAKE_SOUNDS = "We can take photos, PDFs and sounds that a phone records. This is something else."


def _look_at_sound(path: Path, kind: str) -> int:
    try:
        return sounds.length_of(path, kind)
    except sounds.CantPlay as why:
        raise NotTaken(str(why)) from None


SOUNDS = dict.fromkeys(sounds.READERS, _look_at_sound)


def _look_at_image(path: Path, kind: str) -> None:
    cut_off = "Only part of that photo arrived. Please send it again."
    if kind in _ENDS and not _ENDS[kind](path):
        raise NotTaken(cut_off)
    try:
        size = pictures.size_of(path)
    except pictures.CantOpen as why:
        raise NotTaken(str(why)) from None
    if not size:
        raise NotTaken("We couldn’t open that photo. Please take it again, or try another copy.")


def _tail(path: Path, size: int) -> bytes:
    with path.open("rb") as stream:
        stream.seek(0, io.SEEK_END)
        stream.seek(-min(size, stream.tell()), io.SEEK_END)
        return stream.read()


def _riff_is_whole(path: Path) -> bool:
    with path.open("rb") as stream:
        head = stream.read(8)
    return int.from_bytes(head[4:8], "little") + 8 <= path.stat().st_size


# How each kind ends when all of it arrived. Phones put other things after the end of a JPEG, hence the wider look.
_ENDS = {
    "jpeg": lambda path: b"\xff\xd9" in _tail(path, 65536),
    "png": lambda path: b"IEND" in _tail(path, 64),
    "webp": _riff_is_whole,
}


def _look_at_pdf(path: Path, kind: str) -> None:
    content = path.read_bytes()
    if b"%%EOF" not in content[-2048:]:
        raise NotTaken("Only part of that PDF arrived. Please send it again.")
    if b"/Encrypt" in content:
        try:
            pictures.check_unlocked(path)
        except pictures.CantOpen as why:
            raise NotTaken(str(why)) from None
