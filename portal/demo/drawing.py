"""Receipts drawn for the demo: paper-coloured, a little crumpled, with invented shops."""

import random
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter, ImageFont


def receipt(shop: str, lines: list[tuple[str, int]], *, day: str, seed: int, blurred: bool = False) -> bytes:
    """A JPEG of a till receipt: shop, lines of (what, pence), a total. The same seed draws the same."""
    chance = random.Random(seed)  # noqa: S311 - drawing, not security
    width, height = 560, 360 + 46 * len(lines)
    paper = Image.new("RGB", (width, height), (252 - chance.randrange(8), 250 - chance.randrange(8), 242))
    pen = ImageDraw.Draw(paper)
    big, plain = ImageFont.load_default(34), ImageFont.load_default(26)
    pen.text((width / 2, 50), shop.upper(), fill="#222", font=big, anchor="mm")
    pen.text((width / 2, 100), "Ashbrook", fill="#444", font=plain, anchor="mm")
    pen.text((width / 2, 140), day, fill="#444", font=plain, anchor="mm")
    top = 200
    for what, pence in lines:
        _write(pen, (40, top), what, plain)
        pen.text((width - 40, top), f"{pence / 100:.2f}", fill="#222", font=plain, anchor="ra")
        top += 46
    pen.line((40, top + 8, width - 40, top + 8), fill="#555", width=2)
    pen.text((40, top + 24), "TOTAL GBP", fill="#111", font=big)
    pen.text((width - 40, top + 24), f"{sum(pence for _, pence in lines) / 100:.2f}", fill="#111", font=big, anchor="ra")
    pen.text((width / 2, height - 40), "Thank you", fill="#555", font=plain, anchor="mm")
    wood = (96 + chance.randrange(30), 84, 70)
    table = Image.new("RGB", (width + 160, height + 160), wood)
    turned = paper.rotate(chance.uniform(-2.5, 2.5), Image.Resampling.BILINEAR, expand=True, fillcolor=wood)
    table.paste(turned, (80, 70))
    if blurred:
        table = table.filter(ImageFilter.GaussianBlur(7))
    out = BytesIO()
    table.save(out, "JPEG", quality=82)
    return out.getvalue()


def _write(pen: ImageDraw.ImageDraw, at: tuple[float, float], what: str, plain) -> None:
    """Write a line; what is beside it in Amharic with a font of this machine's, and not at all where it has none."""
    english, slash, amharic = what.partition(" / ")
    if slash:
        try:
            theirs = ImageFont.truetype("NotoSansEthiopic-Regular.ttf", 26)
        except OSError:
            return pen.text(at, english, fill="#222", font=plain)
        english += slash
        pen.text((at[0] + pen.textlength(english, plain), at[1] - 4), amharic, fill="#222", font=theirs)
    return pen.text(at, english, fill="#222", font=plain)
