"""Reading a bank's file of any kind, in a child process with limits; and which of its lines are new.

All or nothing: whatever is wrong with a file ends as one plain sentence (`Unreadable`), and nothing of it is taken.
"""

import hashlib
import json
import logging
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from portal.bank import camt, ofx, swift, table
from portal.bank.statement import MAX_LINES, Line, Statement, Unreadable, text_of
from portal.bank.table import Columns, Table
from portal.core import sandbox

FORMATS = "Export the statement as CSV, OFX, camt.053 or MT940."
CANT_READ = f"We couldn’t read that file. {FORMATS}"
TOO_LARGE = "That file holds too much to read at once. Export a shorter time."
OTHERS = (
    (b"%PDF", f"That is a PDF, whatever its name says. {FORMATS}"),
    (b"PK\x03\x04", "That is a spreadsheet, whatever its name says. Save it as CSV first."),
    (b"\xd0\xcf\x11\xe0", "That is a spreadsheet, whatever its name says. Save it as CSV first."),
)
MT940 = re.compile(r"^:20:", re.MULTILINE)  # elsewhere in a line it is a time of day
AHEAD = timedelta(days=7)  # a bank dates a line a weekend ahead, never more


@dataclass(frozen=True)
class Asked:
    """A CSV file whose columns a person must look at first: its first rows, and what each column probably is."""

    columns: Columns
    rows: list[list[str]]


def read(content: bytes, today: date, columns: Columns | None = None) -> Statement | Asked:
    """What the file says. A CSV whose columns aren't known yet comes back to be asked about. Raises Unreadable."""
    found = sandbox.run(_read, content, columns, polite=Unreadable, died=CANT_READ, too_large=TOO_LARGE)
    if isinstance(found, Statement) and any(line.on > today + AHEAD for line in found.lines):
        raise Unreadable("A line of it lies in the future. Check which column is the day.")
    return found


def _read(content: bytes, columns: Columns | None) -> Statement | Asked:
    logging.disable(logging.CRITICAL)  # this process reads one file and ends; nothing of it is logged
    warnings.simplefilter("ignore")
    for beginning, sentence in OTHERS:
        if content.startswith(beginning):
            raise Unreadable(sentence)
    text = text_of(content)
    head = text[:4000]
    if "\0" in text:
        raise Unreadable(CANT_READ)
    if "<OFX>" in text and ("OFXHEADER" in head or "<OFX>" in head):
        found = ofx.read(text)
    elif head.lstrip().startswith("<"):
        if "camt." not in head:
            raise Unreadable(camt.OTHER_XML)
        found = camt.read(content)
    elif MT940.search(head):
        found = swift.read(text)
    else:
        rows = table.rows_of(text)
        if columns is None or columns.header != rows.header:
            return _asked(rows)
        found = table.read(rows, columns)
    lines = [line for line in found.lines if line.pence]
    if not lines:
        raise Unreadable("There are no lines in that file.")
    if len(lines) > MAX_LINES:
        raise Unreadable(TOO_LARGE)
    return replace(found, lines=lines)


def _asked(rows: Table) -> Asked:
    return Asked(table.guess(rows), [[cell.strip()[:80] for cell in cells] for _, cells in rows.rows[:5]])


def marks(lines: Sequence[Line]) -> list[str]:
    """What makes each line itself: the bank's own number or else its words, its day, its pence; and the how-manieth of the
    same it is in its file, so that two equal lines of one day are two."""
    seen: Counter[tuple] = Counter()
    made = []
    for line in lines:
        same = (line.own or None, None if line.own else line.words, line.on.isoformat(), line.pence)
        seen[same] += 1
        made.append(hashlib.sha256(json.dumps([*same, seen[same]]).encode()).hexdigest())
    return made


@dataclass(frozen=True)
class Known:
    """A line that is there already, and the kind of file it came in."""

    mark: str
    on: date
    pence: int
    kind: str


def fresh(statement: Statement, known: Iterable[Known]) -> list[tuple[str, Line]]:
    """The lines that are new, with their marks. Another kind of file names lines otherwise: there, one of the same day and
    amount is the same line, one for one."""
    known = list(known)
    there = {one.mark for one in known}
    elsewhere = Counter((one.on, one.pence) for one in known if one.kind != statement.kind)
    found = []
    for mark, line in zip(marks(statement.lines), statement.lines, strict=True):
        if mark in there:
            continue
        if elsewhere[line.on, line.pence] > 0:
            elsewhere[line.on, line.pence] -= 1
            continue
        found.append((mark, line))
    return found
