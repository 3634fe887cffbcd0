"""What pages say of how a group runs: facts in, a sentence out, nothing looked up. The words of a state are its own
(`states.py`)."""

from dataclasses import dataclass

from portal.core.filters import day, first_name, inside, month
from portal.governance.models import Item
from portal.governance.queries import Carried
from portal.governance.starting_set import Holder
from portal.governance.states import State

ENDS = ".?!…"  # of a sentence


@dataclass(frozen=True)
class Line:
    """An item in a list: its state, the words of that, and what stands below its name, if anything."""

    item: Item
    state: State
    words: str
    below: str

    @property
    def look(self) -> str:
        """Long words go below the name."""
        return "s under" if len(self.words) > 16 else "s"


@dataclass(frozen=True)
class Side:
    """Items by who holds them: what a page calls them, and by which mark; `short` and `column` where they are counted."""

    holder: Holder
    words: str
    mark: str
    tint: str
    short: str = ""
    column: str = ""


def our_sides(host: str) -> tuple[Side, ...]:
    """As the group reads them, its own first."""
    return (
        Side(Holder.GROUP, "We hold these", "lv-1", "c-leaf", "We hold", "c1"),
        Side(Holder.SHARED, "We share these", "both", "c-leaf", "We share", "c2"),
        Side(Holder.HOST, f"{host} holds these", "lv-4", "c-slat", f"{host} holds", "c3"),
    )


THEIR_SIDES = (
    Side(Holder.HOST, "We hold these", "lv-4", "c-slat"),
    Side(Holder.SHARED, "We share these", "both", "c-leaf"),
    Side(Holder.GROUP, "They hold these", "lv-1", "c-leaf"),
)


def below(item: Item, person: str | None, *, ours: bool) -> str:
    """What stands below an item's name: the note of who holds it, whom it is with, when to look again. `ours`: whether
    the group reads it."""
    if item.own_way_at:
        return "Our own way." if ours else "Their own way."
    if item.holder == Holder.HOST:
        return _sentences(item.host_words, f"With {first_name(person)}." if person else None)
    looks = item.look_on and item.in_place_at
    return _sentences(item.note, f"Look again in {month(item.look_on)}." if looks else None)


def _sentences(*parts: str | None) -> str:
    """One after the other, each with an end, whether or not its writer gave it one."""
    return " ".join(part if part[-1] in ENDS else f"{part}." for part in parts if part)


def our_holder(item: Item, person: str | None, host: str) -> str:
    """Who holds an item, as the group reads it."""
    who = {Holder.HOST: host, Holder.SHARED: "We share it", Holder.GROUP: "We do"}[item.holder]
    return f"{who}, with {first_name(person)} there" if person else who


def their_holder(item: Item, person: str | None) -> str:
    """Who holds it, as the host reads it."""
    who = {Holder.HOST: "We do", Holder.SHARED: "We share it", Holder.GROUP: "They do"}[item.holder]
    return f"{who}, with {person}" if person else who


def board_line(line: Carried) -> str:
    """What is to be done next on the board, with whom it is, and who covers while that person is away."""
    item = line.item
    says = "Let’s talk" if item.wants_to_talk else "In progress" if item.host_started_at else "Look again"
    if line.person:
        says += f", {first_name(line.person)}"
    if line.away_until:
        says += f" (away; {first_name(line.cover)} covers)" if line.cover else " (away)"
    return says


def with_whom(carried: Carried) -> str:
    """Whom it is with, until when that person is away, and who covers."""
    says = carried.person or "Nobody yet"
    if carried.away_until:
        says += f", away until {inside(day(carried.away_until))}"
        says += f"; {carried.cover} covers" if carried.cover else ""
    return says


def next_step(item: Item) -> str:
    """What the host does next of what it carries."""
    if item.host_started_at:
        return f"In progress since {inside(day(item.host_started_at))}"
    return f"Look again in {month(item.host_look_on)}"
