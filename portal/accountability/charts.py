"""Where the leaves lie, in their own units: how long requests waited by what was promised, and receipts until paid."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from portal.accountability.figures import Wait

COLUMNS, WIDE = 16, 21.5  # a column is so many working days; the last holds all that took longer
MOST, TALL = 10, 15  # leaves in a column, and how high one stands


@dataclass(frozen=True)
class Lane:
    """One row of columns: its words, how many came in time and late in each column, and after how many working days the
    promise ends, where there is one."""

    words: str
    columns: list[tuple[int, int]]
    promise: int | None = None

    @property
    def count(self) -> int:
        return sum(map(sum, self.columns))


@dataclass(frozen=True)
class Leaf:
    """One leaf: where it lies, and whether it came late."""

    x: float
    y: int
    late: bool


@dataclass(frozen=True)
class Drawn:
    """A lane as it is drawn: from where down, its ground, its leaves, and where its promise ends."""

    lane: Lane
    top: int
    ground: int
    leaves: list[Leaf]
    line: float | None


@dataclass(frozen=True)
class Picture:
    """Lanes beneath each other. `days`: what a column stands for, in working days; `unit`: how many a leaf stands for."""

    lanes: list[Drawn]
    days: int
    unit: int
    height: int

    def called(self, column: int) -> str:
        """A column's working days."""
        first = column * self.days
        if column == COLUMNS - 1:
            return f"{first} or more"
        if self.days > 1:
            return f"{first} to {first + self.days - 1}"
        return str(first) if first else "Same day"

    @property
    def used(self) -> list[int]:
        """The columns that hold anything."""
        return [n for n in range(COLUMNS) if any(sum(one.lane.columns[n]) for one in self.lanes)]


def of_waits(waits: Iterable[Wait], promises: Mapping[str, tuple[str, int]]) -> Picture:
    """Requests by how long each waited for a first reply, a lane for each promise (its words, and its working days)."""
    per = _days_each(max(days for _, days in promises.values()))
    counts: Counter[tuple[str, int, bool]] = Counter()
    for wait in waits:
        counts[wait.wanted, _column(wait.days, per), wait.late] += wait.count
    lanes = [
        Lane(words, [(counts[wanted, n, False], counts[wanted, n, True]) for n in range(COLUMNS)], days)
        for wanted, (words, days) in promises.items()
    ]
    return _drawn([lane for lane in lanes if lane.count], per)


def of_paid(to_paid: Mapping[int, int]) -> Picture:
    """Receipts by how long each took to be paid."""
    counts: Counter[int] = Counter()
    for days, count in to_paid.items():
        counts[_column(days, 1)] += count
    return _drawn([Lane("", [(counts[n], 0) for n in range(COLUMNS)])], 1)


def _days_each(longest: int) -> int:
    return 1 + longest // (COLUMNS - 4)


def _column(days: int, per: int) -> int:
    return min(days // per, COLUMNS - 1)


def _drawn(lanes: list[Lane], per: int) -> Picture:
    unit = max(1, *(-(-sum(column) // MOST) for lane in lanes for column in lane.columns)) if lanes else 1
    drawn, top = [], 0
    for lane in lanes:
        stacks = [(-(-in_time // unit), -(-late // unit)) for in_time, late in lane.columns]
        ground = top + (22 if lane.words else 4) + TALL * max(map(sum, stacks))
        leaves = [
            Leaf(round(WIDE * n + 1, 1), ground - TALL * (high + 1) + 1, high >= in_time)
            for n, (in_time, late) in enumerate(stacks)
            for high in range(in_time + late)
        ]
        line = None if lane.promise is None else round(WIDE * (lane.promise + 1) / per, 1)
        drawn.append(Drawn(lane, top, ground, leaves, line))
        top = ground + 12
    return Picture(drawn, per, unit, top + 8)
