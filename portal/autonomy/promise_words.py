"""The promise in plain sentences: what each level means in each area, who agreed, and what is on its way to change it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from portal.autonomy.areas import AREA_WORDS, LEVEL_WORDS, Area, Level
from portal.autonomy.models import Loosening
from portal.core.filters import day, full_day, inside, moment, pounds

ONLY, ASK, TELL, YOU = Level.ONLY_US, Level.ASK_FIRST, Level.TELL_AFTER, Level.YOU_DO

# What staff can do, from the group's side. The first words stand after "Staff".
SENTENCES: dict[Area, dict[Level, str]] = {
    Area.STORY: {
        ONLY: "can’t change our name, our words or our pictures.",
        ASK: "can suggest a change to our name, words or pictures. We say yes or no.",
        TELL: "can change our name, words or pictures, and tell us. We have 14 days to undo it.",
        YOU: "look after our name, words and pictures. It all shows in What’s changed.",
    },
    Area.PEOPLE: {
        ONLY: "can’t add or remove anyone. Organisers are only ever ours to choose.",
        ASK: "can suggest a helper or a contact detail. We say yes or no. Organisers are only ever ours to choose.",
        TELL: "can add or remove helpers and fix contact details, and tell us. Organisers are only ever ours to choose.",
        YOU: "look after who our helpers are. Organisers are only ever ours to choose.",
    },
    Area.SPENDING: {
        ONLY: "can’t say yes to a cost for us.",
        ASK: "can suggest a cost. It’s paid only if we say yes.",
        TELL: "can say yes to a cost within our limits, and tell us. It waits 2 working days so that we can undo it.",
        YOU: "say yes to costs within our limits. Over the limit they ask.",
    },
    Area.BUDGET: {
        ONLY: "can’t move our money between lines.",
        ASK: "can suggest moving money between lines of one fund.",
        TELL: "can move money between lines of one fund, and tell us. Between funds they always ask.",
        YOU: "look after the lines of a fund. Between funds they always ask.",
    },
    Area.RECEIPTS: {
        ONLY: "can’t change our labels or notes. Their own ledger code stands beside them.",
        ASK: "can suggest a label or a note. Their own ledger code stands beside them.",
        TELL: "can change a label or a note, and tell us. We have 14 days to undo it.",
        YOU: "look after our labels and notes. It all shows in What’s changed.",
    },
    Area.DOCUMENTS: {
        ONLY: "can’t add, replace or choose our documents. What the host holds is the host’s.",
        ASK: "can suggest a document or a newer one. We say yes or no.",
        TELL: "can add or replace a document, and tell us. We have 14 days to undo it.",
        YOU: "keep our documents current. It all shows in What’s changed.",
    },
    Area.VISIBILITY: {
        ONLY: "can’t show us to anyone.",
        ASK: "ask before each time they show us to someone.",
        TELL: "may share the summary we approved, and tell us.",
        YOU: "may share the summary we approved. It shows in What’s changed.",
    },
    Area.CONTACT: {
        ONLY: "answer when we ask, and send what the law needs. Nothing else.",
        ASK: "may ask once, shortly, whether they may contact us about something.",
        TELL: "may contact us in the hours and the way we set.",
        YOU: "may contact us on any working day, 9 to 5.",
    },
    Area.SUPPORT: {
        ONLY: "see a conversation only if it was with them: who asked, and the coordinator they asked.",
        ASK: "ask before a colleague reads a conversation. Cover can be agreed ahead.",
        TELL: "may bring one colleague in, and tell us.",
        YOU: "read our conversations as a support team.",
    },
}

# How the short list on top begins, by level.
IN_SHORT = {ONLY: "can’t touch", ASK: "ask us before changing", TELL: "tell us, and we can undo", YOU: "look after for us"}


def in_short(levels: Mapping[Area, Level]) -> list[tuple[Level, str, str]]:
    """The short list on top: each level that holds anywhere, how its line begins, and the areas in which it holds."""
    held = {level: [words for area, words in AREA_WORDS.items() if levels[area] == level] for level in IN_SHORT}
    return [(level, begins, ", ".join(held[level]).lower()) for level, begins in IN_SHORT.items() if held[level]]


def since(at: datetime | None, by: list[str]) -> str:
    """Who set something or agreed to it, and when; `at` is None while it is as at the start."""
    if at is None:
        return "As it is for every group at the start."
    if not by:
        return f"Since {full_day(at)}."
    return f"{'Agreed' if len(by) > 1 else 'Set'} by {' and '.join(by)}, since {full_day(at)}."


def looser(*, counts: bool, alone: bool, host_name: str) -> str:
    """What it takes to let staff do more: for whoever looks, whether they count for it, and whether they do so alone."""
    if not counts:
        return f"You also work for {host_name}, so the others decide about letting staff do more."
    if alone:
        return "To let staff do more, you confirm, wait 7 days, and confirm again."
    return "To let staff do more, another organiser agrees, and it holds 48 hours later. Any of us can stop it."


@dataclass(frozen=True)
class OnItsWay:
    """A loosening as an organiser reads it: what it lets staff do, how it stands, and the button that agrees to it; where
    they can't agree yet, why."""

    id: int
    area: str
    what: str
    stands: str
    agree: str = ""
    not_yet: str = ""


def on_its_way(loosening: Loosening, starter: str, me: int | None, now: datetime, *, seconds: bool, new: bool) -> OnItsWay:
    """`seconds`: whether this person's yes counts for it, once they aren't `new` and time has passed since their first."""
    area, mine = AREA_WORDS[loosening.area], loosening.started_by == me
    if loosening.level:
        what = f"“{LEVEL_WORDS[loosening.level]}”"
    else:
        what = f"up to {pounds(loosening.each_pence)} each, {pounds(loosening.month_pence)} a month"
    if loosening.holds_from:
        stands = f"Agreed. It holds from {inside(moment(loosening.holds_from))}, unless one of us stops it."
        return OnItsWay(loosening.id, area, what, stands)
    stands = f"{starter} started this {inside(day(loosening.started_at))}. Until it’s agreed, everything stays as it was."
    agree, not_yet = "", ""
    if seconds and new:
        not_yet = "New organisers can agree after their first 7 days."
    elif seconds and mine and loosening.again_from > now:
        not_yet = f"You can confirm it again from {inside(moment(loosening.again_from))}."
    elif seconds:
        agree = "Yes, I still want this" if mine else "Yes, agree"
    return OnItsWay(loosening.id, area, what, stands, agree, not_yet)


def answered(answer: str | None, host_name: str) -> str:
    """What became of a proposal that waits no more."""
    if answer == "called off":
        return f"Called off by {host_name}. Nothing changed."
    return _ANSWERED.get(answer or "", "It’s closed.")


_ANSWERED = {
    "yes": "We said yes.",
    "amended": "We said yes, with our own words.",
    "no": "We said no. Nothing changed.",
    "lapsed": "It closed by itself. Nothing changed.",
}
