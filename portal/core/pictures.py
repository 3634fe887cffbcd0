"""Pictures made safe: whatever was sent becomes upright JPEG pages and a thumbnail, with nothing else in them.

The decoding (`core/decoded_pictures.py`) runs apart (`core/sandbox.py`). `make` is the way in, and called from a job; a
request asks at most how large a picture is and whether a PDF is locked.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from portal.core import sandbox

MAX_PIXELS = 50_000_000
MAX_PAGES = 10
LONG_SIDE = 2000
THUMB_SIDE = 220
A4_LONG_SIDE = 842  # points

CANT_OPEN = "We couldn’t open that picture. Please take it again, or type what it says."
TOO_LARGE = "That picture is too large for us to open safely. A normal phone photo of it will do."
LOCKED = "That PDF is locked with a password. Send an unlocked copy, or take a photo of it."
TOO_MANY = f"That has more than {MAX_PAGES} pages. Send the pages with the costs on them."


class CantOpen(Exception):
    """The picture can't be made safe; the text says so politely."""


@dataclass(frozen=True)
class Made:
    """What came of one file: page images in order, a thumbnail, and a fingerprint of how the first page looks."""

    pages: list[Path]
    sizes: list[tuple[int, int]]
    thumb: Path
    looks: str


@contextmanager
def make(source: Path, kind: str, too_many: str = TOO_MANY) -> Iterator[Made]:
    """Turn the file into safe pages in a folder that lives as long as the block. Raises CantOpen; `too_many` is its
    sentence for more than MAX_PAGES."""
    with tempfile.TemporaryDirectory(prefix="trellis-") as folder:
        yield _made(Path(folder), *_in_child(_write_pages, source, kind, Path(folder), too_many))


@contextmanager
def make_of_ours(source: Path) -> Iterator[Made]:
    """The same of a JPEG that we drew ourselves, in this very process: nothing hostile is in it, and children take long."""
    with tempfile.TemporaryDirectory(prefix="trellis-") as folder:
        yield _made(Path(folder), *_write_pages(source, "jpeg", Path(folder), TOO_MANY))


def _made(folder: Path, sizes: list[tuple[int, int]], looks: str) -> Made:
    pages = [folder / f"{number}.jpg" for number in range(1, len(sizes) + 1)]
    return Made(pages, sizes, folder / "thumb.jpg", looks)


def size_of(source: Path) -> tuple[int, int] | None:
    """Width and height of what should be a picture; None where it is none. Raises CantOpen where it is too large."""
    from portal.core import decoded_pictures

    return decoded_pictures.size_of(source)


def check_unlocked(source: Path) -> None:
    """Raise CantOpen when a PDF asks for a password. Many are encrypted and open without one."""
    _in_child(_open_pdf, source)


def _in_child(work: Callable, *given):
    return sandbox.run(work, *given, polite=CantOpen, died=CANT_OPEN, too_large=TOO_LARGE)


def bound(pages: list[bytes]) -> bytes:
    """Safe pages of ours as one PDF to keep or print, at the size of an A4 sheet's longer side."""
    from portal.core import decoded_pictures

    return decoded_pictures.bound(pages)


def _write_pages(source: Path, kind: str, folder: Path, too_many: str) -> tuple[list[tuple[int, int]], str]:
    from portal.core import decoded_pictures

    return decoded_pictures.write_pages(source, kind, folder, too_many)


def _open_pdf(source: Path) -> None:
    from portal.core import decoded_pictures

    decoded_pictures.open_pdf(source)


def alike(one: str, other: str) -> bool:
    """Whether two difference hashes are of the same picture, give or take a re-encoding.

    A plain page has few bits to tell it by, so fewer may differ; below 16 nothing can be told.
    """
    first, second = int(one or "0", 16), int(other or "0", 16)
    told_by = min(first.bit_count(), second.bit_count())
    return told_by >= 16 and (first ^ second).bit_count() <= min(10, told_by // 6)
