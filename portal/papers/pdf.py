"""A paper as PDF/UA by typst. What people wrote goes in as data beside the template, never as source.

Typst brings its own fonts. A letter that none of them has would end it all, so such a letter becomes □, and a line at the
end says so.
"""

import json
import unicodedata
from datetime import date
from pathlib import Path

import typst
from flask import current_app

from portal.core.filters import pounds
from portal.papers.sheets import Cell, Paper, Pence

TEMPLATE = "papers/paper.typ"
UNKNOWN = "\u25a1"
SHOWN = (
    *((0x20, 0x7E), (0xA0, 0x24F), (0x384, 0x3FF), (0x400, 0x482), (0x48A, 0x4FF)),  # Latin, Greek, Cyrillic
    *((0x5D0, 0x5EA), (0x621, 0x63A), (0x641, 0x64A), (0x660, 0x669)),  # Hebrew and Arabic letters
    *((0x531, 0x556), (0x561, 0x587), (0x1E00, 0x1EFF)),  # Armenian, Vietnamese and others
    *((0x2010, 0x2027), (0x2030, 0x203A), (0x20A0, 0x20BF), (0x2190, 0x2199), (0x2212, 0x2212), (0x25A1, 0x25A1)),
)


def made(paper: Paper) -> bytes:
    """The PDF."""
    tables = [
        {"title": one.title, "heads": one.heads, "rows": [[_cell(cell) for cell in row] for row in one.rows]}
        for one in paper.tables
    ]
    facts = {"title": paper.title, "facts": paper.facts, "quotes": paper.quotes, "tables": tables}
    data = json.dumps(_shown(facts), ensure_ascii=False)
    note = f"A {UNKNOWN} stands for a letter that this file can’t show. The page and the spreadsheet have them all."
    root = Path(current_app.root_path, current_app.template_folder or "")
    return typst.compile(
        root / TEMPLATE,
        root=root,
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"data": data, "note": note if UNKNOWN in data else ""},
        pdf_standards=["ua-1"],
    )


def _cell(cell: Cell) -> dict:
    """Its words, and whether it is an amount."""
    if isinstance(cell, Pence):
        return {"words": pounds(cell), "amount": True}
    if isinstance(cell, date):
        return {"words": f"{cell:%-d}\xa0{cell:%b}\xa0{cell:%Y}", "amount": False}
    return {"words": cell or "", "amount": cell is None}


def _shown(value):
    """The same with letters alone that our fonts have."""
    if isinstance(value, str):
        return "".join(map(_letter, unicodedata.normalize("NFC", value)))
    if isinstance(value, dict):
        return {key: _shown(part) for key, part in value.items()}
    return [_shown(part) for part in value] if isinstance(value, list | tuple) else value


def _letter(letter: str) -> str:
    if letter == "\n" or any(first <= ord(letter) <= last for first, last in SHOWN):
        return letter if unicodedata.category(letter) != "Cn" else UNKNOWN
    if letter.isspace():
        return " "
    return "" if unicodedata.category(letter) in {"Cc", "Cf"} else UNKNOWN
