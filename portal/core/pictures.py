"""Pictures made safe: whatever was sent becomes upright JPEG pages and a thumbnail, with nothing else in them.

The decoding runs apart (`core/sandbox.py`). `make` is the way in, and called from a job; a request asks at most whether a
PDF is locked.
"""

import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import pypdfium2
from PIL import Image, ImageOps, ImageSequence
from pillow_heif import register_heif_opener

from portal.core import sandbox

register_heif_opener()

MAX_PIXELS = 50_000_000
MAX_PAGES = 10
LONG_SIDE = 2000
THUMB_SIDE = 220
A4_LONG_SIDE = 842  # points

CANT_OPEN = "We couldn’t open that picture. Please take it again, or type what it says."
TOO_LARGE = "That picture is too large for us to open safely. A normal phone photo of it will do."
LOCKED = "That PDF is locked with a password. Send an unlocked copy, or take a photo of it."
TOO_MANY = f"That has more than {MAX_PAGES} pages. Send the pages with the costs on them."

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
_pdfium = Lock()  # within this process, pdfium serves one thread at a time
Image.init()  # every reader is known before a child is forked, so that no child looks for them


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


def check_unlocked(source: Path) -> None:
    """Raise CantOpen when a PDF asks for a password. Many are encrypted and open without one."""
    _in_child(_open_pdf, source)


def _in_child(work: Callable, *given):
    return sandbox.run(work, *given, polite=CantOpen, died=CANT_OPEN, too_large=TOO_LARGE)


def bound(pages: list[bytes]) -> bytes:
    """Safe pages of ours as one PDF to keep or print, at the size of an A4 sheet's longer side."""
    with _pdfium:
        document, out = pypdfium2.PdfDocument.new(), io.BytesIO()
        for content in pages:
            image = pypdfium2.PdfImage.new(document)
            image.load_jpeg(io.BytesIO(content), inline=True)
            width, height = image.get_px_size()
            scale = A4_LONG_SIDE / max(width, height)
            page = document.new_page(width * scale, height * scale)
            image.set_matrix(pypdfium2.PdfMatrix().scale(width * scale, height * scale))
            page.insert_obj(image)
            page.gen_content()
        document.save(out)
        document.close()
    return out.getvalue()


def _write_pages(source: Path, kind: str, folder: Path, too_many: str) -> tuple[list[tuple[int, int]], str]:
    sizes: list[tuple[int, int]] = []
    looks = ""
    found = _pdf_pages(source, too_many) if kind == "pdf" else _image_pages(source)
    for number, image in enumerate(found, start=1):
        if number > MAX_PAGES:
            raise CantOpen(too_many)
        image.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.BICUBIC, reducing_gap=2.0)
        image.save(folder / f"{number}.jpg", "JPEG", quality=78)
        sizes.append(image.size)
        if number == 1:
            looks = "" if kind == "pdf" else _looks(image)  # this month's bill looks like last month's
            image.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.BICUBIC, reducing_gap=2.0)
            image.save(folder / "thumb.jpg", "JPEG", quality=58, optimize=True)
    if not sizes:
        raise CantOpen(CANT_OPEN)
    return sizes, looks


def _image_pages(source: Path) -> Iterator[Image.Image]:
    with Image.open(source) as image:
        if image.format in {"JPEG", "MPO"}:
            image.draft("RGB" if image.mode != "CMYK" else None, (LONG_SIDE, LONG_SIDE))
        frames = ImageSequence.Iterator(image) if image.format == "TIFF" else [image]
        for frame in frames:
            if frame.width * frame.height > MAX_PIXELS:
                raise CantOpen(TOO_LARGE)
            yield _plain(frame)


def _plain(image: Image.Image) -> Image.Image:
    """Upright, 8-bit RGB on white, carrying nothing but pixels."""
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):  # 16-bit grey: scaled, or it would clip to white
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    image = image.convert("RGB")
    image.info.clear()
    return image


def _open_pdf(source: Path) -> None:
    try:
        pypdfium2.PdfDocument(source).close()
    except pypdfium2.PdfiumError as error:
        raise CantOpen(LOCKED if "password" in str(error).lower() else CANT_OPEN) from None


def _pdf_pages(source: Path, too_many: str) -> Iterator[Image.Image]:
    document = pypdfium2.PdfDocument(source)
    try:
        if len(document) > MAX_PAGES:
            raise CantOpen(too_many)
        for page in document:
            longest = max(page.get_size())
            yield page.render(scale=min(LONG_SIDE / longest, 3.0), may_draw_forms=False).to_pil().convert("RGB")
    finally:
        document.close()


def _looks(image: Image.Image) -> str:
    """A 256-bit difference hash, as hex: near-equal for two photos files of the same picture."""
    small = image.convert("L").resize((17, 16), Image.Resampling.BOX)
    values = list(small.tobytes())
    bits = "".join(
        "1" if values[row * 17 + column] < values[row * 17 + column + 1] else "0"
        for row in range(16)
        for column in range(16)
    )
    return f"{int(bits, 2):064x}"


def alike(one: str, other: str) -> bool:
    """Whether two difference hashes are of the same picture, give or take a re-encoding.

    A plain page has few bits to tell it by, so fewer may differ; below 16 nothing can be told.
    """
    first, second = int(one or "0", 16), int(other or "0", 16)
    told_by = min(first.bit_count(), second.bit_count())
    return told_by >= 16 and (first ^ second).bit_count() <= min(10, told_by // 6)
