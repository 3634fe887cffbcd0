"""Every figure a second time, from the log alone: its entries in the order they were written, in plain Python, with none of
our queries or models. From elsewhere comes only what no entry says: what kind of answer was wanted, holds that a short
fund placed, the moment a group is told of a duty, and the postings of the ledger."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import sqlalchemy as sa

from portal.core.db import db

LONDON = ZoneInfo("Europe/London")
FREE = holidays.UnitedKingdom(subdiv="ENG")
WITHIN = {"week": 1, "soon": 3, "no_rush": 10}  # working days: `PORTAL_REPLY_DAYS` as it is unless set
ADDS = {"receipts.upload", "receipts.declare", "spending.ask_anew"}


def rows(words: str) -> list:
    return list(db.session.execute(sa.text(words)))


def moment(value) -> datetime:
    """A moment as either database gives it."""
    made = datetime.fromisoformat(value) if isinstance(value, str) else value
    return made if made.tzinfo else made.replace(tzinfo=UTC)


def day(value) -> date:
    """The day of a moment in London; a day as it is."""
    if isinstance(value, str) and len(value) == 10:
        return date.fromisoformat(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return moment(value).astimezone(LONDON).date()


def works(one: date) -> bool:
    return one.weekday() < 5 and one not in FREE


def later(start: date, count: int) -> date:
    while count:
        start += timedelta(days=1)
        count -= works(start)
    return start


def working_days(start: date, end: date) -> int:
    """How many working days one is after another."""
    found = 0
    while start < end:
        start += timedelta(days=1)
        found += works(start)
    return found


def half(took: list[int]) -> int | None:
    """The least that at least half of them took."""
    return sorted(took)[(len(took) - 1) // 2] if took else None


@dataclass
class Asked:
    """One request as the log tells it."""

    asked: date
    wanted: str
    by_host: bool
    due: date | None = None
    answered: bool = False


@dataclass
class Told:
    """What the log comes to: days on which something counted, by what."""

    days: dict[str, list[date]] = field(default_factory=lambda: defaultdict(list))
    waits: list[tuple[date, int]] = field(default_factory=list)
    paid: dict[int, tuple[date, int]] = field(default_factory=dict)


def figures(first: date, last: date, now: datetime) -> dict:
    """All figures of a span, as `portal.accountability.figures.of` has them."""
    told = _replayed(now)
    within = {name: sum(first <= one <= last for one in days) for name, days in told.days.items()}
    waits = [took for on, took in told.waits if first <= on <= last]
    paid = [took for on, took in told.paid.values() if first <= on <= last]
    came_in, fee = _money(first, last)
    names = "kept late questions sent holds wrong undone told duties asks waited".split()
    return {
        **{name: within.get(name, 0) for name in names},
        **{"came_in": came_in, "fee": fee, "first_replies": len(waits), "half_replied": half(waits)},
        **{"paid": len(paid), "half_paid": half(paid)},
    }


def _replayed(now: datetime) -> Told:
    told, requests = Told(), {}
    wanted = {number: (kind, bool(host)) for number, kind, host in rows("SELECT id, wanted, by_host FROM requests")}
    left = {("requests", number): at for number, at in rows("SELECT id, released_at FROM requests")}
    left |= {("sent_asks", number): at for number, at in rows("SELECT id, released_at FROM sent_asks")}
    sent: dict[int, date] = {}
    floats = {number for (number,) in rows("SELECT id FROM receipts WHERE kind = 'from_float'")}
    held = {number: day(at) for number, at in rows("SELECT id, placed_at FROM holds")}
    danger = {number for number, is_so in rows("SELECT id, danger_to_life FROM break_glass") if is_so}
    known = {number for number, at in rows("SELECT id, told_at FROM break_glass") if at and moment(at) <= now}
    begun: set[int] = set()
    told.days["holds"] = list(held.values())
    words = {
        number: kept if isinstance(kept, dict) else json.loads(kept)
        for number, kept in rows("SELECT entry_id, words FROM entry_words WHERE words IS NOT NULL")
    }
    unasked: set[int] = set()  # what staff shared without asking
    log = rows("SELECT id, at, action, outcome, role, subject_table, subject_id FROM entries ORDER BY id")
    for number, at, action, outcome, role, table, subject in log:
        on, changes = day(at), (words.get(number) or {}).get("changes", [])
        if outcome == "allow_tell" and action not in {"contact.release", "asks.release"}:
            told.days["told"].append(on)
        if action in {"contact.ask", "asks.send"} and outcome != "deny":
            told.days["asks"].append(on)
            released = left.get((table, subject)) if outcome != "propose" else None
            if released is None or moment(released) > moment(at):
                told.days["waited"].append(on)
        if outcome not in {"allow", "allow_tell", "allow_list"}:
            continue
        if action in ADDS:
            told.days["sent"].append(on)
            sent[subject] = on
        if action == "receipts.ask":
            told.days["questions"].append(on)
        if action == "sharing.share_summary" and outcome != "allow":
            unasked.add(subject)
        if action == "autonomy.undo" or (action == "sharing.withdraw" and role == "organiser" and subject in unasked):
            told.days["undone"].append(on)
        if (action == "breakglass.allow" or (action == "breakglass.ask" and subject in danger)) and subject not in begun:
            begun.add(subject)
            told.days["duties"] += [on] if subject in known else []
        for change in changes:
            named, _, row = change["row"].partition(":")
            if (named, change["column"]) == ("holds", "mistaken_at") and change["after"]:
                told.days["wrong"].append(held[int(row)])
            if (named, change["column"]) == ("receipts", "paid_on"):
                told.paid.pop(int(row), None)
                if change["after"] and int(row) not in floats:
                    told.paid[int(row)] = (day(change["after"]), working_days(sent[int(row)], day(change["after"])))
        if action.startswith("support.") and subject in wanted:
            request = requests.setdefault(subject, Asked(on, *wanted[subject]))
            _spoken(told, request, action, on, changes, f"requests:{subject}")
    today = now.astimezone(LONDON).date()
    for request in requests.values():
        if request.due and request.due < today:
            told.days["late"].append(request.due + timedelta(days=1))
    return told


def _spoken(told: Told, request: Asked, action: str, on: date, changes: list[dict], row: str) -> None:
    """What an entry about a request means for the reply that was promised."""
    named = [one["after"] for one in changes if one["row"] == row and one["column"] == "due_on"]
    due = request.due
    if action in {"support.ask", "support.say"} or (action == "support.reopen" and _opened(changes, row)):
        request.due = due or later(on, WITHIN[request.wanted])
    elif action == "support.reply":
        if due:
            told.days["kept" if on <= due else "late"].append(on if on <= due else due + timedelta(days=1))
            if not request.answered and not request.by_host:
                told.waits.append((on, working_days(request.asked, on)))
                request.answered = True
        request.due = None
    elif action == "support.say_sorry" and due:
        told.days["late"].append(on if on <= due else due + timedelta(days=1))
        request.due = date.fromisoformat(named[-1]) if named else due
    elif action == "support.answer_later" and named and due:
        if due < on:
            told.days["late"].append(due + timedelta(days=1))
        request.due = date.fromisoformat(named[-1])
    elif action == "support.close" and due:
        if on > due:
            told.days["late"].append(due + timedelta(days=1))
        request.due = None


def _opened(changes: list[dict], row: str) -> bool:
    return any(one["row"] == row and one["column"] == "closed_at" and not one["after"] for one in changes)


def _money(first: date, last: date) -> tuple[int, int]:
    came_in = fee = 0
    moved = rows(
        'SELECT e."on", e.kind, p.account, p.pence FROM postings p JOIN journal_entries e ON e.id = p.entry_id '
        "WHERE e.group_id IS NOT NULL AND p.host_fund IS NULL"
    )
    for on, kind, account, pence in moved:
        if first <= day(on) <= last and kind in {"money_in", "reversal"}:
            came_in -= pence if account in {"grant", "donation", "award"} else 0
            fee += pence if account == "fee" else 0
    return came_in, fee
