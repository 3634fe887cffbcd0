"""Pictures and PDFs, decoded: what `core/pictures.py` has done to what was sent, in a child process. The libraries for it
are large, so nothing imports this but where it is used."""

import io
import warnings
from collections.abc import Iterator
from pathlib import Path
from threading import Lock

import pypdfium2
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError
from pillow_heif import register_heif_opener

from portal.core.pictures import (
    A4_LONG_SIDE,
    CANT_OPEN,
    LOCKED,
    LONG_SIDE,
    MAX_PAGES,
    MAX_PIXELS,
    THUMB_SIDE,
    TOO_LARGE,
    CantOpen,
)

register_heif_opener()
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)  # above it; from twice as much on it is an error anyway
_pdfium = Lock()  # within this process, pdfium serves one thread at a time
Image.init()  # every reader is known before a child is forked, so that no child looks for them


def size_of(path: Path) -> tuple[int, int] | None:
    """Width and height as its first bytes say, without decoding it; None where it is no picture. Raises CantOpen where
    they say too much."""
    try:
        with Image.open(path) as image:
            return image.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise CantOpen(TOO_LARGE) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return None


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


def write_pages(source: Path, kind: str, folder: Path, too_many: str) -> tuple[list[tuple[int, int]], str]:
    """Its pages, at least one, and a thumbnail, as JPEGs in this folder; their sizes, and how the first one looks. Raises
    CantOpen."""
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


def open_pdf(source: Path) -> None:
    """Raise CantOpen where it can't be opened without a password."""
    try:
        pypdfium2.PdfDocument(source).close()
    except pypdfium2.PdfiumError as error:
        raise CantOpen(LOCKED if "password" in str(error).lower() else CANT_OPEN) from None


def _pdf_pages(source: Path, too_many: str) -> Iterator[Image.Image]:
    document = pypdfium2.PdfDocument(source)
    try:
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
