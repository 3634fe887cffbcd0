"""Awkward and hostile files, made on the spot: each with what must become of it.

Nothing here runs when opened: scripts are inert markers, the place in the EXIF is at sea, bombs only claim to be big.
"""

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import pikepdf
import pillow_heif
from PIL import Image, ImageDraw, TiffImagePlugin

MARK = b"SAMPLE-MARKER"
TAKEN, REFUSED, GIVEN_UP = "taken", "refused", "given up"  # refused at once; given up: the job found it, and says so


@dataclass(frozen=True)
class Sample:
    """A file to send, under which name, what becomes of it, how many pages it has, and a word its refusal must say."""

    name: str
    content: Callable[[], bytes]
    becomes: str
    pages: int = 1
    says: str = ""

    def __str__(self) -> str:
        return ascii(self.name)[1:40]


def picture(mode="RGB", size=(600, 900)) -> Image.Image:
    """A till receipt with a red mark in its upper left corner."""
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    for line, text in enumerate(("HARBOUR HARDWARE", "Rope 10m 8.20", "Hooks x4 4.20", "TOTAL 12.40")):
        pen.text((60, 140 + line * 80), text, fill="black", font_size=34)
    pen.rectangle((0, 0, size[0] // 8, size[1] // 12), fill="red")
    return image.convert(mode)


def saved(image: Image.Image, kind: str, **how) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def jpeg() -> bytes:
    return saved(picture(), "JPEG", quality=85)


def huge_claimed() -> bytes:
    """A small JPEG whose frame header claims 65,500 × 65,500."""
    content = bytearray(jpeg())
    at = content.index(b"\xff\xc0") + 5
    content[at : at + 4] = struct.pack(">HH", 65500, 65500)
    return bytes(content)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(*between: bytes, width=8, height=8, depth=1) -> bytes:
    """A grey PNG of zeros, with chunks slipped in before its pixels."""
    row = bytes(1 + (width * depth + 7) // 8)
    packer = zlib.compressobj(9)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(between) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """An 8 × 8 PNG with a text chunk that unpacks to 64 MiB."""
    return png(chunk(b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(bytes(64 * 2**20), 9)))


def with_place() -> bytes:
    """A JPEG lying on its side (orientation 6), with a place and a maker in its EXIF."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "SAMPLE-MARKER phone"
    exif.get_ifd(0x8825).update({1: "N", 2: (0.0, 0.0, 0.0), 3: "W", 4: (30.0, 0.0, 0.0)})
    return saved(picture().transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif)


def grey16() -> bytes:
    """A 16-bit grey ramp: scaled it stays a ramp, clipped it would be white."""
    ramp = Image.new("I;16", (256, 64))
    ramp.putdata([x * 256 for _ in range(64) for x in range(256)])
    return saved(ramp, "PNG")


def heic() -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(picture()).save(out, quality=60)
    return out.getvalue()


def pages(kind: str, count: int, **how) -> bytes:
    frames = [picture() for _ in range(count)]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], **how)


def pdf(count=1, change: Callable[[pikepdf.Pdf], None] | None = None, **how) -> bytes:
    """A PDF of plain pages with a line of text, changed as told."""
    made = pikepdf.new()
    for number in range(count):
        page = made.add_blank_page(page_size=(300, 420))
        page.Contents = made.make_stream(b"BT /F1 18 Tf 30 380 Td (TOTAL 12.40 page %d) Tj ET" % number)
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    if change:
        change(made)
    out = io.BytesIO()
    made.save(out, **how)
    return out.getvalue()


def with_script(made: pikepdf.Pdf) -> None:
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String(MARK.decode()))
    made.Root.OpenAction = script


def with_attachment(made: pikepdf.Pdf) -> None:
    made.attachments["inside.txt"] = pikepdf.AttachedFileSpec(made, MARK, filename="inside.txt")


def many_directories() -> bytes:
    """A TIFF of many tiny pages."""
    out = io.BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(out) as writer:
        for _ in range(40):
            Image.new("L", (4, 4)).save(writer, "TIFF")
            writer.newFrame()
    return out.getvalue()


def see_through() -> bytes:
    """A small PNG of 49 megapixels that is partly see-through: laid on white it needs more memory than its reader has."""
    return saved(Image.new("P", (7000, 7000)), "PNG", transparency=0, compress_level=1)


def second_too_large() -> bytes:
    """A TIFF whose first page is small and whose second has 51 megapixels, all white."""
    small, large = Image.new("1", (8, 8)), Image.new("1", (7150, 7150), 1)
    return saved(small, "TIFF", save_all=True, append_images=[large], compression="group4")


def cut_with_small_one_inside() -> bytes:
    """A photo cut off at 55 %, whose EXIF holds a whole small one: its end mark is there, the photo's isn't."""
    whole, inside = saved(picture(size=(1500, 2200)), "JPEG"), b"Exif\0\0" + saved(picture(size=(90, 120)), "JPEG")
    return (b"\xff\xd8\xff\xe1" + struct.pack(">H", len(inside) + 2) + inside + whole[2:])[: len(whole) * 55 // 100]


def brand(major: bytes) -> bytes:
    """A HEIC that says it is of this brand."""
    return heic()[:8] + major + heic()[12:]


OPEN_TO_ALL = {"encryption": pikepdf.Encryption(owner="o", user="")}
LOCKED = {"encryption": pikepdf.Encryption(owner="o", user="u")}
OWN_NAMES = (
    "../../../../evil.jpg",
    "invoice\u202egpj.exe.jpg",
    "a" * 300 + ".jpg",
    "photo.jpg\x00.php",
    "a%0D%0AX-Sample: 1%0D%0A.jpg",  # as browsers send a line break
    "<img src=x onerror=alert(1)>.jpg",
    "..\\..\\evil.jpg",
    "",
)
SAMPLES = (
    Sample("empty.jpg", lambda: b"", REFUSED, says="empty"),
    Sample("truncated.jpg", lambda: jpeg()[: len(jpeg()) * 55 // 100], REFUSED, says="Only part"),
    Sample("huge-claimed.jpg", huge_claimed, REFUSED, says="too large"),
    Sample("bomb-20000px.png", lambda: png(width=20000, height=20000), REFUSED, says="too large"),
    Sample("64-megapixels.png", lambda: png(width=8000, height=8000), REFUSED, says="too large"),
    Sample("bomb-itxt.png", text_bomb, REFUSED, says="couldn’t open"),
    Sample("html-as.jpg", lambda: b"<!doctype html><script>SAMPLE-MARKER</script>", REFUSED, says="something else"),
    Sample("script.svg", lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", REFUSED, says="something else"),
    Sample("polyglot.gif", lambda: saved(picture("P"), "GIF") + MARK, REFUSED, says="something else"),
    Sample("a\r\nX-Sample: 1\r\n.jpg", jpeg, REFUSED, says="rename it"),  # as only a hostile client would send it
    Sample("photo.jxl", lambda: bytes.fromhex("0000000c4a584c200d0a870a") + bytes(99), REFUSED, says="something else"),
    Sample("photo.avif", lambda: saved(picture(), "AVIF"), REFUSED, says="something else"),
    Sample("exe-named.png", lambda: b"MZ" + bytes(300), REFUSED, says="something else"),
    Sample("encrypted.pdf", lambda: pdf(**LOCKED), REFUSED, says="password"),
    Sample("cut.pdf", lambda: pdf()[:400], REFUSED, says="Only part"),
    Sample("cut.png", lambda: saved(picture(), "PNG")[:-40], REFUSED, says="Only part"),
    Sample("cut.webp", lambda: saved(picture(), "WEBP")[:-400], REFUSED, says="Only part"),
    Sample("too-many.tif", many_directories, GIVEN_UP, says="10 pages"),
    Sample("second-too-large.tif", second_too_large, GIVEN_UP, says="too large"),
    Sample("eleven.pdf", lambda: pdf(11), GIVEN_UP, says="10 pages"),
    Sample("needs-too-much.png", see_through, GIVEN_UP, says="too large"),
    Sample("no-pages.pdf", lambda: pdf(0), GIVEN_UP, says="take it again"),
    Sample("cut-with-small-one.jpg", cut_with_small_one_inside, GIVEN_UP, says="take it again"),
    Sample("cut.heic", lambda: heic()[:-3000], GIVEN_UP, says="take it again"),
    Sample("plain.jpg", jpeg, TAKEN),
    Sample("trailing.jpg", lambda: jpeg() + b"PK\x03\x04" + MARK, TAKEN),
    Sample("progressive.jpg", lambda: saved(picture(), "JPEG", progressive=True), TAKEN),
    Sample("jpeg-named.pdf", jpeg, TAKEN),
    Sample("png-named.jpg", lambda: saved(picture(), "PNG"), TAKEN),
    Sample("palette.png", lambda: saved(picture("P"), "PNG", transparency=0), TAKEN),
    Sample("one-dot.png", lambda: png(width=1, height=1), TAKEN),
    Sample("two-lenses.jpg", lambda: pages("MPO", 2), TAKEN),
    Sample("phone.heic", heic, TAKEN),
    Sample("ten-bit.heic", lambda: brand(b"heix"), TAKEN),
    Sample("mif1.heic", lambda: brand(b"mif1"), TAKEN),
    Sample("gps-orient6.jpg", with_place, TAKEN),
    Sample("cmyk.jpg", lambda: saved(picture("CMYK"), "JPEG"), TAKEN),
    Sample("animated.webp", lambda: pages("WEBP", 3), TAKEN),
    Sample("grey16.png", grey16, TAKEN),
    Sample("three-pages.tif", lambda: pages("TIFF", 3), TAKEN, pages=3),
    Sample("good.pdf", pdf, TAKEN),
    Sample("not-to-be-printed.pdf", lambda: pdf(**OPEN_TO_ALL), TAKEN),
    Sample("two-pages.pdf", lambda: pdf(2), TAKEN, pages=2),
    Sample("javascript.pdf", lambda: pdf(change=with_script), TAKEN),
    Sample("embedded-file.pdf", lambda: pdf(change=with_attachment), TAKEN),
    *(Sample(name, jpeg, TAKEN) for name in OWN_NAMES[:-1]),
)
