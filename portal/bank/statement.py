"""What a bank's file says, whatever its format: lines, and the balance at the end. With the few words all readers share."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

MAX_LINES = 10_000
LONGEST = 300  # of a line's words
CUT_OFF = "Only part of that file is here. Please export it again."
TWO_ACCOUNTS = "This file has lines of more than one account. Export one account at a time."

_DAYS = (
    *("%d/%m/%Y", "%Y-%m-%d", "%d/%m/%y", "%d-%m-%Y", "%d %b %Y", "%d-%b-%Y", "%d %B %Y", "%d %b %y", "%d-%b-%y"),
    *("%d.%m.%Y", "%d-%m-%y", "%d.%m.%y", "%Y/%m/%d", "%Y%m%d", "%d%b%Y"),
)


class Unreadable(Exception):
    """This file can't be read; the text says why in one plain sentence."""


@dataclass(frozen=True)
class Line:
    """One line: pence in (positive) or out (negative). `own` is the bank's own number for it, where it gives one."""

    on: date
    pence: int
    words: str
    own: str = ""


@dataclass(frozen=True)
class Statement:
    """All lines of one file, and what the account held at its end where the file says so."""

    kind: str
    lines: list[Line] = field(default_factory=list)
    closing_pence: int | None = None
    closing_on: date | None = None


def text_of(content: bytes) -> str:
    """The bytes as text: UTF-8 with or without its mark, UTF-16, else Windows' Western letters (Latin-1 and more)."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if b"\0" in content[:2]:
        return content.decode("utf-16-be" if content[:1] == b"\0" else "utf-16-le", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def words_of(*parts: str | None) -> str:
    """What the bank says of a line, in one line, nothing said twice."""
    found: list[str] = []
    for part in parts:
        plain = " ".join((part or "").replace("\0", "").split())
        if plain and not any(plain in one for one in found):
            found.append(plain)
    return " · ".join(found)[:LONGEST] or "No words"


def pence_of(written: str, where: str) -> int:
    """Whole pence of an amount as banks write it: £1,234.56, -12.50, 12.50-, (12.50), 12.50 DR. Raises Unreadable."""
    text = re.sub(r"[£\s]|GBP", "", written.replace("\N{MINUS SIGN}", "-")).upper()
    shape = re.fullmatch(r"(\(|[+-]?)(\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.(\d+))?(\)|-|CR|DR)?", text, re.ASCII)
    if not shape or (shape[1] == "(") != (shape[4] == ")"):
        raise Unreadable(f"{where}: “{written.strip()[:30]}” isn’t an amount in pounds.")
    if len(shape[3] or "") > 2:
        raise Unreadable(f"{where}: “{written.strip()[:30]}” has more than two decimals, so it isn’t pounds and pence.")
    pence = int(shape[2].replace(",", "")) * 100 + int((shape[3] or "").ljust(2, "0"))
    return -pence if shape[1] in {"(", "-"} or shape[4] in {"-", "DR"} else pence


def pence_from(amount: Decimal, where: str) -> int:
    """The same of a number."""
    return pence_of(f"{amount:f}", where)


def day_of(written: str, where: str) -> date:
    """The day a bank means, day before month. A time behind it doesn't matter. Raises Unreadable."""
    text = re.sub(r"[T ]\d{1,2}:\d\d.*$", "", written.strip())
    for pattern in _DAYS:
        try:
            found = datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        if 2000 <= found.year < 2100:
            return found
    raise Unreadable(f"{where}: “{written.strip()[:30]}” isn’t a day that exists.")


def in_pounds(currency: str | None, where: str) -> None:
    """Raise Unreadable where it is money of elsewhere."""
    if currency and currency.strip().upper() not in {"GBP", "£", ""}:
        raise Unreadable(
            f"{where} is in {currency.strip()[:10]}. The books are in pounds, so nothing of this file was taken."
        )
