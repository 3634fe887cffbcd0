"""Where the shapes of our two pictures lie, in their own units: what can be spent now, and a year month by month."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.budget.queries import Year
from portal.ledger.queries import Status

WIDE, GAP, LEAST = 350, 3, 4  # a picture's width; between parts of the bar; the least a part is drawn
COLOURS = ("leaf", "slat", "pea", "straw")
BASE, TALL, STEP, BAR = 160, 110, 29, 19  # a year: its ground line, the tallest bar, one month, one bar


@dataclass(frozen=True)
class Part:
    """A part of the bar: what of which fund it is (`free`, `promised`, `float`), how much, and where."""

    kind: str
    fund: str
    pence: int
    colour: str
    x: float
    width: float

    @property
    def words(self) -> str:
        """What this part is, for the list beneath the bar."""
        return {"free": "", "promised": "Promised from ", "float": "In a float, from "}[self.kind] + self.fund


def bar(statuses: Sequence[Status]) -> list[Part]:
    """What the group's funds hold: of each what is free, what is promised, and what is in a float."""
    parts = []
    for n, one in enumerate(statuses):
        at_bank = one.free + one.promised
        kinds = {"free": one.free, "promised": min(one.promised, at_bank), "float": one.in_float}
        parts += [(kind, one.fund.name, pence, COLOURS[n % len(COLOURS)]) for kind, pence in kinds.items() if pence > 0]
    total = sum(pence for _, _, pence, _ in parts)
    room = WIDE - GAP * (len(parts) - 1) - LEAST * len(parts)
    found, x = [], 0.0
    for kind, fund, pence, colour in parts:
        width = round(LEAST + room * pence / total, 1)
        found.append(Part(kind, fund, pence, colour, round(x, 1), width))
        x += width + GAP
    return found


@dataclass(frozen=True)
class Bar:
    """One month's bar, and where its plan lies."""

    x: int
    height: float
    plan: float | None


def bars(year: Year) -> list[Bar]:
    """A bar for each month of a year."""
    most = max(1, *(max(month.spent, month.plan) for month in year.months))
    return [
        Bar(
            5 + STEP * n,
            round(TALL * max(0, month.spent) / most, 1),
            round(BASE - TALL * month.plan / most, 1) if month.plan else None,
        )
        for n, month in enumerate(year.months)
    ]
