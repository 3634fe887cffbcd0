"""The promise as a model: what must follow from each act, written after the autonomy guide and nothing of the portal's.

Times are UTC, levels 0 (Only us) to 3 (You look after it). A `Group` knows what its rows must read and what it must have
been asked; every act answers with the outcome the guide wants.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

ONLY_US, ASK_FIRST, TELL_AFTER, YOU_DO = range(4)
DAY = timedelta(days=1)
LIMITS = "limits"


@dataclass
class Loosening:
    to: int | tuple[int, int]
    by: str
    started: datetime
    holds_from: datetime | None = None


@dataclass
class Proposal:
    id: int
    area: str
    row: int
    label: str
    by: str
    made: datetime
    version: int
    answer: str | None = None


@dataclass
class Told:
    """A change the group was told of."""

    id: int
    row: int
    before: str | None
    after: str
    at: datetime
    undone: bool = False


@dataclass
class Row:
    label: str | None = None
    version: int = 0
    undone_at: datetime | None = None


@dataclass
class Glass:
    """A legal duty to look at one row."""

    id: int
    item: int
    by: str
    hours: int
    starts: datetime | None = None
    ended: bool = False

    def is_live(self, now: datetime) -> bool:
        return self.starts is not None and not self.ended and now < self.starts + timedelta(hours=self.hours)


@dataclass
class Group:
    levels: dict[str, int]
    organisers: dict[str, datetime]  # since when
    hosts: frozenset[str] = frozenset()  # who also works for the host
    limits: tuple[int, int] = (100_00, 300_00)  # pence each, pence a month
    rows: dict[int, Row] = field(default_factory=dict)
    loosenings: dict[str, Loosening] = field(default_factory=dict)
    proposals: dict[int, Proposal] = field(default_factory=dict)
    told: dict[int, Told] = field(default_factory=dict)
    glasses: dict[int, Glass] = field(default_factory=dict)
    spells: list[list[datetime]] = field(default_factory=list)  # quiet from, until
    invited: set[str] = field(default_factory=set)

    def settle(self, now: datetime) -> None:
        """What time alone brings: an agreed loosening holds after its wait, one without a second lapses, never more."""
        for area, one in list(self.loosenings.items()):
            if one.holds_from and one.holds_from <= now:
                if area == LIMITS:
                    self.limits = one.to
                else:
                    self.levels[area] = one.to
                del self.loosenings[area]
            elif one.holds_from is None and one.started + 14 * DAY <= now:
                del self.loosenings[area]

    def is_quiet(self, now: datetime) -> bool:
        return any(start <= now < end for start, end in self.spells)

    def awake(self, since: datetime, now: datetime) -> timedelta:
        """How much time went by that was not quiet."""
        asleep = sum((max(min(end, now) - max(start, since), timedelta()) for start, end in self.spells), timedelta())
        return now - since - asleep

    def waits(self, proposal: Proposal, now: datetime) -> bool:
        return proposal.answer is None and self.awake(proposal.made, now) < 14 * DAY

    def counts(self, person: str, now: datetime) -> bool:
        return person not in self.hosts and now - self.organisers[person] >= 7 * DAY

    def staff(self, area: str, now: datetime, row: int | None = None) -> str:
        """What staff get in an area, about a row."""
        level = self.levels[area]
        if level == ONLY_US:
            return "deny"
        if level == ASK_FIRST:
            return "propose"
        undone_at = self.rows[row].undone_at if row is not None else None
        if undone_at is not None and now - undone_at < 30 * DAY:
            return "propose"
        if level == TELL_AFTER:
            return "propose" if self.is_quiet(now) else "allow_tell"
        return "allow_list"

    def write(self, row: int, label: str) -> bool:
        """Put a label on a row; whether that changed anything."""
        one = self.rows[row]
        if one.label == label:
            return False
        one.label = label
        one.version += 1
        return True

    def tighten_or_loosen(self, by: str, area: str, level: int, now: datetime) -> str:
        """nothing, tighter, or looser; `refused` for an organiser too new to loosen."""
        if level == self.levels[area]:
            return "nothing"
        if level > self.levels[area]:
            if not self.counts(by, now):
                return "refused"
            self.loosenings[area] = Loosening(level, by, now)
            return "looser"
        self.loosenings.pop(area, None)
        self.levels[area] = level
        for proposal in self.proposals.values():
            if proposal.area == area and proposal.answer is None:
                proposal.answer = "lapsed"
        return "tighter"

    def set_limits(self, by: str, each: int, month: int, now: datetime) -> str:
        """What is lower at once, what is higher by the quorum and the wait."""
        lower = min(each, self.limits[0]), min(month, self.limits[1])
        higher = (each, month) != lower
        if higher and not self.counts(by, now):
            return "refused"
        if lower == self.limits and not higher:
            return "nothing"
        if lower != self.limits:
            self.loosenings.pop(LIMITS, None)
            self.limits = lower
        if higher:
            self.loosenings[LIMITS] = Loosening((each, month), by, now)
        return "looser" if higher else "tighter"

    def agree(self, by: str, area: str, now: datetime) -> bool:
        one = self.loosenings.get(area)
        ours = set(self.organisers) - self.hosts
        if one is None or one.holds_from or one.by not in ours or not self.counts(by, now):
            return False
        if one.by == by:
            if len(ours) > 1 or now - one.started < 7 * DAY:
                return False
            one.holds_from = now
        else:
            one.holds_from = now + 2 * DAY
        self.settle(now)
        return True

    def yes(self, by: str, proposal: Proposal, label: str, now: datetime) -> bool:
        if not self.waits(proposal, now) or by in self.hosts or self.rows[proposal.row].version != proposal.version:
            return False
        proposal.answer = "yes" if label == proposal.label else "amended"
        self.write(proposal.row, label)
        self.rows[proposal.row].version = max(self.rows[proposal.row].version, proposal.version + 1)
        return True

    def undo(self, told: Told, keep: str, now: datetime) -> bool:
        if told.undone or self.awake(told.at, now) >= 14 * DAY:
            return False
        row = self.rows[told.row]
        clash = row.label != told.after
        if clash and keep == "theirs":
            return False
        if keep == "before" or not clash:
            row.label = told.before
        told.undone, row.undone_at = True, now
        row.version += 1
        return True
